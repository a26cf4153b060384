//! Messages with the names that people have now, and with quotes as the quoted messages are now.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Chat;
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::person::Person;
use crate::quote::{InReply, Quote};

impl Chat {
    /// Returns a message with its sender's present name and with its quote as the quoted message is now, as far as this
    /// chat knows both.
    pub(crate) fn as_now(&self, message: &Arc<Message>) -> Arc<Message> {
        let sender = self.shows_now(message.sender.id()).filter(|sender| **sender != message.sender);
        let reply = message.reply.as_ref().and_then(|reply| self.quoted_now(message.room, reply));
        if sender.is_none() && reply.is_none() {
            return message.clone();
        }
        let mut now = Message::clone(message);
        now.sender = sender.unwrap_or(&message.sender).clone();
        now.reply = reply.map(Arc::new).or(now.reply);
        Arc::new(now)
    }

    /// Returns the quote of a message as it is now.
    #[cfg(feature = "std")]
    pub(crate) fn quote(&self, room: RoomId, message: MessageId) -> Option<Quote> {
        Some(self.as_now(self.states.get(&room)?.message(message)?).quoted())
    }

    /// Returns everybody who is in a room.
    #[cfg(feature = "std")]
    pub(crate) fn people_in(&self, room: RoomId) -> Vec<UserId> {
        let present = self.states.get(&room).map(|state| state.present()).unwrap_or_default();
        present.into_iter().map(|slot| slot.member.user).collect()
    }

    /// Returns the replies of a thread that are not deleted, oldest first.
    pub(crate) fn replies(&self, room: RoomId, thread: MessageId) -> &[MessageId] {
        let state = self.states.get(&room);
        state.and_then(|state| state.threads.get(&thread)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns a quote as it is now, if it has changed.
    fn quoted_now(&self, room: RoomId, reply: &InReply) -> Option<InReply> {
        let quote = match self.states.get(&room)?.message(reply.quote.message) {
            Some(message) => message.quoted(),
            None => reply.quote.clone(),
        };
        let sender = self.shows_now(quote.sender.id()).unwrap_or(&quote.sender).clone();
        let quote = Quote { sender, ..quote };
        (quote != reply.quote).then_some(InReply { quote, ..reply.clone() })
    }

    fn shows_now(&self, user: UserId) -> Option<&Arc<Person>> {
        self.people.get(&user)?.as_ref().map(|known| &known.person)
    }
}
