//! Ranks, mutes, bans and the audit of a group, and who blocks whom.

use alloc::vec::Vec;
use core::time::Duration;

use super::{Chat, RoomState, Slot};
use crate::command::Need;
use crate::event::Event;
use crate::id::UserId;
use crate::moderation::{Acted, Standing};
use crate::room::{Member, Role};
use crate::rows::{AuditRow, BlockRow, PurgeRow};
use crate::time::Time;

impl Chat {
    /// Whether `who` has blocked `whom`.
    pub(crate) fn blocks(&self, who: UserId, whom: UserId) -> bool {
        match self.blocks.get(&(who, whom)) {
            Some(since) => since.is_some(),
            None => {
                let pair = Need::Blocks(who.min(whom), who.max(whom));
                if !self.answered.contains(&Need::Apart(who)) && !self.answered.contains(&Need::Apart(whom)) {
                    self.expect(|| pair.clone());
                }
                false
            }
        }
    }

    /// Whether either of two users has blocked the other.
    pub(crate) fn are_apart(&self, one: UserId, other: UserId) -> bool {
        self.blocks(one, other) || self.blocks(other, one)
    }

    /// Returns the pairs in which this user has blocked somebody or was blocked.
    pub(super) fn apart_from(&self, user: UserId) -> Vec<(UserId, UserId)> {
        let standing = self.blocks.iter().filter(|(_, since)| since.is_some()).map(|(pair, _)| *pair);
        let mut pairs: Vec<_> = standing.filter(|&(who, whom)| user == who || user == whom).collect();
        pairs.sort_unstable();
        pairs
    }

    pub(super) fn learn_block(&mut self, who: UserId, whom: UserId, stands: bool) {
        // No rule asks when the block began.
        self.blocks.entry((who, whom)).or_insert(stands.then(Default::default));
    }

    /// Notes that a person blocks another, or no longer does.
    pub(crate) fn set_block(&mut self, row: BlockRow) {
        self.blocks.insert((row.person, row.blocked), row.stands.then_some(row.at));
        self.mark(|dirty| dirty.blocks.extend([((row.person, row.blocked), row)]));
    }

    /// Returns the blocks that stand, sorted by the two ids.
    pub(super) fn block_rows(&self) -> Vec<BlockRow> {
        let rows = self
            .blocks
            .iter()
            .filter_map(|(&(person, blocked), since)| Some(BlockRow { person, blocked, at: (*since)?, stands: true }));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_unstable_by_key(|row| (row.person, row.blocked));
        rows
    }

    /// Returns the users whom this user blocks, and since when.
    pub(crate) fn blocked(&self, user: UserId) -> Vec<(Time, UserId)> {
        let own = self.blocks.iter().filter(|((person, _), _)| *person == user);
        own.filter_map(|(&(_, blocked), since)| Some(((*since)?, blocked))).collect()
    }

    /// Takes out the purges: the messages that are to be deleted after bans and erasures. Those that are not finished
    /// must be put back with [`Chat::keep_purge`].
    pub(crate) fn take_purges(&mut self) -> Vec<PurgeRow> {
        core::mem::take(&mut self.purges)
    }

    pub(crate) fn keep_purge(&mut self, purge: PurgeRow) {
        self.purges.push(purge);
    }

    /// Adds a moderator's act to the audit, and the purge that a ban may order.
    pub(crate) fn set_acted(&mut self, event: &Event, acted: Acted) {
        let Acted { act, user, message, reason, purge } = acted;
        let (room, actor, at) = (event.room, event.actor.id(), event.at);
        let row = AuditRow { room, seq: event.head.seq, at, actor, act, user, message, reason };
        let Some(state) = self.states.get_mut(&room) else { return };
        let upto = state.peek().and_then(|room| room.last_message);
        if self.whole {
            state.audit.push(row.clone());
        }
        self.mark(|dirty| dirty.rows.audit.push(row));
        // The messages of a person who was erased are purged as a whole or kept as a whole, as their erasure decided.
        let is_erased =
            |user| self.people.get(&user).and_then(Option::as_ref).is_some_and(|one| one.person.is_erased());
        let user = user.filter(|user| !is_erased(*user));
        if let (true, Some(user), Some(upto)) = (purge, user, upto) {
            let purge = PurgeRow { room, user, actor, since: at.before(PURGED), upto };
            if self.whole {
                self.purges.retain(|other| (other.room, other.user) != (room, user));
                self.purges.push(purge);
            }
            self.mark(|dirty| dirty.purges.extend([((room, user), purge)]));
        }
    }

    /// Changes a user's rank, mute and ban in a group.
    pub(super) fn fold_updated(&mut self, event: &Event, user: UserId, standing: &Standing) {
        let Standing { role, muted, banned } = *standing;
        self.update(event, |room| {
            if role == Role::Owner {
                room.owner = Some(user);
            }
        });
        let Some(state) = self.states.get_mut(&event.room) else { return };
        let slot = state.members.entry(user).or_default();
        let slot = slot.get_or_insert_with(|| Slot::new(Member::stranger(user)));
        let member = &mut slot.member;
        (member.moderator, member.muted, member.banned) = (role == Role::Moderator, muted, banned);
        self.mark(|dirty| dirty.members.extend([(event.room, user)]));
    }

    /// Notes that a user was silenced in a direct chat because the other one blocks them, or may write again.
    pub(super) fn fold_silenced(&mut self, event: &Event, user: UserId, stands: bool) {
        let slot = self.states.get_mut(&event.room).and_then(|state| state.slot_mut(user));
        slot.into_iter().for_each(|slot| slot.member.silenced = stands);
        self.mark(|dirty| dirty.members.extend([(event.room, user)]));
    }
}

impl RoomState {
    /// Returns the audit, oldest first.
    pub(crate) fn audited(&self) -> &[AuditRow] {
        &self.audit
    }

    /// Returns the row of a user who is or was in the room.
    pub(crate) fn slots_of(&self, user: UserId) -> Option<&Slot> {
        self.members.get(&user).and_then(Option::as_ref)
    }
}

/// How far back a ban deletes messages.
const PURGED: Duration = Duration::from_secs(24 * 3600);
