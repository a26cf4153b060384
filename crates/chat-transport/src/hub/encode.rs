//! One encoding for everybody of one shape and audience.

use std::ops::Range;
use std::sync::Arc;

use chat_domain::{Event, UserId};
use chat_protocol::{Audience, Frames, News, Shape, audience, encode};

use super::gathering::Gathering;
use crate::connection::line::{Framing, Payload};
use crate::mistakes::planted;

/// Encodes events and news, in room that it keeps for that.
#[derive(Default)]
pub(super) struct Encoder {
    frames: Frames,
    audiences: Vec<Option<Audience>>,
    /// The shapes that were ever met, each in its place: there are as many as ways in, times what may be asked for.
    shapes: Vec<Shape>,
    /// How many payloads were encoded: one per shape that makes a difference in what was told.
    pub(super) encodings: u64,
}

/// A shape by its place among those that an encoder has met: a small number, by which something is found without a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShapeNumber(u16);

/// What was encoded of one room's events, or of one piece of news. It belongs to the room: no other can be handed a frame of it.
#[derive(Default)]
pub(super) struct Encoded {
    payloads: Vec<(Key, Option<Payload>)>,
    /// The audiences of all keys, one behind the other.
    audiences: Vec<Option<Audience>>,
    /// By [`slot`]: where the payload is that everybody hears whom none of these events concerns. In a big room nearly everybody is
    /// such a one: there is no need to ask for whom each event is made.
    plain: Vec<Option<(Span, usize)>>,
}

/// For whom something is encoded.
#[derive(Clone, Copy)]
pub(super) struct Viewer {
    pub(super) user: UserId,
    pub(super) shape: Shape,
    pub(super) framing: Framing,
    /// The life of the database that its cursors name.
    pub(super) epoch: u64,
}

/// Some of a room's events: the first of them, and how many.
type Span = (u64, usize);

/// What makes the payloads of two recipients the same.
struct Key {
    /// Without what makes no difference in these events.
    shape: Shape,
    framing: Framing,
    span: Span,
    audiences: Range<usize>,
}

impl Encoded {
    /// Forgets what was encoded.
    pub(super) fn clear(&mut self) {
        self.payloads.clear();
        self.audiences.clear();
        self.plain.clear();
    }

    /// The place of the payload for such recipients.
    fn find(&self, shape: Shape, framing: Framing, span: Span, audiences: &[Option<Audience>]) -> Option<usize> {
        let same = |key: &Key| key.span == span && key.shape == shape && key.framing == framing;
        self.payloads.iter().position(|(key, _)| same(key) && self.audiences[key.audiences.clone()] == *audiences)
    }

    /// Takes one in; answers its place.
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
    /// The number of a shape.
    pub(super) fn number(&mut self, shape: Shape) -> ShapeNumber {
        let known = self.shapes.iter().position(|known| *known == shape);
        let place = known.unwrap_or_else(|| {
            self.shapes.push(shape);
            self.shapes.len() - 1
        });
        // Features are a byte, entrances a handful.
        ShapeNumber(place as u16)
    }

    /// What these events are to this viewer, whose shape has this number; `first` names the first of them among the room's. `None`
    /// if nothing.
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

    /// Where the payload for this viewer is, which is encoded if it is not there.
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

    /// What this news is to this viewer; remembered like events.
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

/// The place of what is remembered for a shape on a line that is framed so.
fn slot(ShapeNumber(number): ShapeNumber, framing: Framing) -> usize {
    let framing = match framing {
        Framing::WebSocket => 0,
        Framing::Plain => 1,
        Framing::Packets => 2,
    };
    usize::from(number) * 3 + framing
}

/// What stands for the span of news that are no room's events.
const NEWS: Span = (u64::MAX, 0);
