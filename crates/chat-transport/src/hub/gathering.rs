//! Gathering fast reactions: when many come for one message, only the last of a short while is told, and stands for the others.
//! Each keeps its place in the room's order. Whatever else is told takes them along. Likes are never gathered.

use std::collections::BTreeSet;
use std::sync::Arc;

use chat_domain::{Bucket, Change, Emoji, Event, Extra, MessageId, Rate, RoomId, Time};

use super::map::Map;

/// The reactions of one room that come too fast to be told one by one.
#[derive(Default)]
pub(super) struct Gathering {
    paces: Map<(MessageId, Emoji), Pace>,
    /// The `seq` of those that a later one may stand for.
    gathered: BTreeSet<u64>,
}

/// How fast reactions of one kind come for one message.
#[derive(Default)]
struct Pace {
    bucket: Bucket,
    /// Until then the ones that come are gathered.
    until: Time,
}

/// The rooms with gathered reactions, each with the time by which it must be told.
#[derive(Default)]
pub(super) struct Gatherings(Vec<(Time, RoomId)>);

impl Gathering {
    /// Takes in a new event of the room. Returns until when it waits if it is a reaction that comes too fast.
    pub(super) fn take(&mut self, event: &Event, now: Time) -> Option<Time> {
        let key = subject(event)?;
        let key = (key.0, key.1.clone());
        if self.paces.len() >= MOST_PACES {
            self.paces.retain(|_, pace| !pace.bucket.is_full(now));
        }
        if self.paces.len() >= MOST_PACES && !self.paces.contains_key(&key) {
            return None;
        }
        let pace = self.paces.entry(key).or_default();
        if pace.until <= now {
            let wait = pace.bucket.take(PACE, now).err()?;
            // What is told at the end of the wait counts, too.
            pace.bucket.owe(1, PACE, now);
            pace.until = now.after(wait);
        }
        self.gathered.insert(event.head.seq);
        if self.gathered.len() > MOST_GATHERED {
            self.gathered.pop_first();
        }
        Some(pace.until)
    }

    /// Tells whether a later one among these events stands for the one at `at`.
    pub(super) fn leaves_out(&self, events: &[Arc<Event>], at: usize) -> bool {
        if self.gathered.is_empty() || !self.gathered.contains(&events[at].head.seq) {
            return false;
        }
        let key = subject(&events[at]);
        key.is_some() && events[at + 1..].iter().any(|later| subject(later) == key)
    }
}

impl Gatherings {
    /// Notes that a room must be told by this time.
    pub(super) fn wait(&mut self, room: RoomId, until: Time) {
        match self.0.iter_mut().find(|(_, waiting)| *waiting == room) {
            Some((known, _)) => *known = until.min(*known),
            None => self.0.push((until, room)),
        }
    }

    /// Takes the rooms whose wait is over.
    pub(super) fn over(&mut self, now: Time) -> Vec<RoomId> {
        let over = self.0.extract_if(.., |(until, _)| *until <= now);
        over.map(|(_, room)| room).collect()
    }

    /// Returns when the next wait is over.
    pub(super) fn next(&self) -> Option<Time> {
        self.0.iter().map(|(until, _)| *until).min()
    }
}

/// Returns which message and emoji a reaction is about.
fn subject(event: &Event) -> Option<(MessageId, &Emoji)> {
    match &event.change {
        Change::Extra(Extra::Reacted { message, emoji, .. } | Extra::Unreacted { message, emoji, .. }) => {
            Some((*message, emoji))
        }
        _ => None,
    }
}

/// How often the same emoji on the same message is told one by one.
const PACE: Rate = Rate { per_second: 5, burst: 5 };
/// For how many kinds of reactions a room keeps the pace. Others are told one by one.
const MOST_PACES: usize = 256;
/// How many gathered reactions are remembered. Older ones are told one by one to those who have not heard them.
const MOST_GATHERED: usize = 1024;
