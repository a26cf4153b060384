//! Making unreadable what a person said who was erased.

use alloc::sync::Arc;

use super::Chat;
use crate::id::{MAX_ID, MessageId, UserId};
use crate::rows::PurgeRow;
use crate::time::Time;

impl Chat {
    /// Makes all messages of a user unreadable, and orders their deletion as purges. Returns how many messages there
    /// were. For a whole chat only.
    pub fn unsay(&mut self, user: UserId) -> u64 {
        let (mut said, mut purges) = (0, self.take_purges());
        for (&room, state) in &mut self.states {
            let own = state.messages.iter_mut().filter(|message| message.sender.id() == user);
            let (own, before) = (own.filter(|message| message.deleted.is_none()), said);
            own.for_each(|message| {
                said += 1;
                *message = Arc::new(message.unsaid());
            });
            if said > before {
                purges.retain(|purge| (purge.room, purge.user) != (room, user));
                purges.push(PurgeRow { room, user, actor: user, since: Time(i64::MIN), upto: LAST });
            }
        }
        purges.sort_unstable_by_key(|purge| (purge.room, purge.user));
        purges.into_iter().for_each(|purge| self.keep_purge(purge));
        said
    }

    /// Returns how many messages of an erased user are still to be deleted.
    pub fn unsaid_left(&self, user: UserId) -> u64 {
        let own = self.purges.iter().filter(|purge| purge.user == user && purge.actor == user);
        let rooms = own.filter_map(|purge| self.states.get(&purge.room));
        let messages = rooms.flat_map(|state| &state.messages);
        messages.filter(|message| message.sender.id() == user && message.deleted.is_none()).count() as u64
    }
}

/// A message id that no message comes after.
const LAST: MessageId = MessageId::new(MAX_ID).expect("the largest id is one");
