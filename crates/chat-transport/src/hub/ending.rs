//! Groups that have ended: their members are told so, some at a time, so that a group of ten thousand does not delay others.

use std::sync::Arc;

use chat_domain::{Event, Person};

use super::subs::Sub;

/// A group that has ended.
pub(super) struct Ending {
    pub(super) event: Event,
    /// Subscriptions that must first hear the events before the end.
    subs: Vec<Sub>,
    /// The people who were members.
    people: Vec<Arc<Person>>,
}

/// A part of those who are to hear of an end.
pub(super) struct Ended {
    pub(super) event: Event,
    pub(super) people: Vec<Arc<Person>>,
    /// Whether there is more to tell of this end or another one.
    pub(super) more: bool,
}

impl Ending {
    /// Begins to tell of an end.
    pub(super) fn new(event: &Event, subs: Vec<Sub>, people: Vec<Arc<Person>>) -> Ending {
        Ending { event: event.clone(), subs, people }
    }

    /// Takes some of the subscriptions that must hear the events before the end.
    pub(super) fn some_subs(&mut self) -> Vec<Sub> {
        self.subs.drain(..self.subs.len().min(CHUNK)).collect()
    }

    /// Takes some of the members, once no subscription is left.
    pub(super) fn some_people(&mut self) -> Vec<Arc<Person>> {
        self.people.drain(..self.people.len().min(CHUNK)).collect()
    }

    /// Tells whether everybody was told.
    pub(super) fn is_over(&self) -> bool {
        self.subs.is_empty() && self.people.is_empty()
    }
}

/// How many members are told in one go, before other tasks get their turn.
const CHUNK: usize = 128;
