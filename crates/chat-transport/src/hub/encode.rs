//! One encoding for everybody of one shape and audience.

use std::sync::Arc;

use chat_domain::{Event, UserId};
use chat_protocol::{Audience, Frames, News, Shape, audience, encode};

use crate::session::line::{Framing, Payload};

/// Encodes and remembers, for the time of one turn, what it has encoded.
#[derive(Default)]
pub(super) struct Encoder {
    frames: Frames,
    shared: Vec<(Key, Option<Payload>)>,
    key: Vec<Option<Audience>>,
    /// How many payloads were encoded: one per shape that is present.
    pub(super) encodings: u64,
}

/// What makes the payloads of two recipients the same.
#[derive(PartialEq)]
struct Key {
    shape: Shape,
    framing: Framing,
    first: u64,
    audiences: Vec<Option<Audience>>,
}

impl Encoder {
    /// Forgets what was encoded for the room before.
    pub(super) fn next_room(&mut self) {
        self.shared.clear();
    }

    /// What these events are to this viewer; `first` names the first of them among the room's. `None` if nothing.
    pub(super) fn events(
        &mut self,
        events: &[Arc<Event>],
        first: u64,
        shape: Shape,
        framing: Framing,
        viewer: UserId,
        epoch: u64,
    ) -> Option<Payload> {
        self.key.clear();
        self.key.extend(events.iter().map(|event| audience(shape, &News::Event(event.clone()), viewer)));
        let same = |known: &Key| {
            known.first == first && known.shape == shape && known.framing == framing && known.audiences == self.key
        };
        if let Some((_, payload)) = self.shared.iter().find(|(known, _)| same(known)) {
            return payload.clone();
        }
        let payload = self.fresh(events, shape, framing, epoch);
        self.shared.push((Key { shape, framing, first, audiences: self.key.clone() }, payload.clone()));
        payload
    }

    fn fresh(&mut self, events: &[Arc<Event>], shape: Shape, framing: Framing, epoch: u64) -> Option<Payload> {
        self.frames.clear();
        self.encodings += 1;
        for (event, audience) in events.iter().zip(&self.key) {
            if let Some(audience) = *audience {
                encode(shape, audience, &News::Event(event.clone()), epoch, &mut self.frames);
            }
        }
        (!self.frames.is_empty()).then(|| Payload::of(&self.frames, framing))
    }

    /// What this news is to this viewer; remembered like events, under the number `u64::MAX`, until the next room.
    pub(super) fn news(
        &mut self,
        news: &News,
        shape: Shape,
        framing: Framing,
        viewer: UserId,
        epoch: u64,
    ) -> Option<Payload> {
        let audience = audience(shape, news, viewer)?;
        let same = |known: &Key| {
            known.first == u64::MAX
                && known.shape == shape
                && known.framing == framing
                && known.audiences == [Some(audience)]
        };
        if let Some((_, payload)) = self.shared.iter().find(|(known, _)| same(known)) {
            return payload.clone();
        }
        self.frames.clear();
        self.encodings += 1;
        encode(shape, audience, news, epoch, &mut self.frames);
        let payload = (!self.frames.is_empty()).then(|| Payload::of(&self.frames, framing));
        self.shared.push((Key { shape, framing, first: u64::MAX, audiences: vec![Some(audience)] }, payload.clone()));
        payload
    }
}
