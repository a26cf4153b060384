//! What a replay tells. This is decided over rows that a whole chat takes out of itself, and a store out of its tables.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use crate::emoji::Emoji;
use crate::event::{Change, Event, Read};
use crate::extra::Extra;
use crate::id::{MessageId, UserId};
use crate::limits::Limits;
use crate::message::Message;
use crate::person::Person;
use crate::reception::Likes;
use crate::room::{Head, Member, Room};
use crate::rows::{LogKind, LogRow, ReactionRow, Readership};
use crate::time::Time;
use crate::view::{Replay, Replayed, Shown, Since};

/// One page of a room's replay. It says which rows to fetch, and makes the answer out of them.
#[derive(Clone, Copy, Debug)]
pub struct Round<'a> {
    room: &'a Room,
    since: Since,
    /// The `seq` after which the page begins.
    from: u64,
    /// The head at which the round ends.
    until: Head,
    limit: usize,
    quiet: bool,
}

/// What must be fetched before the rows of a page can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Everybody who did something, or to whom something was done.
    pub people: BTreeSet<UserId>,
    /// The messages to which something happened.
    pub messages: BTreeSet<MessageId>,
    /// The reactions that were given or taken back: to which message, by whom, with what.
    pub reactions: BTreeSet<(MessageId, UserId, Emoji)>,
    /// The user who made the room, if the page tells of that. Then [`Found::founders`] is needed too.
    pub maker: Option<UserId>,
}

/// What was fetched. Rows about anything that is missing here are not told.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The people of [`Asked::people`].
    pub people: BTreeMap<UserId, Arc<Person>>,
    /// The messages of [`Asked::messages`] as they are now, deleted ones too, with their senders' present names.
    pub messages: BTreeMap<MessageId, Arc<Message>>,
    /// The present rows of [`Asked::reactions`].
    pub own: BTreeMap<(MessageId, UserId, Emoji), ReactionRow>,
    /// For each reaction of [`Asked::reactions`], its newest hundred rows that stand, in order of time.
    pub backers: BTreeMap<(MessageId, Emoji), Vec<ReactionRow>>,
    /// Everybody who was in the room when it was made and has never left it.
    pub founders: Vec<Arc<Person>>,
}

/// A member whose read position has moved since the reader's head.
#[derive(Clone, Debug)]
pub struct Moved {
    /// Their row in the room.
    pub member: Member,
    /// The user.
    pub person: Arc<Person>,
    /// The messages that [`Round::announced`] named, with their readers.
    pub messages: Vec<Readership>,
}

