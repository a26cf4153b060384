//! What those who lead a group may ask, and whom a user blocks.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::chat::{Chat, RoomState};
use crate::id::{MessageId, RoomId, UserId};
use crate::moderation::{Act, Audited, Banned};
use crate::person::Person;
use crate::refusal::Refusal;
use crate::room::{Member, Role, Room, RoomKind};
use crate::time::Time;

impl Chat {
    /// Returns who is banned from a group at this moment, newest ban first, beginning after the ban of `before`.
    pub fn bans(
        &self,
        reader: UserId,
        room: RoomId,
        at: Time,
        before: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<Banned>, Refusal> {
        let state = self.led(reader, room)?;
        let before = before.map(|user| state.banned_with(user).map(|(seq, _)| seq).ok_or(Refusal::UnknownUser));
        let before = before.transpose()?.unwrap_or(u64::MAX);
        let banned = state.slots().filter_map(|slot| {
            let (seq, reason) = state.banned_with(slot.member.user)?;
            Some((seq, slot.member.user, slot.member.banned_at(at)?, reason))
        });
        let mut banned: Vec<_> = banned.filter(|(seq, ..)| *seq < before).collect();
        banned.sort_unstable_by_key(|(seq, ..)| Reverse(*seq));
        let told = banned.into_iter().take(limit).filter_map(|(_, user, until, reason)| {
            Some(Banned { person: self.person(user).ok()?.clone(), until, reason })
        });
        Ok(told.collect())
    }

    /// Returns the audit of a group, newest line first, beginning below the `seq` `before`.
    pub fn audit(
        &self,
        reader: UserId,
        room: RoomId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Audited>, Refusal> {
        let state = self.led(reader, room)?;
        let older = state.audited().iter().rev().filter(|row| before.is_none_or(|before| row.seq < before));
        let told = older.take(limit).map(|row| Audited {
            seq: row.seq,
            at: row.at,
            act: row.act,
            by: self.handle(row.actor),
            user: row.user.map(|user| self.handle(user)),
            message: row.message,
            reason: row.reason.clone(),
        });
        Ok(told.collect())
    }

    /// Returns whom a user blocks, newest block first, beginning after `before`.
    pub fn blocked_by(&self, user: UserId, before: Option<UserId>, limit: usize) -> Result<Vec<Arc<Person>>, Refusal> {
        let mut rows = self.blocked(user);
        rows.sort_unstable_by_key(|&row| Reverse(row));
        let before = before.map(|last| {
            let row = rows.iter().find(|(_, user)| *user == last);
            row.copied().ok_or(Refusal::UnknownUser)
        });
        let before = before.transpose()?;
        rows.retain(|row| before.is_none_or(|before| *row < before));
        Ok(rows.into_iter().take(limit).filter_map(|(_, user)| self.person(user).ok().cloned()).collect())
    }

    /// Returns messages that are to be deleted after bans and erasures, newest first, each with its room and with
    /// whoever ordered it. An empty answer means that none is left.
    pub fn purging(&mut self, limit: usize) -> Vec<(RoomId, UserId, MessageId)> {
        let mut due = Vec::new();
        for purge in self.take_purges() {
            let messages = self.state(purge.room).map(|(state, _)| state.messages()).unwrap_or_default();
            let said = messages.iter().rev().filter(|message| {
                let is_theirs = message.sender.id() == purge.user && message.deleted.is_none();
                is_theirs && message.created_at >= purge.since && message.id <= purge.upto
            });
            let left = limit.saturating_sub(due.len());
            let some: Vec<_> = said.take(left + 1).map(|message| (purge.room, purge.actor, message.id)).collect();
            if !some.is_empty() {
                due.extend(some.into_iter().take(left));
                self.keep_purge(purge);
            }
        }
        due
    }

    /// Returns a group that this reader leads.
    fn led(&self, reader: UserId, room: RoomId) -> Result<&RoomState, Refusal> {
        let (state, row, slot) = self.visible(reader, room)?;
        row.is_led_by(reader, Some(&slot.member))?;
        Ok(state)
    }
}

impl Room {
    /// Refuses a user who does not lead this room as a group, given their row in it.
    pub fn is_led_by(&self, user: UserId, member: Option<&Member>) -> Result<(), Refusal> {
        match self.role_of(user, member) {
            _ if self.kind != RoomKind::Group => Err(Refusal::NotGroup),
            Role::Member => Err(Refusal::Outranked),
            Role::Owner | Role::Moderator => Ok(()),
        }
    }
}

impl RoomState {
    /// Returns the `seq` and the reason of a user's newest ban.
    fn banned_with(&self, user: UserId) -> Option<(u64, Option<alloc::string::String>)> {
        let bans = self.audited().iter().rev().filter(|row| row.act == Act::Ban && row.user == Some(user));
        bans.map(|row| (row.seq, row.reason.clone())).next()
    }
}
