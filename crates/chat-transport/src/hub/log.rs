//! The newest events of a room, in order.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::{Change, Event, Head, Message, MessageId, Time};

use super::weight::{USUAL_WEIGHT, weight};
use crate::mistakes::planted;

/// The newest events of a room, in order, and what is missing among them.
pub(super) struct Log {
    /// The head before the first event in the ring.
    base: Head,
    head: Head,
    /// The events; the first one has the number `first`.
    ring: VecDeque<Arc<Event>>,
    first: u64,
    /// Roughly how many bytes the ring takes.
    weight: usize,
    /// Everything up to here was read from the journal in one go. Such a reading leaves out what its end makes needless, so that
    /// it serves only those who stood at its beginning.
    read_upto: Head,
    /// Events that came too early and wait for others.
    held: Vec<Arc<Event>>,
    /// The highest counters that are known of, told or not; and since when something up to there has been missing.
    known: Head,
    missed_since: Option<Time>,
    /// Whether the missing events are being read.
    is_reading: bool,
}

/// The events that a log still has.
#[derive(Clone, Copy)]
pub(super) struct Recent<'a> {
    /// The events, oldest first.
    pub(super) events: &'a [Arc<Event>],
    /// The number of the first of them.
    pub(super) first: u64,
    /// The head after the last one.
    pub(super) head: Head,
}

impl Recent<'_> {
    /// Returns only the events up to this `seq`.
    pub(super) fn upto(self, seq: u64) -> Self {
        match self.events.iter().position(|event| event.change.is_durable() && event.head.seq >= seq) {
            Some(last) => Recent { events: &self.events[..=last], head: self.events[last].head, ..self },
            None => self,
        }
    }
}

/// Where an event belongs.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    /// It is the next one to tell.
    Next,
    /// It was told before.
    Old,
    /// Events before it are missing.
    Early,
}

impl Log {
    /// Creates a log of what comes after `head`.
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

    /// Returns the head after the newest event.
    pub(super) fn head(&self) -> Head {
        self.head
    }

    /// Returns the number of the first event that is still there.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Returns the number of the next event.
    pub(super) fn end(&self) -> u64 {
        self.first + self.ring.len() as u64
    }

    /// Returns all events that are still there.
    pub(super) fn recent(&mut self) -> Recent<'_> {
        Recent { first: self.first, head: self.head, events: self.ring.make_contiguous() }
    }

    /// Returns the messages after this one in their newest form, oldest first; `None` if events since then are no longer there.
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

    /// Replaces those events for which `by` returns another one.
    pub(super) fn replace(&mut self, by: impl Fn(&Event) -> Option<Event>) {
        for event in self.ring.iter_mut().chain(&mut self.held) {
            if let Some(new) = by(event) {
                *event = Arc::new(new);
            }
        }
    }

    /// Takes an event in. Returns whether there is something new to tell: not if it is old, or waits for a missing one.
    pub(super) fn accept(&mut self, event: Arc<Event>, now: Time) -> bool {
        match self.turn(&event) {
            Turn::Next => {
                self.push(event);
                self.release();
                // While events come, the missing ones may be on their way too: the wait begins anew.
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

    /// Notes that the room has at least these counters. What was not told up to there is missing since `since`.
    pub(super) fn stands_at(&mut self, head: Head, since: Time) {
        self.known = Head { seq: self.known.seq.max(head.seq), moves: self.known.moves.max(head.moves) };
        if !self.has_passed(self.known) {
            self.missed_since.get_or_insert(since);
        }
    }

    /// Tells whether something has been missing for `patience` and should be read. True only once for each reading.
    pub(super) fn is_to_be_read(&mut self, now: Time, patience: Duration) -> bool {
        let is_late = self.missed_since.is_some_and(|since| now.has_been(since, patience));
        if is_late {
            // If it is still missing after the reading, the wait begins anew.
            self.missed_since = Some(now);
        }
        is_late && !std::mem::replace(&mut self.is_reading, is_late)
    }

    /// Returns from where on something is missing; `None` if nothing is any more, and then no reading is under way.
    pub(super) fn missing_from(&mut self) -> Option<Head> {
        self.is_reading = self.missed_since.is_some();
        self.missed_since.map(|_| self.head)
    }

    /// Notes that the reading failed: the wait begins anew.
    pub(super) fn was_not_read(&mut self, now: Time) {
        self.is_reading = false;
        self.missed_since = self.missed_since.map(|_| now);
    }

    /// Takes in everything since `from`, as it was read. Returns whether there is something new to tell. If the log has moved on
    /// since, the reading is dropped: it leaves out what its end makes needless, and so fits only where it began.
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

    /// Gives up on what is missing: the log begins anew at the highest known counters, and listeners must read the journal.
    pub(super) fn skip_gap(&mut self) {
        (self.missed_since, self.is_reading) = (None, false);
        self.held.clear();
        self.head = self.known;
        self.first = self.end();
        self.ring.clear();
        self.weight = 0;
        self.base = self.head;
    }

    /// Tells whether there are more events than should be kept, or too heavy ones.
    pub(super) fn is_over(&self, keep: usize) -> bool {
        self.ring.len() > keep || self.weight > keep * USUAL_WEIGHT
    }

    /// Drops the oldest events beyond `keep`, but none that has not been heard (`heard` is the first of these).
    pub(super) fn trim(&mut self, keep: usize, heard: u64) {
        while self.is_over(keep) && self.first < heard && self.pop().is_some() {}
        if self.ring.capacity() > 4 * (keep + 4) {
            self.ring.shrink_to(keep);
        }
    }

    /// Forgets all that says something of messages up to this one, and nothing that was not heard.
    pub(super) fn forget(&mut self, upto: MessageId, heard: u64) {
        let says = |event: &Arc<Event>| matches!(&event.change, Change::Sent { message, .. } | Change::Edited { message } if message.id <= upto);
        let last = self.ring.iter().rposition(says).map_or(self.first, |last| self.first + last as u64 + 1);
        while self.first < last.min(heard) && self.pop().is_some() {}
    }

    /// Forgets the oldest event; nothing if there is none.
    fn pop(&mut self) -> Option<()> {
        let event = self.ring.pop_front()?;
        (self.first, self.weight) = (self.first + 1, self.weight - weight(&event));
        advance(&mut self.base, &event);
        Some(())
    }

    /// Tells whether everything up to there was told.
    pub(super) fn has_passed(&self, head: Head) -> bool {
        head.seq <= self.head.seq && head.moves <= self.head.moves
    }

    /// Tells whether everything after `from` is still there.
    pub(super) fn covers(&self, from: Head) -> bool {
        let is_after = |head: Head| from.seq >= head.seq && from.moves >= head.moves;
        is_after(self.base) && is_after(self.read_upto)
    }

    /// Returns where an event belongs. The two counters of a room form one order: an event comes after everything that its head
    /// counts, of both kinds. Otherwise its cursor would promise something that was not told yet, and a position could come
    /// before the message that it points to.
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

    /// Takes in the waiting events whose turn has come.
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
    match event.change.is_durable() {
        true => head.seq = event.head.seq,
        false => head.moves = event.head.moves,
    }
}

/// How many events may wait for missing ones. Further ones are dropped, and read together with the missing ones.
const MOST_HELD: usize = 1024;
