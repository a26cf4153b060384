//! Bodies of requests about webhooks.

use chat_domain::RoomId;

use super::super::Tree;
use super::super::answer::EVENT_KINDS;
use super::super::fields::{Fields, wrong};
use crate::trouble::Trouble;

/// The body of `POST webhooks`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    /// The address to which events are posted.
    pub address: String,
    /// The kinds of events; empty for all.
    pub wants: Vec<String>,
    /// The rooms; empty for all.
    pub rooms: Vec<RoomId>,
}

impl NewWebhook {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<NewWebhook, Trouble> {
        let mut fields = Fields::parse(body)?;
        let address = fields.short_text("url", LONGEST)?;
        let wants = fields.texts("events", EVENT_KINDS.len())?;
        if let Some(strange) = wants.iter().find(|kind| !EVENT_KINDS.contains(&kind.as_str())) {
            return Err(wrong("events", &format!("names `{strange}`, which is no sort of event")));
        }
        let rooms = fields.texts("chat_ids", MOST_ROOMS)?;
        let rooms =
            rooms.iter().map(|room| Tree::V2.room(room).ok_or_else(|| wrong("chat_ids", "must be UUIDs of chats")));
        Ok(NewWebhook { address, wants, rooms: rooms.collect::<Result<_, _>>()? })
    }
}

/// The longest address, in bytes.
const LONGEST: usize = 2048;
/// The largest number of rooms that one webhook may name.
const MOST_ROOMS: usize = 1000;
