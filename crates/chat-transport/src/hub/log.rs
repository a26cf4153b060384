//! The newest events of a room, in their order.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::{Change, Event, Head, Message, MessageId, Time};

use super::weight::{USUAL_WEIGHT, weight};
use crate::mistakes::planted;

/// The newest events of a room in order.
pub(super) struct Log {
    /// Where the first event of the ring begins, and where the last one ended.
    base: Head,
    head: Head,
    /// The first one has the number `first`.
    ring: VecDeque<Arc<Event>>,
    first: u64,
    /// How much memory the ring keeps, roughly.
    weight: usize,
    /// Everything up to here was read in one go, and is told to those who stood at its beginning: whoever stands in its middle
    /// misses what it leaves out.
    read_upto: Head,
    /// Events whose turn has not come.
    held: Vec<Arc<Event>>,
    /// Where the room stands at least, whether or not it was told so far; and since when it was not.
    known: Head,
    missed_since: Option<Time>,
    /// What is missing is being read.
    is_reading: bool,
}

/// The events of a log that are still here.
#[derive(Clone, Copy)]
pub(super) struct Recent<'a> {
    /// The events, the oldest first.
    pub(super) events: &'a [Arc<Event>],
    /// The number of the first of them.
    pub(super) first: u64,
    /// Where the last one ended.
    pub(super) head: Head,
}

impl Recent<'_> {
    /// The same up to the change of this `seq`.
    pub(super) fn upto(self, seq: u64) -> Self {
        let is_it = |event: &Arc<Event>| event.change.is_durable() && event.head.seq >= seq;
        match self.events.iter().position(is_it) {
            Some(last) => Recent { events: &self.events[..=last], head: self.events[last].head, ..self },
            None => self,
        }
    }
}

/// When it is an event's turn to be told.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    /// It is the next one to tell.
    Next,
    /// It was told before.
    Old,
    /// Something before it is missing.
    Early,
}

impl Log {
    /// A log of what comes after `head`.
    pub(super) fn new(head: Head) -> Log {
        Log {
            base: head,
            head,
            ring: VecDeque::new(),
            first: 0,
            weight: 0,
            read_upto: Head::default(),
            held: Vec::new(),
            known: head,
            missed_since: None,
            is_reading: false,
        }
    }

    /// Where the newest event ended.
    pub(super) fn head(&self) -> Head {
        self.head
    }

    /// The number of the first event that is still here.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// The number of the next event.
    pub(super) fn end(&self) -> u64 {
        self.first + self.ring.len() as u64
    }

