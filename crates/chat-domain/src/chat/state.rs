//! One room and everything in it.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::steps::{below, step};
use crate::emoji::Emoji;
use crate::fact::Ordinal;
use crate::id::{MessageId, UserId};
use crate::message::Message;
use crate::room::{Member, Room};
use crate::rows::{AuditRow, LogRow, ReactionRow, Receipt};
use crate::time::Time;
use crate::view::Mark;

/// A map whose order is never looked at.
pub(crate) type Map<K, V> = hashbrown::HashMap<K, V, rustc_hash::FxBuildHasher>;

/// What is known of one room. In a whole chat: everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoomState {
    /// Whether it is known if the room exists.
    pub(super) is_known: bool,
    /// Whether the room was made in this working set, so that what is not here does not exist.
    pub(super) born: bool,
    pub(super) room: Option<Room>,
    /// How many messages it had when the working set learned of it; the newer ones are all here.
    pub(super) loaded: u64,
    /// Whether everybody who is in it is here.
    pub(super) roster: bool,
    pub(super) members: Map<UserId, Option<Slot>>,
    /// In order of their ids, deleted ones too.
    pub(super) messages: Vec<Arc<Message>>,
    /// Of each message by emoji. A message that is here without an emoji has no such reaction.
    pub(super) reactions: Map<MessageId, Map<Emoji, Given>>,
    /// The replies that stand of each thread, oldest first, by the thread's first message.
    pub(super) threads: Map<MessageId, Vec<MessageId>>,
    /// The dense numbers of the messages that mention each, or everybody, with their senders.
    pub(super) mentions: Map<Option<UserId>, Vec<(u64, UserId)>>,
    /// The dense numbers of deleted messages, in order.
    pub(super) deleted: Vec<u64>,
    /// The log without the messages, in order of `seq`. Only a whole chat keeps it.
    pub(super) changes: Vec<LogRow>,
    /// What was done by who leads it, in order of `seq`. Only a whole chat keeps it.
    pub(super) audit: Vec<AuditRow>,
    pub(super) ordinals: Map<(MessageId, UserId), Ordinal>,
    pub(super) bases: Map<MessageId, Base>,
    /// Who sent messages of which nothing else is known.
    pub(super) senders: BTreeMap<MessageId, UserId>,
    /// Message ids that are known to be nobody's.
    pub(super) absent: BTreeSet<MessageId>,
}

/// Somebody in a room, now or once.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) member: Member,
    /// How many messages of theirs there were when the working set learned of them.
    pub(super) loaded: u64,
    /// The read position when the working set learned of them: what it covers is counted in the readers of [`Base`].
    pub(super) covered: Option<MessageId>,
    /// Their newer messages, in order.
    pub(super) own: Vec<MessageId>,
    /// The dense numbers of their deleted messages, in order.
    pub(super) deleted: Vec<u64>,
    /// Their read receipts since, in order.
    pub(super) reads: Vec<Receipt>,
}

/// Who stands behind one reaction to a message and who no longer does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    pub(super) rows: Map<UserId, ReactionRow>,
    /// Those that stand, by `seq`.
    pub(super) order: Vec<(u64, UserId)>,
}

/// What a working set learned of a message's readers.
#[derive(Clone, Debug, Default)]
pub(super) struct Base {
    pub(super) readers: Vec<Mark>,
    pub(super) first_at: Option<Time>,
    pub(super) delivered: bool,
}

impl RoomState {
    /// A room that was made here.
    pub(super) fn born(room: Room) -> RoomState {
        RoomState { is_known: true, born: true, room: Some(room), roster: true, ..RoomState::default() }
    }

    /// The room's row, if it is here.
    pub(super) fn peek(&self) -> Option<&Room> {
        self.room.as_ref()
    }

    /// Where a message of this id is or would be.
    pub(super) fn find(&self, message: MessageId) -> Result<usize, usize> {
        // Mostly it is one of the newest.
        match self.messages.last() {
            Some(last) if last.id < message => Err(self.messages.len()),
            Some(last) if last.id == message => Ok(self.messages.len() - 1),
            _ => self.messages.binary_search_by(|one| {
                step();
                one.id.cmp(&message)
            }),
        }
    }

