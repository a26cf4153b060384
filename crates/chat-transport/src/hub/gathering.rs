//! Reactions that come thick and fast: the last of a while stands for all of them. Each still has its place in the room's order, and
//! goes out with whatever else is told; they only wait for one another. Likes never do.

use std::collections::BTreeSet;
use std::sync::Arc;

use chat_domain::{Bucket, Change, Emoji, Event, Extra, MessageId, Rate, RoomId, Time};

use super::map::Map;

/// The reactions of one room that come too fast to be told one by one.
#[derive(Default)]
pub(super) struct Gathering {
    paces: Map<(MessageId, Emoji), Pace>,
    /// By their `seq`: those for which a later one may stand.
    gathered: BTreeSet<u64>,
}

/// How fast reactions of one sort to one message come.
#[derive(Default)]
struct Pace {
    bucket: Bucket,
    /// Until then those that come wait for one another.
    until: Time,
}

/// The rooms in which reactions wait for one another, each with when it is to be told at the latest.
#[derive(Default)]
pub(super) struct Gatherings(Vec<(Time, RoomId)>);

impl Gathering {
    /// Takes in what is new in the room: until when it waits, if it is a reaction that comes too fast.
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
            // What is told at the end of it is had already.
            pace.bucket.owe(1, PACE, now);
            pace.until = now.after(wait);
        }
        self.gathered.insert(event.head.seq);
        if self.gathered.len() > MOST_GATHERED {
            self.gathered.pop_first();
        }
        Some(pace.until)
    }

    /// Whether another one among these events stands for this one of them.
    pub(super) fn leaves_out(&self, events: &[Arc<Event>], at: usize) -> bool {
        if self.gathered.is_empty() || !self.gathered.contains(&events[at].head.seq) {
            return false;
        }
        let key = subject(&events[at]);
        key.is_some() && events[at + 1..].iter().any(|later| subject(later) == key)
    }
}

impl Gatherings {
    /// A room waits until then at the latest.
    pub(super) fn wait(&mut self, room: RoomId, until: Time) {
        match self.0.iter_mut().find(|(_, waiting)| *waiting == room) {
            Some((known, _)) => *known = until.min(*known),
            None => self.0.push((until, room)),
        }
    }

    /// The rooms that have waited for long enough.
    pub(super) fn over(&mut self, now: Time) -> Vec<RoomId> {
        let over = self.0.extract_if(.., |(until, _)| *until <= now);
        over.map(|(_, room)| room).collect()
    }

    /// When the next room is to be told.
    pub(super) fn next(&self) -> Option<Time> {
        self.0.iter().map(|(until, _)| *until).min()
    }
}

/// What a reaction is about.
fn subject(event: &Event) -> Option<(MessageId, &Emoji)> {
    match &event.change {
        Change::Extra(Extra::Reacted { message, emoji, .. } | Extra::Unreacted { message, emoji, .. }) => {
            Some((*message, emoji))
        }
        _ => None,
    }
}

/// How often the same reaction to the same message is told by itself.
const PACE: Rate = Rate { per_second: 5, burst: 5 };
/// Sorts of reactions whose pace is kept in a room; those beyond are told one by one.
const MOST_PACES: usize = 256;
/// Reactions for which another may stand; of more the oldest are told by themselves to whoever has not heard them.
const MOST_GATHERED: usize = 1024;
