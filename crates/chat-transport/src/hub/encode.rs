//! One encoding for everybody of one shape and audience.

use std::sync::Arc;

use chat_domain::{Event, UserId};
use chat_protocol::{Audience, Frames, News, Shape, audience, encode};

use crate::connection::line::{Framing, Payload};

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
struct Key {
    shape: Shape,
    framing: Framing,
    /// The first of the events, and how many.
    span: (u64, usize),
    audiences: Vec<Option<Audience>>,
    /// Whether it is what everybody hears whom none of the events concerns.
    plain: bool,
}

impl Key {
    fn is(&self, shape: Shape, framing: Framing, span: (u64, usize)) -> bool {
        self.span == span && self.shape == shape && self.framing == framing
    }
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
        // In a big room nearly everybody is such a one: there is no need to ask for whom each event is made.
        let span = (first, events.len());
        let plain = !events.iter().any(|event| event.concerns(viewer));
        let known = &mut self.shared.0;
        if plain && let Some((_, payload)) = known.iter().find(|(key, _)| key.plain && key.is(shape, framing, span)) {
            return payload.clone();
        }
        self.key.clear();
        self.key.extend(events.iter().map(|event| audience(shape, &News::Event(event.clone()), viewer)));
        let same = |key: &Key| key.is(shape, framing, span) && key.audiences == self.key;
        if let Some((key, payload)) = known.iter_mut().find(|(key, _)| same(key)) {
            key.plain |= plain;
            return payload.clone();
        }
        let payload = self.fresh(events, shape, framing, epoch);
        self.shared.0.push((Key { shape, framing, span, audiences: self.key.clone(), plain }, payload.clone()));
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

    /// What this news is to this viewer; remembered like events until the next room.
    pub(super) fn news(
        &mut self,
        news: &News,
        shape: Shape,
        framing: Framing,
        viewer: UserId,
        epoch: u64,
    ) -> Option<Payload> {
        let audience = audience(shape, news, viewer)?;
        let same = |key: &Key| key.is(shape, framing, NEWS) && key.audiences == [Some(audience)];
        if let Some((_, payload)) = self.shared.0.iter().find(|(key, _)| same(key)) {
            return payload.clone();
        }
        self.frames.clear();
        self.encodings += 1;
        encode(shape, audience, news, epoch, &mut self.frames);
        let payload = (!self.frames.is_empty()).then(|| Payload::of(&self.frames, framing));
        let key = Key { shape, framing, span: NEWS, audiences: vec![Some(audience)], plain: false };
        self.shared.0.push((key, payload.clone()));
        payload
    }
}

/// What stands for the span of news that are no room's events.
const NEWS: (u64, usize) = (u64::MAX, 0);