    /// The message of this id.
    pub(crate) fn message(&self, message: MessageId) -> Option<&Arc<Message>> {
        self.find(message).ok().map(|at| &self.messages[at])
    }

    /// How many messages here are not newer than this one.
    pub(super) fn upto(&self, message: MessageId) -> usize {
        match self.messages.last() {
            Some(last) if last.id <= message => self.messages.len(),
            _ => below(&self.messages, |one| one.id <= message),
        }
    }

    /// Whether a message came after the working set learned of its room.
    pub(super) fn is_fresh(&self, message: &Message) -> bool {
        message.number > self.loaded
    }

    /// Puts a message in its place, over an older state of it if there is one.
    pub(super) fn put(&mut self, message: Arc<Message>) {
        match self.find(message.id) {
            Ok(at) => self.messages[at] = message,
            Err(at) => self.messages.insert(at, message),
        }
    }

    /// Counts a reply that came, or one that was deleted, with the first message of its thread if that is here.
    pub(super) fn count_reply(&mut self, thread: MessageId, reply: MessageId, stands: bool) {
        let replies = self.threads.entry(thread).or_default();
        match (replies.binary_search(&reply), stands) {
            (Err(at), true) => replies.insert(at, reply),
            (Ok(at), false) => drop(replies.remove(at)),
            _ => {}
        }
        if let Ok(at) = self.find(thread) {
            let first = Arc::make_mut(&mut self.messages[at]);
            first.replies = if stands { first.replies + 1 } else { first.replies.saturating_sub(1) };
        }
    }

    /// Everybody who is or was in it, as far as they are here.
    pub(crate) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.members.values().flatten().inspect(|_| step())
    }

    /// Those who are in it now, in order of joining, as far as they are here.
    pub(crate) fn present(&self) -> Vec<&Slot> {
        let mut slots: Vec<_> = self.slots().filter(|slot| slot.member.active).collect();
        slots.sort_unstable_by_key(|slot| slot.member.seniority());
        slots
    }

    /// Somebody who is or was in it.
    pub(super) fn slot_mut(&mut self, user: UserId) -> Option<&mut Slot> {
        self.members.get_mut(&user).and_then(Option::as_mut)
    }
}

impl Slot {
    /// Somebody who came just now.
    pub(super) fn new(member: Member) -> Slot {
        Slot { member, loaded: 0, covered: None, own: Vec::new(), deleted: Vec::new(), reads: Vec::new() }
    }

    /// Somebody of whom a working set learned: only what happens from here on is known.
    pub(super) fn loaded(member: Member) -> Slot {
        Slot { loaded: member.sent, covered: member.read.message, ..Slot::new(member) }
    }

    /// How many messages up to this one are theirs, if it is newer than what the working set learned.
    pub(super) fn own_upto(&self, message: MessageId) -> u64 {
        self.loaded + below(&self.own, |&own| own <= message) as u64
    }

    /// The receipt with which they read a message, unless [`Base`] has it.
    pub(super) fn reached(&self, message: MessageId) -> Option<&Receipt> {
        if self.covered >= Some(message) {
            return None;
        }
        self.reads.get(below(&self.reads, |read| read.upto < message))
    }
}

impl Given {
    /// Notes what somebody last did; an older row than the one that is here is left out.
    pub(super) fn put(&mut self, row: ReactionRow) {
        let user = row.user.id;
        match self.rows.get(&user) {
            Some(before) if before.seq >= row.seq => return,
            Some(before) if before.stands => {
                if let Ok(at) = self.order.binary_search(&(before.seq, user)) {
                    self.order.remove(at);
                }
            }
            _ => {}
        }
        if row.stands {
            let at = self.order.partition_point(|&(seq, _)| seq < row.seq);
            self.order.insert(at, (row.seq, user));
        }
        self.rows.insert(user, row);
    }
}
