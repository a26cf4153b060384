//! The answer to dialect 1's poll.

use std::sync::Arc;

use chat_domain::{Event, Message};

use super::super::Tree;
use super::{Reply, reply};
use crate::cursor::Cursor;
use crate::dialect::additions::{Beside, additions};
use crate::dialect::extra::Words;
use crate::dialect::{is_event_asked_for, sse};
use crate::features::Features;
use crate::json::{Json, Object};

/// What a poll found.
pub struct Poll<'a> {
    /// The messages, oldest first.
    pub messages: Vec<&'a Message>,
    /// The id of the newest of them; if there are none, the id after which the poll asked.
    pub last_message_id: i64,
    /// Where the answer came from.
    pub source: Source,
    /// All changes, if the poll asked with a cursor.
    pub changes: Option<Changes<'a>>,
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The room's recent messages in memory.
    Cache,
    /// The store.
    Database,
}

/// The changes of a room.
pub struct Changes<'a> {
    /// What happened, in order.
    pub events: &'a [Arc<Event>],
    /// The reader's cursor after them.
    pub cursor: Cursor,
    /// Whether what the reader missed is no longer kept, so that the room must be loaded anew.
    pub resync: bool,
}

/// Returns the answer to a poll.
pub fn poll(features: Features, poll: &Poll<'_>) -> Reply {
    reply(Tree::Api, 200, |o| {
        o.objects("data", &poll.messages, |o, message| {
            sse::message_fields(o, message);
            additions(o, Words::Sse, features, message, Beside::default());
        });
        o.put("has_new_messages", !poll.messages.is_empty()).put("last_message_id", poll.last_message_id);
        o.put("source", poll.source.word());
        if let Some(changes) = &poll.changes {
            changes.write(o, features);
        }
    })
}

impl Changes<'_> {
    fn write(&self, o: &mut Object<'_>, features: Features) {
        let told = self.events.iter().filter(|event| sse::carries_event(event));
        let told = told.filter(|event| is_event_asked_for(features, event));
        o.list("events", told.map(|event| Envelope(event, features))).put("cursor", self.cursor);
        o.maybe("resync", self.resync.then_some(true));
    }
}

impl Source {
    const fn word(self) -> &'static str {
        match self {
            Source::Cache => "cache",
            Source::Database => "database",
        }
    }
}

/// An event with the features of its reader, written as the stream writes it.
struct Envelope<'a>(&'a Event, Features);

impl Json for Envelope<'_> {
    fn write(self, out: &mut Vec<u8>) {
        sse::write_envelope(out, self.0, self.1);
    }
}
