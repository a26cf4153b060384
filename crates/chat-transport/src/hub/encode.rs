//! One encoding for everybody of one shape and audience.

use std::sync::Arc;

use chat_domain::{Event, UserId};
use chat_protocol::{Audience, Frames, News, Shape, audience, encode};

use crate::session::line::{Framing, Payload};

/// Encodes and remembers, for the time of one turn, what it has encoded.
#[derive(Default)]
pub(super) struct Encoder {
    frames: Frames,
    shared: Encoded,
    key: Vec<Option<Audience>>,
    /// How many payloads were encoded: one per shape that is present.
    pub(super) encodings: u64,
}

/// What was encoded for a room, kept while a round of telling is under way.
#[derive(Default)]
pub(super) struct Encoded(Vec<(Key, Option<Payload>)>);

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
        self.shared.0.clear();
    }

    /// Goes on with what a round has encoded before it let others have their turn, or puts it aside.
    pub(super) fn swap(&mut self, round: &mut Encoded) {
        std::mem::swap(&mut self.shared, round);
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
        if let Some((_, payload)) = self.shared.0.iter().find(|(known, _)| same(known)) {
            return payload.clone();
        }
        let payload = self.fresh(events, shape, framing, epoch);
        self.shared.0.push((Key { shape, framing, first, audiences: self.key.clone() }, payload.clone()));
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
        if let Some((_, payload)) = self.shared.0.iter().find(|(known, _)| same(known)) {
            return payload.clone();
        }
        self.frames.clear();
        self.encodings += 1;
        encode(shape, audience, news, epoch, &mut self.frames);
        let payload = (!self.frames.is_empty()).then(|| Payload::of(&self.frames, framing));
        self.shared.0.push((Key { shape, framing, first: u64::MAX, audiences: vec![Some(audience)] }, payload.clone()));
        payload
    }
}