impl<'a> Round<'a> {
    /// Makes a page of this room's replay. If not everything since the reader's head is still known, or that head was
    /// never reached, returns [`Replayed::Pruned`] as the error. `pruned` is the head up to which the room's log was
    /// deleted.
    pub fn begin(room: &'a Room, replay: Replay, pruned: Head, limits: &Limits) -> Result<Round<'a>, Replayed> {
        let until = replay.until.unwrap_or(room.head);
        let (limit, quiet) = (replay.limit.max(1), limits.is_quiet(room.members));
        let from = match replay.since {
            Since::Message(_) => replay.from.unwrap_or(0),
            Since::Head(since) => {
                let from = replay.from.unwrap_or(since.seq);
                let kept = from >= pruned.seq && since.moves >= pruned.moves;
                if !kept || since.seq > room.head.seq || since.moves > room.head.moves {
                    return Err(Replayed::Pruned { head: room.head });
                }
                from
            }
        };
        Ok(Round { room, since: replay.since, from, until, limit, quiet })
    }

    /// Returns the numbers of the log whose rows the page needs. For a page of messages alone, fetch one message more
    /// than the limit, which shows whether there are more.
    pub fn numbers(&self) -> RangeInclusive<u64> {
        let upto = match self.since {
            Since::Message(_) => self.until.seq,
            Since::Head(_) => self.from.saturating_add(self.limit as u64).min(self.until.seq),
        };
        self.from.saturating_add(1)..=upto
    }

    /// Returns the answer for a page of messages alone, given one message more than the limit if there are more.
    pub fn messages(&self, mut shown: Vec<Shown>) -> Replayed {
        let more = shown.len() > self.limit;
        shown.truncate(self.limit);
        let events: Vec<_> = shown.into_iter().map(|shown| self.sent(shown)).collect();
        let next = events.last().filter(|_| more).map(|event| event.head.seq);
        Replayed::Changes { events, next, until: self.until }
    }

    /// Whether this is the last page of its round, which also tells the positions that moved.
    pub fn is_last(&self) -> bool {
        *self.numbers().end() >= self.until.seq
    }

    /// Returns the answer for a page of all changes, given the sent messages that are not deleted, the rows of the
    /// other changes, and, for the last page, the positions that moved.
    pub fn changes(&self, sent: Vec<Shown>, rows: &[LogRow], found: &Found, moved: Vec<Moved>) -> Replayed {
        let sent = sent.into_iter().map(|shown| self.sent(shown));
        let mut events: Vec<_> = sent.chain(rows.iter().filter_map(|row| self.changed(row, found))).collect();
        events.sort_unstable_by_key(|event| event.head.seq);
        let mut reads: Vec<_> = moved.into_iter().filter_map(|moved| self.read(moved)).collect();
        reads.sort_unstable_by_key(|event| event.head.moves);
        events.extend(reads);
        let next = (!self.is_last()).then(|| *self.numbers().end());
        Replayed::Changes { events, next, until: self.until }
    }

    /// Returns the values of `moves` whose read positions the last page tells.
    pub fn moves(&self) -> RangeInclusive<u64> {
        self.had().moves.saturating_add(1)..=self.until.moves
    }

    /// Returns which of the messages that a read position newly covers are told.
    pub fn announced(&self, messages: Vec<Arc<Message>>) -> Vec<Arc<Message>> {
        newest_of_each(messages, self.quiet)
    }

    /// Returns the head that the reader has already. A reader who asks for messages alone is told no moves.
    fn had(&self) -> Head {
        match self.since {
            Since::Message(_) => self.until,
            Since::Head(since) => since,
        }
    }

    fn sent(&self, Shown { message, reception, .. }: Shown) -> Arc<Event> {
        let (seq, at, sender) = (message.seq, message.created_at, message.sender.clone());
        self.event(seq, self.had().moves, at, sender, Change::Sent { message, reception })
    }

    fn changed(&self, row: &LogRow, found: &Found) -> Option<Arc<Event>> {
        let person = || found.people.get(&row.user?).cloned();
        let message = || found.messages.get(&row.message?);
        let change = match row.kind {
            LogKind::Created => Change::Created { title: row.text.clone(), people: founders(row.actor, found) },
            LogKind::Added => Change::Added { person: person()? },
            LogKind::Removed => Change::Removed { person: person()?, heir: row.heir },
            LogKind::Closed => Change::Closed,
            LogKind::Edited => self.edited(message()?, row)?,
            LogKind::Deleted => Change::Deleted { message: row.message?, sender: message()?.sender.id() },
            _ if row.emoji().is_some() => reaction(message()?, row, found)?,
            _ => Change::Extra(Extra::replayed(row, self.room, message().map(|message| &**message), person())?),
        };
        let actor = found.people.get(&row.actor)?.clone();
        Some(self.event(row.seq, self.had().moves, row.at, actor, change))
    }

    /// Tells only the last of a message's edits, and only if the reader had the message before.
    fn edited(&self, message: &Arc<Message>, row: &LogRow) -> Option<Change> {
        let is_last = message.edited.is_some_and(|(_, last)| last == row.seq);
        let is_due = is_last && message.deleted.is_none() && message.seq <= self.had().seq;
        is_due.then(|| Change::Edited { message: message.clone() })
    }

    fn read(&self, Moved { member, person, messages }: Moved) -> Option<Arc<Event>> {
        let messages = messages.iter().map(Readership::reached).collect();
        let read = Change::Read(Read { upto: member.read.message?, messages });
        Some(self.event(self.until.seq, member.read.moved, member.read.at, person, read))
    }

    fn event(&self, seq: u64, moves: u64, at: Time, actor: Arc<Person>, change: Change) -> Arc<Event> {
        let Room { id, kind, members, .. } = *self.room;
        Arc::new(Event { room: id, room_kind: kind, members, head: Head { seq, moves }, at, actor, change })
    }
}

impl Asked {
    /// Returns what these rows are about.
    pub fn of(rows: &[LogRow]) -> Asked {
        Asked {
            people: rows.iter().flat_map(|row| [Some(row.actor), row.user]).flatten().collect(),
            messages: rows.iter().filter_map(|row| row.message).collect(),
            reactions: rows.iter().filter_map(|row| Some((row.message?, row.actor, row.emoji()?))).collect(),
            maker: rows.iter().find(|row| row.kind == LogKind::Created).map(|row| row.actor),
        }
    }
}

/// Returns the founders, the room's maker first.
fn founders(maker: UserId, found: &Found) -> Vec<Arc<Person>> {
    let mut founders = found.founders.clone();
    founders.sort_by_key(|person| (person.id() != maker, person.id()));
    founders
}

/// Tells only the last row of a user's reaction.
fn reaction(message: &Message, row: &LogRow, found: &Found) -> Option<Change> {
    let key = (message.id, row.actor, row.emoji()?);
    let last = found.own.get(&key).filter(|last| last.seq == row.seq)?;
    let (message_id, _, emoji) = key;
    let backers = found.backers.get(&(message_id, emoji.clone())).map(Vec::as_slice).unwrap_or_default();
    let by = Likes::of(message.reactions.count(&emoji), backers);
    Some(Change::reaction(message_id, emoji, last.stands, by))
}

/// Returns the newest message of each sender in a quiet room, otherwise all messages.
pub(crate) fn newest_of_each(mut messages: Vec<Arc<Message>>, quiet: bool) -> Vec<Arc<Message>> {
    if quiet {
        let mut authors = BTreeSet::new();
        messages.reverse();
        messages.retain(|message| authors.insert(message.sender.id()));
        messages.reverse();
    }
    messages
}