    /// All events that are still here.
    pub(super) fn recent(&mut self) -> Recent<'_> {
        Recent { first: self.first, head: self.head, events: self.ring.make_contiguous() }
    }

    /// The messages after this one as they are now, if everything since is still here.
    pub(super) fn messages_after(&self, after: Option<MessageId>) -> Option<Vec<Arc<Message>>> {
        let mut known = self.base.seq == 0;
        let mut messages: Vec<Arc<Message>> = Vec::new();
        for event in &self.ring {
            match &event.change {
                Change::Sent { message, .. } if Some(message.id) <= after => known = true,
                Change::Sent { message, .. } => messages.push(message.clone()),
                Change::Edited { message } => {
                    let of_it = |sent: &&mut Arc<Message>| sent.id == message.id;
                    messages.iter_mut().find(of_it).into_iter().for_each(|sent| *sent = message.clone());
                }
                Change::Deleted { message, .. } => messages.retain(|sent| sent.id != *message),
                _ => {}
            }
        }
        known.then_some(messages)
    }

    /// Puts other events in the places of those for which there are some.
    pub(super) fn replace(&mut self, by: impl Fn(&Event) -> Option<Event>) {
        for event in self.ring.iter_mut().chain(&mut self.held) {
            if let Some(new) = by(event) {
                *event = Arc::new(new);
            }
        }
    }

    /// Takes an event in, in its turn; answers whether there is something new to tell.
    pub(super) fn accept(&mut self, event: Arc<Event>, now: Time) -> bool {
        match self.turn(&event) {
            Turn::Next => {
                self.push(event);
                self.release();
                // Where something comes, what is missing may be on its way.
                self.missed_since = self.missed_since.map(|_| now);
                true
            }
            Turn::Early => {
                let head = event.head;
                if self.held.len() < MOST_HELD {
                    self.held.push(event);
                }
                self.stands_at(head, now);
                false
            }
            Turn::Old => false,
        }
    }

    /// The room stands here at least: what was not told of it by now is missing.
    pub(super) fn stands_at(&mut self, head: Head, since: Time) {
        self.known = Head { seq: self.known.seq.max(head.seq), moves: self.known.moves.max(head.moves) };
        if !self.has_passed(self.known) {
            self.missed_since.get_or_insert(since);
        }
    }

    /// Whether something has been missing for so long that it is to be read. Nobody is told so twice.
    pub(super) fn is_to_be_read(&mut self, now: Time, patience: Duration) -> bool {
        let is_late = self.missed_since.is_some_and(|since| now.has_been(since, patience));
        if is_late {
            // If it is still missing when it was read, it is waited for again.
            self.missed_since = Some(now);
        }
        is_late && !std::mem::replace(&mut self.is_reading, is_late)
    }

    /// From where on something is missing, if it still is: else nothing is to be read.
    pub(super) fn missing_from(&mut self) -> Option<Head> {
        self.is_reading = self.missed_since.is_some();
        self.missed_since.map(|_| self.head)
    }

    /// What was missing could not be read: it is missing from now on.
    pub(super) fn was_not_read(&mut self, now: Time) {
        self.is_reading = false;
        self.missed_since = self.missed_since.map(|_| now);
    }

    /// Takes in everything that happened since `from`, as it was read: true if there is something new to tell. What has come
    /// meanwhile was told already, and the reading leaves out what its end makes needless: then it is of no use.
    pub(super) fn fill(&mut self, from: Head, events: Vec<Arc<Event>>, until: Head) -> bool {
        self.is_reading = false;
        if from != self.head {
            return false;
        }
        let before = self.end();
        events.into_iter().for_each(|event| self.push(event));
        (self.head, self.read_upto) = (until, until);
        self.release();
        self.end() > before
    }

    /// Gives up on what is missing: whoever listens must read the journal.
    pub(super) fn skip_gap(&mut self) {
        (self.missed_since, self.is_reading) = (None, false);
        self.held.clear();
        self.head = self.known;
        self.first = self.end();
        self.ring.clear();
        self.weight = 0;
        self.base = self.head;
    }

    /// Whether there are more events than are to be kept, or too heavy ones.
    pub(super) fn is_over(&self, keep: usize) -> bool {
        self.ring.len() > keep || self.weight > keep * USUAL_WEIGHT
    }

    /// Forgets all but the newest events, and nothing that was not heard.
    pub(super) fn trim(&mut self, keep: usize, heard: u64) {
        while self.is_over(keep) && self.first < heard {
            let Some(event) = self.ring.pop_front() else { return };
            self.first += 1;
            self.weight -= weight(&event);
            advance(&mut self.base, &event);
        }
        if self.ring.capacity() > 4 * (keep + 4) {
            self.ring.shrink_to(keep);
        }
    }

    /// Whether everything up to there was told.
    pub(super) fn has_passed(&self, head: Head) -> bool {
        head.seq <= self.head.seq && head.moves <= self.head.moves
    }

    /// Whether everything after `from` is still here.
    pub(super) fn covers(&self, from: Head) -> bool {
        let is_after = |head: Head| from.seq >= head.seq && from.moves >= head.moves;
        is_after(self.base) && is_after(self.read_upto)
    }

    /// The two counters of a room are one order: an event comes after everything that its head counts, of either kind. Else
    /// its cursor would promise what was not told yet, and a position could come before the message that it points to.
    fn turn(&self, event: &Event) -> Turn {
        let (Head { seq, moves }, told) = (event.head, self.head);
        let (number, last, others_told) = match event.change.is_durable() {
            true => (seq, told.seq, moves <= told.moves),
            false => (moves, told.moves, seq <= told.seq),
        };
        match number.checked_sub(last) {
            None | Some(0) if planted!(Twice) => Turn::Next,
            None | Some(0) => Turn::Old,
            Some(1) if others_told => Turn::Next,
            Some(_) if planted!(Back) && !event.change.is_durable() => Turn::Next,
            Some(_) => Turn::Early,
        }
    }

    fn push(&mut self, event: Arc<Event>) {
        if matches!(event.change, Change::Edited { .. } | Change::Deleted { .. }) {
            self.replace(|before| before.requoted(&event));
        }
        advance(&mut self.head, &event);
        self.known = Head { seq: self.known.seq.max(self.head.seq), moves: self.known.moves.max(self.head.moves) };
        self.weight += weight(&event);
        self.ring.push_back(event);
    }

    /// Lets everything out whose turn has come.
    fn release(&mut self) {
        while let Some(at) = self.held.iter().position(|event| self.turn(event) == Turn::Next) {
            let event = self.held.swap_remove(at);
            self.push(event);
        }
        let held = std::mem::take(&mut self.held);
        self.held = held.into_iter().filter(|event| self.turn(event) == Turn::Early).collect();
        if self.held.is_empty() && self.has_passed(self.known) {
            self.missed_since = None;
        }
    }
}

/// Moves a head over an event.
fn advance(head: &mut Head, event: &Event) {
    if event.change.is_durable() {
        head.seq = event.head.seq;
    } else {
        head.moves = event.head.moves;
    }
}

/// Events that may wait for what is missing; what is left out is read with it.
const MOST_HELD: usize = 1024;
