//! One encoding for everybody of one shape and audience.

use std::sync::Arc;

use chat_domain::{Event, UserId};
use chat_protocol::{Audience, Frames, News, Shape, audience, encode};

use crate::connection::line::{Framing, Payload};

/// Encodes events and news, in room that it keeps for that.
#[derive(Default)]
pub(super) struct Encoder {
    frames: Frames,
    key: Vec<Option<Audience>>,
    /// How many payloads were encoded: one per shape that is present.
    pub(super) encodings: u64,
}

/// What was encoded of one room's events, or of one piece of news. It belongs to the room: no other can be handed a frame of it.
#[derive(Default)]
pub(super) struct Encoded(Vec<(Key, Option<Payload>)>);

/// For whom something is encoded.
#[derive(Clone, Copy)]
pub(super) struct Viewer {
    pub(super) user: UserId,
    pub(super) shape: Shape,
    pub(super) framing: Framing,
    /// The life of the database that its cursors name.
    pub(super) epoch: u64,
}

impl Viewer {
    /// The same, as far as what they asked for makes a difference in this news.
    fn of(&self, news: impl IntoIterator<Item = News>) -> Viewer {
        Viewer { shape: self.shape.masked(news), ..*self }
    }
}

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
    fn is(&self, viewer: &Viewer, span: (u64, usize)) -> bool {
        self.span == span && self.shape == viewer.shape && self.framing == viewer.framing
    }
}

impl Encoded {
    /// Forgets what was encoded.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Encoder {
    /// What these events are to this viewer; `first` names the first of them among the room's. `None` if nothing.
    pub(super) fn events(
        &mut self,
        encoded: &mut Encoded,
        events: &[Arc<Event>],
        first: u64,
        viewer: &Viewer,
    ) -> Option<Payload> {
        let news = |event: &Arc<Event>| News::Event(event.clone());
        let viewer = &viewer.of(events.iter().map(news));
        // In a big room nearly everybody is such a one: there is no need to ask for whom each event is made.
        let span = (first, events.len());
        let plain = !events.iter().any(|event| event.concerns(viewer.user));
        if plain && let Some((_, payload)) = encoded.0.iter().find(|(key, _)| key.plain && key.is(viewer, span)) {
            return payload.clone();
        }
        self.key.clear();
        self.key.extend(events.iter().map(|event| audience(viewer.shape, &News::Event(event.clone()), viewer.user)));
        let same = |key: &Key| key.is(viewer, span) && key.audiences == self.key;
        if let Some((key, payload)) = encoded.0.iter_mut().find(|(key, _)| same(key)) {
            key.plain |= plain;
            return payload.clone();
        }
        let payload = self.fresh(events, viewer);
        let Viewer { shape, framing, .. } = *viewer;
        encoded.0.push((Key { shape, framing, span, audiences: self.key.clone(), plain }, payload.clone()));
        payload
    }

    fn fresh(&mut self, events: &[Arc<Event>], viewer: &Viewer) -> Option<Payload> {
        self.frames.clear();
        self.encodings += 1;
        for (event, audience) in events.iter().zip(&self.key) {
            if let Some(audience) = *audience {
                encode(viewer.shape, audience, &News::Event(event.clone()), viewer.epoch, &mut self.frames);
            }
        }
        (!self.frames.is_empty()).then(|| Payload::of(&self.frames, viewer.framing))
    }

    /// What this news is to this viewer; remembered like events.
    pub(super) fn news(&mut self, encoded: &mut Encoded, news: &News, viewer: &Viewer) -> Option<Payload> {
        let viewer = &viewer.of([news.clone()]);
        let audience = audience(viewer.shape, news, viewer.user)?;
        let same = |key: &Key| key.is(viewer, NEWS) && key.audiences == [Some(audience)];
        if let Some((_, payload)) = encoded.0.iter().find(|(key, _)| same(key)) {
            return payload.clone();
        }
        self.frames.clear();
        self.encodings += 1;
        let Viewer { shape, framing, epoch, .. } = *viewer;
        encode(shape, audience, news, epoch, &mut self.frames);
        let payload = (!self.frames.is_empty()).then(|| Payload::of(&self.frames, framing));
        let key = Key { shape, framing, span: NEWS, audiences: vec![Some(audience)], plain: false };
        encoded.0.push((key, payload.clone()));
        payload
    }
}

/// What stands for the span of news that are no room's events.
const NEWS: (u64, usize) = (u64::MAX, 0);
