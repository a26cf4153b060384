//! Finding messages by their words, by looking at every message of every room.

use alloc::vec::Vec;

use crate::chat::Chat;
use crate::find::{Find, Found, Hit};
use crate::id::UserId;
use crate::refusal::Refusal;

impl Chat {
    /// Returns messages by their words, in the rooms that the reader is in.
    pub fn find(&self, reader: UserId, find: &Find) -> Result<Found, Refusal> {
        let rooms = match find.room {
            Some(room) => {
                self.visible(reader, room)?;
                alloc::vec![room]
            }
            None => self.memberships(reader).into_iter().map(|membership| membership.room).collect(),
        };
        let states = rooms.into_iter().filter_map(|room| self.visible(reader, room).ok());
        let messages = states.flat_map(|(state, ..)| state.messages());
        let hits = messages.filter_map(|message| Some((message.clone(), find.hit(message)?)));
        let (hits, next) = find.page(hits.collect());
        let hits = hits.into_iter().filter_map(|(message, highlights)| {
            let (state, ..) = self.visible(reader, message.room).ok()?;
            Some(Hit { shown: self.shown_to(reader, state, &message), highlights })
        });
        Ok(Found { hits: hits.collect::<Vec<_>>(), next })
    }
}
