//! What became of a message: who has read it, whom it has reached, who reacts to it.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::state::Given;
use super::steps::step;
use super::{Chat, RoomState};
use crate::command::Need;
use crate::emoji::Emoji;
use crate::id::{MessageId, UserId};
use crate::message::Message;
use crate::person::Handle;
use crate::reception::{Likes, Mark, NEWEST, Reception};
use crate::rows::{ReactionRow, Readership};

impl Chat {
    /// Returns what became of a message.
    pub(crate) fn reception(&self, state: &RoomState, message: &Arc<Message>) -> Reception {
        let likes = self.newest_rows(state, message, &Emoji::LIKE, None);
        self.readership(state, message, None).reception(&likes)
    }

    /// Returns a message with its readers. `also` is a reader whose position is just being moved.
    pub(crate) fn readership(&self, state: &RoomState, message: &Arc<Message>, also: Option<Mark>) -> Readership {
        let readers = self.readers(state, message, also);
        let first_at = state.bases.get(&message.id).and_then(|base| base.first_at);
        Readership::of(message.clone(), readers, first_at, self.is_delivered(state, message))
    }

    /// Returns who has read a message, without its sender, in order of time. `also` is a reader whose position is just
    /// being moved. A partial chat may miss the oldest of more than a hundred.
    pub(crate) fn readers(&self, state: &RoomState, message: &Message, also: Option<Mark>) -> Vec<Mark> {
        self.expect_base(state, message);
        let here = state.slots().filter(|slot| slot.member.user != message.sender.id()).filter_map(|slot| {
            let receipt = slot.reached(message.id)?;
            Some(Mark { user: self.handle(slot.member.user), at: receipt.at })
        });
        let before = state.bases.get(&message.id).map(|base| base.readers.as_slice()).unwrap_or_default();
        let mut marks: Vec<_> = before.iter().copied().chain(here).chain(also).collect();
        marks.sort_unstable_by_key(|mark| (mark.at, mark.user.id));
        marks
    }

    /// Whether a message has reached anybody but its sender.
    pub(crate) fn is_delivered(&self, state: &RoomState, message: &Message) -> bool {
        let others = || state.slots().map(|slot| &slot.member).filter(|member| member.user != message.sender.id());
        state.bases.get(&message.id).is_some_and(|base| base.delivered)
            || others().any(|member| member.reached() >= Some(message.id))
    }

    /// Returns who gives a message this reaction.
    pub(crate) fn backers(&self, state: &RoomState, message: &Message, emoji: &Emoji) -> Likes {
        Likes::of(message.reactions.count(emoji), &self.newest_rows(state, message, emoji, None))
    }

    /// Returns the newest hundred rows of a reaction that stand, oldest first, without those of `without`.
    pub(crate) fn newest_rows(
        &self,
        state: &RoomState,
        message: &Message,
        emoji: &Emoji,
        without: Option<UserId>,
    ) -> Vec<ReactionRow> {
        let Some(given) = self.given(state, message, emoji) else { return Vec::new() };
        let rows = given.order.iter().rev().filter_map(|(_, who)| given.rows.get(who));
        let mut rows: Vec<_> = rows.filter(|row| Some(row.user.id) != without).take(NEWEST).cloned().collect();
        rows.reverse();
        rows
    }

    /// Whether a user gives a message this reaction.
    pub(crate) fn reacts(&self, state: &RoomState, message: &Message, emoji: &Emoji, user: UserId) -> bool {
        if !state.is_fresh(message) {
            self.expect(|| Need::Reactions(message.room, message.id, user, emoji.clone()));
        }
        self.given(state, message, emoji).and_then(|given| given.rows.get(&user)).is_some_and(|row| row.stands)
    }

    /// Returns the newest hundred messages of others that are not deleted, after `from` and up to `upto`, oldest first.
    pub(crate) fn between(
        &self,
        state: &RoomState,
        user: UserId,
        from: Option<MessageId>,
        upto: MessageId,
    ) -> Vec<Arc<Message>> {
        let mut found: Vec<_> = state.messages[..state.upto(upto)]
            .iter()
            .rev()
            .inspect(|_| step())
            .take_while(|message| Some(message.id) > from)
            .filter(|message| message.sender.id() != user && message.deleted.is_none())
            .take(NEWEST)
            .cloned()
            .collect();
        found.reverse();
        found
    }

    /// Returns the ids and senders of the same messages. A working set may know of some no more than that.
    pub(crate) fn senders(
        &self,
        state: &RoomState,
        user: UserId,
        from: Option<MessageId>,
        upto: MessageId,
    ) -> Vec<(MessageId, UserId)> {
        let here = self.between(state, user, from, upto);
        let senders = state.senders.iter().map(|(&id, &sender)| (id, sender));
        let senders = senders.filter(|&(id, sender)| Some(id) > from && id <= upto && sender != user);
        let senders = senders.filter(|&(id, _)| state.message(id).is_none());
        let mut found: Vec<_> = here.iter().map(|message| (message.id, message.sender.id())).chain(senders).collect();
        found.sort_unstable();
        found.split_off(found.len().saturating_sub(NEWEST))
    }

    /// Returns both ids of a user; the UUID of an unknown user is computed.
    pub(crate) fn handle(&self, user: UserId) -> Handle {
        self.person(user).map_or_else(|_| Handle::from(user), |person| person.handle)
    }

    /// Returns the rows of a reaction. A deleted message has none. Those of a message that was sent in this working set
    /// are all here; those of an older one must have been learned.
    fn given<'a>(&'a self, state: &'a RoomState, message: &Message, emoji: &Emoji) -> Option<&'a Given> {
        match state.given(message.id, emoji) {
            None if !state.is_fresh(message) && message.deleted.is_none() => {
                self.absent(|| Need::Reactions(message.room, message.id, message.sender.id(), emoji.clone()))
            }
            found => found,
        }
    }

    fn expect_base(&self, state: &RoomState, message: &Message) {
        let known = self.whole || state.is_fresh(message) || state.bases.contains_key(&message.id);
        assert!(known, "the working set never learned who has read message {} of room {}", message.id, message.room);
    }
}
