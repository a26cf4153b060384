//! Chats as their members see them, and the counters of rooms.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::chat::{Chat, RoomState, Slot};
use crate::id::{MessageId, RoomId, UserId};
use crate::refusal::Refusal;
use crate::room::Head;
use crate::room::{Member, Room, RoomKind};
use crate::time::Time;
use crate::view::{ChatView, Chats, MEMBERS_IN_CHAT, MEMBERS_IN_LIST, MemberView, Membership, Summary};

impl Chat {
    /// Returns the room's counters.
    pub fn head(&self, reader: UserId, room: RoomId) -> Result<Head, Refusal> {
        self.visible(reader, room).map(|(_, row, _)| row.head)
    }

    /// Returns the room's counters with the newest message that they count, deleted or not.
    pub fn joining(&self, reader: UserId, room: RoomId) -> Result<(Head, Option<MessageId>), Refusal> {
        self.visible(reader, room).map(|(_, row, _)| (row.head, row.last_message))
    }

    /// Returns the counters of many rooms. Unknown rooms are left out.
    pub fn heads(&self, rooms: impl IntoIterator<Item = RoomId>) -> Vec<(RoomId, Head)> {
        rooms.into_iter().filter_map(|room| Some((room, self.state(room).ok()?.1.head))).collect()
    }

    /// Returns a page of a user's chats, most recently changed first, beginning below the room `before`, which may be
    /// any room that exists.
    pub fn chats(&self, reader: UserId, before: Option<RoomId>, limit: usize) -> Result<Chats, Refusal> {
        let key = |row: &Room| Reverse((row.last_at, row.id));
        let before = before.map(|room| self.state(room).map(|(_, row)| key(row))).transpose()?;
        let mut rooms: Vec<_> = self.rooms_of(reader).filter_map(|room| self.visible(reader, room).ok()).collect();
        rooms.retain(|(_, row, _)| !self.is_hidden(reader, row) && before.is_none_or(|before| key(row) > before));
        rooms.sort_unstable_by_key(|(_, row, _)| key(row));
        let more = rooms.len() > limit;
        rooms.truncate(limit);
        let next = rooms.last().filter(|_| more).map(|(_, row, _)| row.id);
        let view = |(state, row, slot)| self.view(state, row, slot, MEMBERS_IN_LIST);
        Ok(Chats { chats: rooms.into_iter().map(view).collect(), next })
    }

    /// Takes a direct chat off a user's list until its next message.
    pub fn hide(&mut self, user: UserId, room: RoomId) -> Result<(), Refusal> {
        let (_, row, _) = self.visible(user, room)?;
        if row.kind != RoomKind::Direct {
            return Err(Refusal::NotDirect);
        }
        let sent = row.sent;
        self.hidden.insert((user, room), sent);
        Ok(())
    }

    fn is_hidden(&self, user: UserId, row: &Room) -> bool {
        self.hidden.get(&(user, row.id)).is_some_and(|&sent| row.sent <= sent)
    }

    /// Returns one chat.
    pub fn chat(&self, reader: UserId, room: RoomId) -> Result<ChatView, Refusal> {
        self.visible(reader, room).map(|(state, row, slot)| self.view(state, row, slot, MEMBERS_IN_CHAT))
    }

    /// Returns a page of a room's members in order of joining: those who joined after `after`, who must be or have been
    /// a member.
    pub fn members(
        &self,
        reader: UserId,
        room: RoomId,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<MemberView>, Refusal> {
        let (state, row, _) = self.visible(reader, room)?;
        let after = after.map(|user| self.slot(room, user).ok_or(Refusal::UnknownUser)).transpose()?;
        let mut slots = state.present();
        slots.retain(|slot| after.is_none_or(|after| slot.member.seniority() > after.member.seniority()));
        Ok(slots.into_iter().take(limit).filter_map(|slot| self.member_view(row, slot)).collect())
    }

    /// Returns one member of a room.
    pub fn one_member(&self, reader: UserId, room: RoomId, user: UserId) -> Result<MemberView, Refusal> {
        let (_, row, _) = self.visible(reader, room)?;
        let slot = self.member(room, user).ok_or(Refusal::UnknownUser)?;
        self.member_view(row, slot).ok_or(Refusal::UnknownUser)
    }

    /// Returns all rooms that a user is in, in order of their ids.
    pub fn memberships(&self, user: UserId) -> Vec<Membership> {
        let rooms = self.rooms_of(user).filter_map(|room| self.state(room).ok());
        rooms
            .map(|(state, row)| Membership {
                room: row.id,
                kind: row.kind,
                members: row.members,
                head: row.head,
                mute: state.slots_of(user).and_then(|slot| slot.member.mute()),
            })
            .collect()
    }

    /// Returns lines of chat lists in the order asked for. Users who are not members of the room are left out.
    pub fn summaries(&self, of: impl IntoIterator<Item = (UserId, RoomId)>) -> Vec<Summary> {
        let line = |(user, room)| {
            let (state, row, slot) = self.visible(user, room).ok()?;
            Some(Summary {
                user,
                room,
                unread: unread(state, row, slot),
                mentions: self.unread_mentions(state, slot),
                last_message: self.last_alive(state).map(|message| self.shown(state, message)),
            })
        };
        of.into_iter().filter_map(line).collect()
    }

    /// Returns when a user was last seen.
    pub fn last_seen(&self, user: UserId) -> Option<Time> {
        self.someone(user).and_then(|(_, last_seen)| last_seen)
    }

    fn view(&self, state: &RoomState, row: &Room, slot: &Slot, members: usize) -> ChatView {
        let present = state.present().into_iter().take(members);
        ChatView {
            room: Arc::new(row.clone()),
            members: present.filter_map(|slot| self.member_view(row, slot)).collect(),
            unread: unread(state, row, slot),
            mentions: self.unread_mentions(state, slot),
            last_message: self.last_alive(state).map(|message| self.shown_to(slot.member.user, state, message)),
        }
    }

    pub(super) fn member_view(&self, row: &Room, slot: &Slot) -> Option<MemberView> {
        let Member { user, muted, .. } = slot.member;
        let (role, last_seen) = (row.role_of(user, Some(&slot.member)), self.last_seen(user));
        Some(MemberView { person: self.person(user).ok()?.clone(), role, muted, last_seen })
    }
}

/// Returns how many messages of others a member has not read. This takes the same time however long the history is.
pub(crate) fn unread(state: &RoomState, row: &Room, slot: &Slot) -> u64 {
    let member = &slot.member;
    member.read.unread(row.sent, member.sent, state.deleted_of_others(slot, member.read.number))
}
