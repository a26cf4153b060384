//! What both databases put into their index of words, and ask of it.
//!
//! The index is coarse: it knows which words a message has, but not where they stand, and returns all messages that
//! could match. [`Find::hit`] decides about each.

use std::collections::BTreeSet;
use std::fmt::Write;

use chat_domain::find::{Place, Term, searched};
use chat_domain::words::words;
use chat_domain::{Find, Message, MessageId, RoomId, Time, UserId};

/// A message in the index.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) at: Time,
    pub(crate) message: MessageId,
    pub(crate) room: RoomId,
    /// The words and signs by which the message is found; empty if it is not to be found.
    pub(crate) marks: BTreeSet<String>,
}

impl Entry {
    /// Makes the entry of a message as it is now.
    pub(crate) fn of(message: &Message) -> Entry {
        let text = if message.deleted.is_none() { searched(message) } else { None };
        let mut marks = BTreeSet::new();
        for word in text.iter().flat_map(|text| words(text)) {
            marks.insert(word.raw);
            marks.insert(word.stem);
        }
        if !marks.is_empty() {
            marks.insert(room_mark(message.room));
            marks.insert(sender_mark(message.sender.id()));
        }
        Entry { at: message.created_at, message: message.id, room: message.room, marks }
    }
}

/// A question to the index.
pub(crate) struct Question {
    /// The user in whose rooms messages are searched.
    pub(crate) reader: UserId,
    /// A message must satisfy all of these.
    pub(crate) all: Vec<Any>,
    /// Only messages sent at this moment or later.
    pub(crate) since: Time,
    /// Only messages below this place.
    pub(crate) below: Place,
    /// The largest number of messages.
    pub(crate) limit: usize,
}

/// A message must have one of these marks.
pub(crate) type Any = Vec<Needle>;

/// A mark, or the beginning of one.
pub(crate) enum Needle {
    Whole(String),
    Beginning(String),
}

/// The messages that could match, in order.
pub(crate) struct Candidates {
    pub(crate) places: Vec<(RoomId, Place)>,
    /// The place below which there may be more.
    pub(crate) next: Option<Place>,
}

impl Question {
    /// Makes the first question of a search. `rooms` are the rooms that the reader is in, if they are few.
    pub(crate) fn of(reader: UserId, find: &Find, rooms: Option<&[RoomId]>, limit: usize) -> Question {
        let mut all = Vec::new();
        for term in find.sought.terms() {
            match term {
                Term::Stems(stems) => all.extend(stems.iter().map(|stem| vec![Needle::Whole(stem.clone())])),
                Term::Beginning { raw, stem } => {
                    all.push(vec![Needle::Beginning(raw.clone()), Needle::Whole(stem.clone())]);
                }
            }
        }
        all.extend(find.from.map(|user| vec![Needle::Whole(sender_mark(user))]));
        all.extend(rooms.map(|rooms| rooms.iter().map(|room| Needle::Whole(room_mark(*room))).collect::<Any>()));
        let upto = find.before.map(|at| Place { at, message: FIRST });
        let below = find.below.into_iter().chain(upto).min().unwrap_or(Place { at: Time(LATEST), message: FIRST });
        Question { reader, all, since: find.since.unwrap_or(Time(0)), below, limit }
    }

    /// Spells the question. `and` closes a bracket and opens the next, between two conditions that must both hold.
    pub(crate) fn spelled(&self, and: &str, or: &str, mark: impl Fn(&mut String, &Needle)) -> String {
        let mut spelled = String::new();
        for (at, any) in self.all.iter().enumerate() {
            spelled.push_str(if at == 0 { "(" } else { and });
            for (at, one) in any.iter().enumerate() {
                spelled.push_str(if at == 0 { "" } else { or });
                mark(&mut spelled, one);
            }
        }
        spelled.push(')');
        spelled
    }
}

/// The sign before the number is a character that no word has.
fn room_mark(room: RoomId) -> String {
    spelled('§', room.number())
}

fn sender_mark(user: UserId) -> String {
    spelled('¶', user.number())
}

fn spelled(sign: char, number: i64) -> String {
    let mut mark = String::from(sign);
    // Writing into a String cannot fail.
    let _ = write!(mark, "{number}");
    mark
}

const FIRST: MessageId = MessageId::new(1).expect("1 is an id");

/// A moment later than every message: about the year 2112.
pub(crate) const LATEST: i64 = (1 << 52) - 1;
