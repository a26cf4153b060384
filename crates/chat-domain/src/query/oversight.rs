//! What operators of a server may ask about rooms.

use alloc::string::String;
use alloc::sync::Arc;

use crate::chat::{Chat, RoomState};
use crate::id::{MessageId, RoomId, UserId};
use crate::names::folded;
use crate::oversight::{FoundRooms, Inspected, Trace};
use crate::refusal::Refusal;
use crate::room::Room;
use crate::time::Time;
use crate::view::MEMBERS_IN_CHAT;

impl Chat {
    /// Returns a room and its first members.
    pub fn inspect(&self, room: RoomId) -> Result<Inspected, Refusal> {
        let (state, row) = self.state(room)?;
        let present = if row.has_ended() { Default::default() } else { state.present() };
        let members = present.into_iter().take(MEMBERS_IN_CHAT).filter_map(|slot| self.member_view(row, slot));
        Ok(Inspected { room: Arc::new(row.clone()), members: members.collect() })
    }

    /// Returns rooms whose title contains `title` in any letter case (all rooms if it is empty), newest first,
    /// beginning below the id `before`.
    pub fn find_rooms(&self, title: String, before: Option<RoomId>, limit: usize) -> FoundRooms {
        let below = self.rooms().filter(|row| before.is_none_or(|before| row.id < before));
        let mut rooms: alloc::vec::Vec<_> =
            below.filter(|row| row.is_titled(&title)).take(limit + 1).map(|row| Arc::new(row.clone())).collect();
        let more = rooms.len() > limit;
        rooms.truncate(limit);
        FoundRooms { next: rooms.last().filter(|_| more).map(|room| room.id), rooms }
    }

    /// Returns what is known of a message, and of a user's row in its room.
    pub fn trace(&self, user: UserId, message: MessageId) -> Result<Trace, Refusal> {
        let found = self.rooms().find_map(|row| self.message_row(row.id, message));
        let message = self.as_now(found.ok_or(Refusal::UnknownMessage)?);
        let member = self.slot(message.room, user).map(|slot| slot.member);
        let (state, row) = self.state(message.room)?;
        let since = self.member(message.room, user).map(|slot| since(state, row, slot.member.joined));
        let sender = message.sender.id();
        let (blocks, blocked) = (self.blocks(user, sender), self.blocks(sender, user));
        Ok(Trace { message, member, since, blocks, blocked })
    }
}

impl Room {
    /// Whether the title contains this in any letter case. An empty part matches every room, even one without a title.
    pub fn is_titled(&self, part: &str) -> bool {
        let part = folded(part);
        part.is_empty() || self.title.as_ref().is_some_and(|title| folded(title).contains(&part))
    }
}

/// Returns when a room's counter had this value.
fn since(state: &RoomState, row: &Room, seq: u64) -> Time {
    let change = state.changes().iter().find(|change| change.seq == seq).map(|change| change.at);
    let next = || state.messages().iter().find(|message| message.seq > seq).map(|message| message.created_at);
    change.or_else(next).unwrap_or(row.last_at)
}
