//! Dialect 1's poll.

use std::sync::Arc;

use chat_domain::{Event, Message, UserId};

use super::super::Tree;
use super::message::plain;
use super::{Reply, reply};
use crate::cursor::Cursor;
use crate::entrance::{Entrance, Shape};
use crate::frames::Frames;
use crate::json::{Json, Object};
use crate::news::News;
use crate::{audience, encode};

/// What a poll has found.
pub struct Poll<'a> {
    /// The messages, oldest first.
    pub messages: Vec<&'a Message>,
    /// The newest of them, or the one from which the poll asked.
    pub last_message_id: i64,
    /// Who knew.
    pub source: Source,
    /// Everything else, for who polls with a cursor.
    pub changes: Option<Changes<'a>>,
}

/// Who knew the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The room's recent messages in memory.
    Cache,
    /// The store.
    Database,
}

/// Everything that happened in a room.
pub struct Changes<'a> {
    /// Who is told.
    pub viewer: UserId,
    /// What happened, in order.
    pub events: &'a [Arc<Event>],
    /// Where the reader stands now.
    pub cursor: Cursor,
    /// What was asked for is no longer kept: load anew.
    pub resync: bool,
}

/// The answer to a poll.
pub fn poll(poll: &Poll<'_>) -> Reply {
    reply(Tree::Api, 200, |o| {
        o.objects("data", &poll.messages, |o, message| plain(o, message));
        o.put("has_new_messages", !poll.messages.is_empty()).put("last_message_id", poll.last_message_id);
        o.put("source", poll.source.word());
        if let Some(changes) = &poll.changes {
            changes.write(o);
        }
    })
}

impl Changes<'_> {
    fn write(&self, o: &mut Object<'_>) {
        let mut frames = Frames::new();
        for event in self.events {
            let news = News::Event(event.clone());
            if let Some(audience) = audience(SSE, &news, self.viewer) {
                encode(SSE, audience, &news, self.cursor.epoch, &mut frames);
            }
        }
        o.list("events", frames.iter().filter_map(envelope)).put("cursor", self.cursor);
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

/// The JSON of a server-sent event.
struct Envelope<'a>(&'a [u8]);

impl Json for Envelope<'_> {
    fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }
}

fn envelope(frame: &[u8]) -> Option<Envelope<'_>> {
    frame.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"data: ")).map(Envelope)
}

const SSE: Shape = Shape { entrance: Entrance::Sse, cursor: false };
