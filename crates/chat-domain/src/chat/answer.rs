//! The answers that a store would give, given by a whole chat.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Chat;
use crate::client_id::ClientId;
use crate::command::Need;
use crate::emoji::Emoji;
use crate::fact::*;
use crate::id::{MessageId, RoomId, UserId};
use crate::person::Person;
use crate::room::Member;
use crate::rows::{ReactionRow, Readership, Roster};

impl Chat {
    /// Returns the answer to a need, as a store that holds this whole chat would give it. With [`Chat::partial`] and
    /// [`Chat::learn`] it cuts out the part of a chat that a command needs.
    ///
    /// # Panics
    ///
    /// If this is a partial chat that has not learned the answer.
    pub fn answer(&self, need: &Need) -> Fact {
        match *need {
            Need::Person(user) => Fact::Person(user, self.person(user).ok().cloned()),
            Need::Room(room) => Fact::Room(room, self.state(room).ok().map(|(_, row)| row.clone())),
            Need::Member(room, user) => Fact::Member(room, user, self.slot(room, user).map(|slot| slot.member)),
            Need::Heir(room) => Fact::Heir(room, self.heirs(room)),
            Need::Message(room, id) => {
                Fact::Message(room, id, self.message_row(room, id).map(|message| self.as_now(message)))
            }
            Need::Ordinal(room, id, user) => Fact::Ordinal(room, id, user, self.ordinal(room, id, user)),
            Need::Author(room, id) => Fact::Author(room, id, self.author(room, id)),
            Need::Blocks(low, high) => Fact::Blocks(low, high, [self.blocks(low, high), self.blocks(high, low)]),
            Need::Apart(user) => Fact::Apart(user, self.apart_from(user)),
            Need::Direct(low, high) => {
                Fact::Direct(low, high, self.direct(low, high).and_then(|room| self.room_roster(room)))
            }
            Need::Sent(room, user, ref name) => {
                let first = self.first_sent(room, user, name);
                Fact::Sent(room, user, name.clone(), first.and_then(|(digest, id)| self.sent_first(room, id, digest)))
            }
            Need::Named(room, ref name) => Fact::Named(room, name.clone(), self.named_in(room, name)),
            Need::File(id) => Fact::File(id, self.file(id).cloned()),
            Need::Made(user, ref name) => Fact::Made(user, name.clone(), self.made_first(user, name)),
            Need::Reactions(room, id, user, ref emoji) => {
                let rows = self.reaction_rows(room, id, emoji, Some(user));
                Fact::Reactions(room, id, user, emoji.clone(), rows)
            }
            Need::Unread(room, user, upto) => Fact::Unread(room, user, upto, self.unread_rows(room, user, upto)),
            Need::Undelivered(room, user, upto) => {
                Fact::Undelivered(room, user, upto, self.undelivered_rows(room, user, upto))
            }
            Need::Lobby(user) => Fact::Lobby(user, self.in_lobby(user)),
            Need::Waiting => Fact::Waiting(
                self.waiting().filter_map(|row| Some((row, self.person(row.user).ok()?.clone()))).collect(),
            ),
        }
    }

    /// Returns a partial chat that has learned the answers to these needs, and nothing else, from this one.
    pub fn restrict<'a>(&self, needs: impl IntoIterator<Item = &'a Need>) -> Chat {
        let mut part = Chat::partial(self.limits);
        needs.into_iter().for_each(|need| part.learn(self.answer(need)));
        part
    }

    fn author(&self, room: RoomId, id: MessageId) -> Option<Member> {
        let sender = self.message_row(room, id)?.sender.id();
        self.slot(room, sender).map(|slot| slot.member)
    }

    fn made_first(&self, user: UserId, name: &ClientId) -> Option<FirstMade> {
        let (digest, room) = self.first_made(user, name)?;
        Some(FirstMade { digest, roster: self.room_roster(room)? })
    }

    fn heirs(&self, room: RoomId) -> Vec<(Member, Arc<Person>)> {
        let Ok((state, row)) = self.state(room) else { return Vec::new() };
        let others =
            state.present().into_iter().map(|slot| slot.member).filter(|member| row.owner != Some(member.user));
        others.filter_map(|member| Some((member, self.person(member.user).ok()?.clone()))).collect()
    }

    fn room_roster(&self, room: RoomId) -> Option<Roster> {
        let (state, row) = self.state(room).ok()?;
        let present = state.present().into_iter();
        let members = present.filter_map(|slot| Some((slot.member, self.person(slot.member.user).ok()?.clone())));
        Some(Roster { room: row.clone(), members: members.collect() })
    }

    fn sent_first(&self, room: RoomId, id: MessageId, digest: crate::Digest) -> Option<FirstSent> {
        let (state, _) = self.state(room).ok()?;
        let seen = self.readership(state, &self.as_now(self.message_row(room, id)?), None);
        Some(FirstSent { digest, seen, likes: self.reaction_rows(room, id, &Emoji::LIKE, None) })
    }

    fn reaction_rows(&self, room: RoomId, id: MessageId, emoji: &Emoji, user: Option<UserId>) -> Vec<ReactionRow> {
        let given = self.states.get(&room).and_then(|state| state.given(id, emoji));
        let mut rows: Vec<_> = given.into_iter().flat_map(|given| given.rows.values()).cloned().collect();
        rows.retain(|row| row.stands || Some(row.user.id) == user);
        rows.sort_unstable_by_key(|row| row.seq);
        rows
    }

    fn unread_rows(&self, room: RoomId, user: UserId, upto: Option<MessageId>) -> Vec<Readership> {
        let (Ok((state, row)), Some(slot)) = (self.state(room), self.slot(room, user)) else { return Vec::new() };
        let Some(target) = upto.or(row.last_message) else { return Vec::new() };
        let found = self.between(state, user, slot.member.read.message, target);
        found.iter().map(|message| self.readership(state, message, None)).collect()
    }

    fn undelivered_rows(&self, room: RoomId, user: UserId, upto: MessageId) -> Vec<(MessageId, UserId)> {
        let (Ok((state, _)), Some(slot)) = (self.state(room), self.slot(room, user)) else { return Vec::new() };
        self.senders(state, user, slot.member.reached(), upto)
    }

    fn in_lobby(&self, user: UserId) -> Option<InLobby> {
        let row = self.lobby(user)?;
        let partner = row.partner.and_then(|partner| self.lobby(partner));
        let open = row.room.and_then(|room| Some((self.room_roster(room)?, partner?)));
        Some(InLobby { row, open })
    }
}
