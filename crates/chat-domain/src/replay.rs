//! What a replay tells, decided over rows that somebody fetched: a whole chat out of itself, a store out of its tables.

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

/// One page of a room's replay. It says which rows to fetch, and makes the answer of them.
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
    /// Who did something, or to whom it was done.
    pub people: BTreeSet<UserId>,
    /// Messages that something happened to.
    pub messages: BTreeSet<MessageId>,
    /// Who gave or took back which reaction to which message.
    pub reactions: BTreeSet<(MessageId, UserId, Emoji)>,
    /// Who made the room, if the page tells that: then its founders are asked for too.
    pub maker: Option<UserId>,
}

/// What was fetched; what is missing is not told.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The people of [`Asked::people`].
    pub people: BTreeMap<UserId, Arc<Person>>,
    /// The messages of [`Asked::messages`] as they are now, deleted ones too, by the names that their senders have now.
    pub messages: BTreeMap<MessageId, Arc<Message>>,
    /// What each of [`Asked::reactions`] last did.
    pub own: BTreeMap<(MessageId, UserId, Emoji), ReactionRow>,
    /// The newest hundred rows that stand of each reaction of [`Asked::reactions`], in order of time.
    pub backers: BTreeMap<(MessageId, Emoji), Vec<ReactionRow>>,
    /// Who was in the room when it was made and never left.
    pub founders: Vec<Arc<Person>>,
}

/// Somebody whose read position moved in a round.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The row of that member.
    pub member: Member,
    /// Who they are.
    pub person: Arc<Person>,
    /// The messages of [`Round::announced`] with their readers.
    pub messages: Vec<Readership>,
}

impl<'a> Round<'a> {
    /// A page of this room's replay, if it can be told: all that happened since is still known, and it ever happened.
    /// `pruned` is the head up to which the room has forgotten.
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

    /// The numbers of the log whose rows the page tells. A page of messages alone tells at most as many of them as it was
    /// asked for, and wants one more to know whether there are more.
    pub fn numbers(&self) -> RangeInclusive<u64> {
        let upto = match self.since {
            Since::Message(_) => self.until.seq,
            Since::Head(_) => self.from.saturating_add(self.limit as u64).min(self.until.seq),
        };
        self.from.saturating_add(1)..=upto
    }

    /// The answer of a page of messages alone: one more than the page holds says that there are more.
    pub fn messages(&self, mut shown: Vec<Shown>) -> Replayed {
        let more = shown.len() > self.limit;
        shown.truncate(self.limit);
        let events: Vec<_> = shown.into_iter().map(|shown| self.sent(shown)).collect();
        let next = events.last().filter(|_| more).map(|event| event.head.seq);
        Replayed::Changes { events, next, until: self.until }
    }

    /// Whether this is the last page of its round: then the positions that moved are told as well.
    pub fn is_last(&self) -> bool {
        *self.numbers().end() >= self.until.seq
    }

    /// The answer of a page of all changes: the messages sent that are not deleted, the other changes, and, on the last page,
    /// the positions that moved.
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

    /// The values of `moves` whose read positions the last page tells.
    pub fn moves(&self) -> RangeInclusive<u64> {
        self.had().moves.saturating_add(1)..=self.until.moves
    }

    /// What a read announces of the messages that it newly covers.
    pub fn announced(&self, messages: Vec<Arc<Message>>) -> Vec<Arc<Message>> {
        newest_of_each(messages, self.quiet)
    }

    /// What the reader has already. Who asks for messages alone has every move.
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

    /// One edit in the place of the last, and only of a message that the reader had.
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
    /// What these rows speak of.
    pub fn of(rows: &[LogRow]) -> Asked {
        Asked {
            people: rows.iter().flat_map(|row| [Some(row.actor), row.user]).flatten().collect(),
            messages: rows.iter().filter_map(|row| row.message).collect(),
            reactions: rows.iter().filter_map(|row| Some((row.message?, row.actor, row.emoji()?))).collect(),
            maker: rows.iter().find(|row| row.kind == LogKind::Created).map(|row| row.actor),
        }
    }
}

/// The founders, the room's maker first.
fn founders(maker: UserId, found: &Found) -> Vec<Arc<Person>> {
    let mut founders = found.founders.clone();
    founders.sort_by_key(|person| (person.id() != maker, person.id()));
    founders
}

/// Only what somebody last did about a reaction to a message.
fn reaction(message: &Message, row: &LogRow, found: &Found) -> Option<Change> {
    let key = (message.id, row.actor, row.emoji()?);
    let last = found.own.get(&key).filter(|last| last.seq == row.seq)?;
    let (message_id, _, emoji) = key;
    let backers = found.backers.get(&(message_id, emoji.clone())).map(Vec::as_slice).unwrap_or_default();
    let by = Likes::of(message.reactions.count(&emoji), backers);
    Some(Change::reaction(message_id, emoji, last.stands, by))
}

/// The newest message of each author, where a room is quiet; else all of them.
pub(crate) fn newest_of_each(mut messages: Vec<Arc<Message>>, quiet: bool) -> Vec<Arc<Message>> {
    if quiet {
        let mut authors = BTreeSet::new();
        messages.reverse();
        messages.retain(|message| authors.insert(message.sender.id()));
        messages.reverse();
    }
    messages
}
