//! Encoding once for everybody with the same shape and audience.

use std::ops::Range;
use std::sync::Arc;

use chat_domain::{Event, UserId};
use chat_protocol::{Audience, Frames, News, Shape, audience, encode};

use super::gathering::Gathering;
use crate::connection::line::{Framing, Payload};
use crate::mistakes::planted;

/// Encodes events and news, with buffers that are kept between calls.
#[derive(Default)]
pub(super) struct Encoder {
    frames: Frames,
    audiences: Vec<Option<Audience>>,
    /// All shapes met so far; a shape's number is its index. There are few: an entrance times the features that can be asked for.
    shapes: Vec<Shape>,
    /// How many payloads were encoded, for tests that count.
    pub(super) encodings: u64,
}

/// The number of a shape in an encoder, which makes lookups an array access instead of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShapeNumber(u16);

/// The payloads encoded for one room's events, or for one piece of news. Each room has its own, so that no frame can reach
/// another room.
#[derive(Default)]
pub(super) struct Encoded {
    payloads: Vec<(Key, Option<Payload>)>,
    /// The audiences of all keys, one after the other.
    audiences: Vec<Option<Audience>>,
    /// By [`slot`]: the payload for viewers whom none of the events concerns. In a big room that is nearly everybody, and it
    /// saves working out their audiences.
    plain: Vec<Option<(Span, usize)>>,
}

/// The recipient for whom something is encoded.
#[derive(Clone, Copy)]
pub(super) struct Viewer {
    pub(super) user: UserId,
    pub(super) shape: Shape,
    pub(super) framing: Framing,
    /// The epoch that its cursors name.
    pub(super) epoch: u64,
}

/// A range of a room's events: the number of the first, and the count.
type Span = (u64, usize);

/// Two recipients with equal keys get the same payload.
struct Key {
    /// Without the features that make no difference in these events.
    shape: Shape,
    framing: Framing,
    span: Span,
    audiences: Range<usize>,
}

impl Encoded {
    /// Drops all payloads.
    pub(super) fn clear(&mut self) {
        self.payloads.clear();
        self.audiences.clear();
        self.plain.clear();
    }

    /// Returns the index of the payload for such recipients.
    fn find(&self, shape: Shape, framing: Framing, span: Span, audiences: &[Option<Audience>]) -> Option<usize> {
        let same = |key: &Key| key.span == span && key.shape == shape && key.framing == framing;
        self.payloads.iter().position(|(key, _)| same(key) && self.audiences[key.audiences.clone()] == *audiences)
    }

    /// Adds a payload and returns its index.
    fn add(
        &mut self,
        shape: Shape,
        framing: Framing,
        span: Span,
        audiences: &[Option<Audience>],
        payload: Option<Payload>,
    ) -> usize {
        let begin = self.audiences.len();
        self.audiences.extend_from_slice(audiences);
        let audiences = begin..self.audiences.len();
        self.payloads.push((Key { shape, framing, span, audiences }, payload));
        self.payloads.len() - 1
    }

    fn note_plain(&mut self, slot: usize, span: Span, at: usize) {
        if self.plain.len() <= slot {
            self.plain.resize(slot + 1, None);
        }
        self.plain[slot] = Some((span, at));
    }
}

impl Encoder {
    /// Returns the number of a shape, a new one if it was not met before.
    pub(super) fn number(&mut self, shape: Shape) -> ShapeNumber {
        let known = self.shapes.iter().position(|known| *known == shape);
        let place = known.unwrap_or_else(|| {
            self.shapes.push(shape);
            self.shapes.len() - 1
        });
        // It fits: features are a byte, and entrances a handful.
        ShapeNumber(place as u16)
    }

    /// Returns the payload of these events for this viewer, encoded now unless another viewer has the same. `first` is the number
    /// of the first event in the room, `number` that of the viewer's shape. `None` if there is nothing to send.
    pub(super) fn events(
        &mut self,
        encoded: &mut Encoded,
        (events, first): (&[Arc<Event>], u64),
        gathering: &Gathering,
        number: ShapeNumber,
        viewer: &Viewer,
    ) -> Option<Payload> {
        let (span, slot) = ((first, events.len()), slot(number, viewer.framing));
        let is_plain = !events.iter().any(|event| event.concerns(viewer.user));
        if is_plain
            && let Some(Some((of, at))) = encoded.plain.get(slot)
            && (*of == span || planted!(Mixed))
        {
            return encoded.payloads[*at].1.clone();
        }
        let at = self.place(encoded, events, span, gathering, viewer);
        if is_plain {
            encoded.note_plain(slot, span, at);
        }
        encoded.payloads[at].1.clone()
    }

    /// Returns the index of the payload for this viewer, which is encoded if it is missing.
    fn place(
        &mut self,
        encoded: &mut Encoded,
        events: &[Arc<Event>],
        span: Span,
        gathering: &Gathering,
        viewer: &Viewer,
    ) -> usize {
        let Viewer { user, framing, epoch, .. } = *viewer;
        let news = |event: &Arc<Event>| News::Event(event.clone());
        let shape = viewer.shape.masked(events.iter().map(news));
        self.audiences.clear();
        let told = events.iter().enumerate().map(|(at, event)| match gathering.leaves_out(events, at) {
            true => None,
            false => audience(shape, &news(event), user),
        });
        self.audiences.extend(told);
        if let Some(at) = encoded.find(shape, framing, span, &self.audiences) {
            return at;
        }
        self.frames.clear();
        self.encodings += 1;
        for (event, audience) in events.iter().zip(&self.audiences) {
            if let Some(audience) = *audience {
                encode(shape, audience, &news(event), epoch, &mut self.frames);
            }
        }
        let payload = (!self.frames.is_empty()).then(|| Payload::of(&self.frames, framing));
        encoded.add(shape, framing, span, &self.audiences, payload)
    }

    /// Returns the payload of a piece of news for this viewer, kept like those of events.
    pub(super) fn news(&mut self, encoded: &mut Encoded, news: &News, viewer: &Viewer) -> Option<Payload> {
        let Viewer { user, framing, epoch, .. } = *viewer;
        let shape = viewer.shape.masked([news.clone()]);
        let audience = audience(shape, news, user)?;
        if let Some(at) = encoded.find(shape, framing, NEWS, &[Some(audience)]) {
            return encoded.payloads[at].1.clone();
        }
        self.frames.clear();
        self.encodings += 1;
        encode(shape, audience, news, epoch, &mut self.frames);
        let payload = (!self.frames.is_empty()).then(|| Payload::of(&self.frames, framing));
        encoded.add(shape, framing, NEWS, &[Some(audience)], payload.clone());
        payload
    }
}

/// Returns the index into [`Encoded::plain`] for a shape and framing.
fn slot(ShapeNumber(number): ShapeNumber, framing: Framing) -> usize {
    let framing = match framing {
        Framing::WebSocket => 0,
        Framing::Plain => 1,
        Framing::Packets => 2,
    };
    usize::from(number) * 3 + framing
}

/// The span of news, which are no events of a room.
const NEWS: Span = (u64::MAX, 0);
