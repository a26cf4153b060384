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

/// A map for which the order of its keys does not matter.
pub(crate) type Map<K, V> = hashbrown::HashMap<K, V, rustc_hash::FxBuildHasher>;

/// What is known of one room; in a whole chat, everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoomState {
    /// Whether it is known whether the room exists.
    pub(super) is_known: bool,
    /// Whether the room was made in this working set, so that what is not here does not exist.
    pub(super) born: bool,
    pub(super) room: Option<Room>,
    /// How many messages the room had when the working set learned of it. All newer ones are here.
    pub(super) loaded: u64,
    /// Whether everybody who is in the room is here.
    pub(super) roster: bool,
    pub(super) members: Map<UserId, Option<Slot>>,
    /// The messages in order of their ids, deleted ones too.
    pub(super) messages: Vec<Arc<Message>>,
    /// The reactions to each message by emoji. If a message is here but an emoji of it is not, nobody gives that
    /// reaction.
    pub(super) reactions: Map<MessageId, Map<Emoji, Given>>,
    /// The replies of each thread that are not deleted, oldest first, by the thread's first message.
    pub(super) threads: Map<MessageId, Vec<MessageId>>,
    /// For each user, and under `None` for everybody: the messages that mention them, as numbers and senders.
    pub(super) mentions: Map<Option<UserId>, Vec<(u64, UserId)>>,
    /// The [numbers](Message::number) of deleted messages, in order.
    pub(super) deleted: Vec<u64>,
    /// The newest message that has vanished, and its `seq`. No replay can begin before it. Only a whole chat keeps
    /// this.
    pub(super) vanished: Option<MessageId>,
    pub(super) pruned: u64,
    /// The log without the messages, in order of `seq`. Only a whole chat keeps it.
    pub(super) changes: Vec<LogRow>,
    /// The audit of the group, in order of `seq`. Only a whole chat keeps it.
    pub(super) audit: Vec<AuditRow>,
    pub(super) ordinals: Map<(MessageId, UserId), Ordinal>,
    pub(super) bases: Map<MessageId, Base>,
    /// The senders of messages of which nothing else is known.
    pub(super) senders: BTreeMap<MessageId, UserId>,
    /// The message ids that are known not to exist in this room.
    pub(super) absent: BTreeSet<MessageId>,
}

/// A user's row in a room, and what happened to it in this chat. The user may have left.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) member: Member,
    /// How many messages the user had sent when the working set learned of them.
    pub(super) loaded: u64,
    /// The read position when the working set learned of the user. The readers in [`Base`] include what it covers.
    pub(super) covered: Option<MessageId>,
    /// The ids of messages that the user has sent since, in order.
    pub(super) own: Vec<MessageId>,
    /// The numbers of the user's deleted messages, in order.
    pub(super) deleted: Vec<u64>,
    /// The user's read receipts since, in order.
    pub(super) reads: Vec<Receipt>,
}

/// The rows of one reaction to a message: of those who give it, and of those who took it back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    pub(super) rows: Map<UserId, ReactionRow>,
    /// The users who give it, by `seq`.
    pub(super) order: Vec<(u64, UserId)>,
}

/// What a working set has learned of a message's readers.
#[derive(Clone, Debug, Default)]
pub(super) struct Base {
    pub(super) readers: Vec<Mark>,
    pub(super) first_at: Option<Time>,
    pub(super) delivered: bool,
}

impl RoomState {
    /// A room that was made in this chat.
    pub(super) fn born(room: Room) -> RoomState {
        RoomState { is_known: true, born: true, room: Some(room), roster: true, ..RoomState::default() }
    }

    /// Returns the room's row, if it is here.
    pub(super) fn peek(&self) -> Option<&Room> {
        self.room.as_ref()
    }

    /// Returns the index of this message, or where it would have to be inserted.
    pub(super) fn find(&self, message: MessageId) -> Result<usize, usize> {
        // Most questions are about the newest message: no search is needed for it.
        match self.messages.last() {
            Some(last) if last.id < message => Err(self.messages.len()),
            Some(last) if last.id == message => Ok(self.messages.len() - 1),
            _ => self.messages.binary_search_by(|one| {
                step();
                one.id.cmp(&message)
            }),
        }
    }

    /// Returns the message of this id.
    pub(crate) fn message(&self, message: MessageId) -> Option<&Arc<Message>> {
        self.find(message).ok().map(|at| &self.messages[at])
    }

    /// Returns how many of the messages here have this id or a lower one.
    pub(super) fn upto(&self, message: MessageId) -> usize {
        match self.messages.last() {
            Some(last) if last.id <= message => self.messages.len(),
            _ => below(&self.messages, |one| one.id <= message),
        }
    }

    /// Whether a message was sent after the working set learned of its room.
    pub(super) fn is_fresh(&self, message: &Message) -> bool {
        message.number > self.loaded
    }

    /// Puts a message in its place, over an older version of it if there is one.
    pub(super) fn put(&mut self, message: Arc<Message>) {
        match self.find(message.id) {
            Ok(at) => self.messages[at] = message,
            Err(at) => self.messages.insert(at, message),
        }
    }

    /// Adds a reply to its thread or removes it, and counts it with the thread's first message if that is here.
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

    /// Returns everybody who is or was in the room, as far as they are here.
    pub(crate) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.members.values().flatten().inspect(|_| step())
    }

    /// Returns those who are in the room now, in order of joining, as far as they are here.
    pub(crate) fn present(&self) -> Vec<&Slot> {
        let mut slots: Vec<_> = self.slots().filter(|slot| slot.member.active).collect();
        slots.sort_unstable_by_key(|slot| slot.member.seniority());
        slots
    }

    /// Returns the row of a user who is or was in the room.
    pub(super) fn slot_mut(&mut self, user: UserId) -> Option<&mut Slot> {
        self.members.get_mut(&user).and_then(Option::as_mut)
    }
}

impl Slot {
    /// The row of a user who has just come.
    pub(super) fn new(member: Member) -> Slot {
        Slot { member, loaded: 0, covered: None, own: Vec::new(), deleted: Vec::new(), reads: Vec::new() }
    }

    /// The row of a user of whom a working set learned: what they did before is known only as counts.
    pub(super) fn loaded(member: Member) -> Slot {
        Slot { loaded: member.sent, covered: member.read.message, ..Slot::new(member) }
    }

    /// Returns how many messages up to this one are the user's own, if this one is newer than what the working set
    /// learned.
    pub(super) fn own_upto(&self, message: MessageId) -> u64 {
        self.loaded + below(&self.own, |&own| own <= message) as u64
    }

    /// Returns the receipt with which the user read a message, unless [`Base`] includes that reading.
    pub(super) fn reached(&self, message: MessageId) -> Option<&Receipt> {
        if self.covered >= Some(message) {
            return None;
        }
        self.reads.get(below(&self.reads, |read| read.upto < message))
    }
}

impl Given {
    /// Takes over a user's row, unless a newer one is here.
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
