//! What a store would say, said by a chat that knows everything.

use alloc::vec::Vec;

use super::{Chat, Den};
use crate::command::Fact;
use crate::id::{MessageId, RoomId, UserId};
use crate::known::*;
use crate::message::Message;
use crate::room::Member;
use crate::rows::{LikeRow, LobbyRow, Roster, Seen};

impl Chat {
    /// The answer to a fact, as a store that holds this whole chat would give it. With [`Chat::partial`] and
    /// [`Chat::tell`] this cuts the part of a chat out of it that a command needs.
    ///
    /// # Panics
    ///
    /// If a partial chat is asked for what it does not know.
    pub fn answer(&self, fact: &Fact) -> Known {
        match *fact {
            Fact::Person(user) => Known::Person(user, self.person(user).ok().cloned()),
            Fact::Room(room) => Known::Room(room, self.den(room).ok().map(|(_, row)| row.clone())),
            Fact::Member(room, user) => Known::Member(room, user, self.slot(room, user).map(|slot| slot.member)),
            Fact::Heir(room) => Known::Heir(room, self.heirs(room)),
            Fact::Message(room, id) => Known::Message(room, id, self.message_row(room, id).cloned()),
            Fact::Place(room, id, user) => Known::Place(room, id, user, self.place(room, id, user)),
            Fact::Direct(low, high) => {
                Known::Direct(low, high, self.direct(low, high).and_then(|room| self.room_roster(room)))
            }
            Fact::Sent(room, user, ref name) => {
                let first = self.first_sent(room, user, name);
                let first = first.and_then(|(digest, id)| self.sent_first(room, id, digest));
                Known::Sent(room, user, name.clone(), first)
            }
            Fact::Made(user, ref name) => {
                let made = self.first_made(user, name);
                let made = made.and_then(|(digest, room)| Some(FirstMade { digest, roster: self.room_roster(room)? }));
                Known::Made(user, name.clone(), made)
            }
            Fact::Likes(room, id, user) => Known::Likes(room, id, user, self.like_rows(room, id, Some(user))),
            Fact::Unread(room, user, upto) => Known::Unread(room, user, upto, self.unread_rows(room, user, upto)),
            Fact::Undelivered(room, user, upto) => {
                Known::Undelivered(room, user, upto, self.undelivered_rows(room, user, upto))
            }
            Fact::Lobby(user) => Known::Lobby(user, self.in_lobby(user)),
            Fact::Waiting => {
                let person = |row: LobbyRow| Some((row, self.person(row.user).ok()?.clone()));
                Known::Waiting(self.waiting().filter_map(person).collect())
            }
        }
    }

    /// A chat that knows only what these facts say of this one.
    pub fn restrict<'a>(&self, facts: impl IntoIterator<Item = &'a Fact>) -> Chat {
        let mut part = Chat::partial(self.limits);
        facts.into_iter().for_each(|fact| part.tell(self.answer(fact)));
        part
    }

    fn heirs(&self, room: RoomId) -> Vec<Member> {
        let Ok((den, row)) = self.den(room) else { return Vec::new() };
        den.present().into_iter().map(|slot| slot.member).filter(|member| row.owner != Some(member.user)).collect()
    }

    fn room_roster(&self, room: RoomId) -> Option<Roster> {
        let (den, row) = self.den(room).ok()?;
        let present = den.present().into_iter();
        let members = present.filter_map(|slot| Some((slot.member, self.person(slot.member.user).ok()?.clone())));
        Some(Roster { room: row.clone(), members: members.collect() })
    }

    fn sent_first(&self, room: RoomId, id: MessageId, digest: crate::Digest) -> Option<FirstSent> {
        let (den, _) = self.den(room).ok()?;
        let seen = self.seen_row(den, self.message_row(room, id)?);
        Some(FirstSent { digest, seen, likes: self.like_rows(room, id, None) })
    }

    fn like_rows(&self, room: RoomId, id: MessageId, user: Option<UserId>) -> Vec<LikeRow> {
        let rows = self.dens.get(&room).and_then(|den| den.likes.get(&id)).map(|liked| &liked.rows);
        let mut rows: Vec<_> = rows.into_iter().flat_map(|rows| rows.values()).copied().collect();
        rows.retain(|row| row.liked || Some(row.user.id) == user);
        rows.sort_unstable_by_key(|row| row.seq);
        rows
    }

    fn unread_rows(&self, room: RoomId, user: UserId, upto: Option<MessageId>) -> Vec<Seen> {
        let (Ok((den, row)), Some(slot)) = (self.den(room), self.slot(room, user)) else { return Vec::new() };
        let Some(target) = upto.or(row.last_message) else { return Vec::new() };
        let found = self.between(den, user, slot.member.read.message, target);
        found.iter().map(|message| self.seen_row(den, message)).collect()
    }

    fn undelivered_rows(&self, room: RoomId, user: UserId, upto: MessageId) -> Vec<(MessageId, UserId)> {
        let (Ok((den, _)), Some(slot)) = (self.den(room), self.slot(room, user)) else { return Vec::new() };
        self.senders(den, user, slot.member.reached(), upto)
    }

    fn seen_row(&self, den: &Den, message: &alloc::sync::Arc<Message>) -> Seen {
        let mut readers = self.readers(den, message, None);
        let first_at = self.first_read(den, message, &readers);
        readers.drain(..readers.len().saturating_sub(super::NEWEST));
        Seen { message: message.clone(), readers, first_at, delivered: self.is_delivered(den, message) }
    }

    fn in_lobby(&self, user: UserId) -> Option<InLobby> {
        let row = self.lobby(user)?;
        let partner = row.partner.and_then(|partner| self.lobby(partner));
        let open = row.room.and_then(|room| Some((self.room_roster(room)?, partner?)));
        Some(InLobby { row, open })
    }
}
