//! Groups that have ended: nobody is in them any more, and the members are told so some at a time. Nobody else waits for the last of
//! ten thousand.

use std::sync::Arc;

use chat_domain::{Event, Person};

use super::subs::Sub;

/// A group that has ended.
pub(super) struct Ending {
    pub(super) event: Event,
    /// Those who heard it, and are to hear what came before.
    subs: Vec<Sub>,
    /// Those who were in it.
    people: Vec<Arc<Person>>,
}

/// Some of those who are to hear of an end.
pub(super) struct Ended {
    pub(super) event: Event,
    pub(super) people: Vec<Arc<Person>>,
    /// Whether others are to hear something of an end, too.
    pub(super) more: bool,
}

impl Ending {
    /// Of these subs and people.
    pub(super) fn new(event: &Event, subs: Vec<Sub>, people: Vec<Arc<Person>>) -> Ending {
        Ending { event: event.clone(), subs, people }
    }

    /// Some of those who are to hear what came before.
    pub(super) fn some_subs(&mut self) -> Vec<Sub> {
        self.subs.drain(..self.subs.len().min(CHUNK)).collect()
    }

    /// Once there are none: some of those who are to hear of the end.
    pub(super) fn some_people(&mut self) -> Vec<Arc<Person>> {
        self.people.drain(..self.people.len().min(CHUNK)).collect()
    }

    /// Whether everybody was told.
    pub(super) fn is_over(&self) -> bool {
        self.subs.is_empty() && self.people.is_empty()
    }
}

/// Members who are told in one go, before others get their turn.
const CHUNK: usize = 128;
