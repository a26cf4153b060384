//! What both databases put into their index of words, and ask of it.
//!
//! The index is coarse, which keeps it small: a bundle stands for a few messages of about the same time and has the words of
//! all of them, but not where they stand. The index returns all messages that could match. [`Find::hit`] decides about each.
//!
//! Bundles divide time without gaps: a bundle has the messages from its own moment up to that of the next bundle. So a message
//! that comes late or is changed belongs to exactly one bundle, and a walk from the newest bundle down finds messages in order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use chat_domain::find::{Place, Term, searched};
use chat_domain::words::{Word, words};
use chat_domain::{Find, Message, MessageId, RoomId, Time, UserId};

use crate::rows::{message_id, room_id};
use crate::work_error::Worked;

/// A bundle of the index.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// The moment from which on it has messages; also its number.
    pub(crate) moment: i64,
    /// The messages that are to be found.
    pub(crate) messages: Vec<(RoomId, MessageId)>,
    /// The words and signs by which any of them is found.
    pub(crate) marks: BTreeSet<String>,
}

/// A bundle as it is read, without its words.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) moment: i64,
    pub(crate) messages: Vec<(RoomId, MessageId)>,
}

impl Known {
    /// Reads a row.
    pub(crate) fn read((moment, messages): (i64, String)) -> Worked<Known> {
        let keys = messages.split(' ').filter_map(|key| key.split_once(':'));
        // Text that is no number gives no id.
        let number = |digits| i64::from_str_radix(digits, 16).unwrap_or(0);
        let messages = keys.map(|(room, message)| Ok((room_id(number(room))?, message_id(number(message))?)));
        Ok(Known { moment, messages: messages.collect::<Worked<_>>()? })
    }
}

impl Bundle {
    /// Spells its messages for a row.
    pub(crate) fn spelled_messages(&self) -> String {
        let keys = self.messages.iter().map(|(room, message)| format!("{:x}:{:x}", room.number(), message.number()));
        keys.collect::<Vec<_>>().join(" ")
    }

    /// Spells its words for a row.
    pub(crate) fn spelled_marks(&self) -> String {
        self.marks.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// Makes the bundles of these messages, which replace the known ones. `newest` is the moment of the last bundle in the index.
/// Messages that are not to be found are in no bundle.
pub(crate) fn bundles(known: &[Known], newest: Option<i64>, messages: &[Message]) -> Vec<Bundle> {
    let mut parts: BTreeMap<Option<i64>, Vec<&Message>> = BTreeMap::new();
    for message in messages {
        let moment = moment(message.created_at);
        let part = known.iter().map(|known| known.moment).filter(|known| *known <= moment).max();
        parts.entry(part).or_default().push(message);
    }
    let mut bundles = Vec::new();
    for (part, mut messages) in parts {
        messages.sort_unstable_by_key(|message| Place::of(message));
        messages.dedup_by_key(|message| message.id);
        let found = messages.into_iter().map(|message| (message, marks(message)));
        let found: Vec<_> = found.filter(|(_, marks)| !marks.is_empty()).collect();
        // A bundle that is not the last may grow, since splitting it would leave a small one for every late message.
        let most = if part.is_none() || part == newest { MANY } else { 2 * MANY };
        let mut rest = &found[..];
        let mut first = part;
        while let Some((begins, _)) = rest.first() {
            let mut upto = if rest.len() <= most { rest.len() } else { MANY };
            // Messages of one moment must share a bundle.
            while upto < rest.len() && moment(rest[upto].0.created_at) == moment(rest[upto - 1].0.created_at) {
                upto += 1;
            }
            let (of_bundle, left) = rest.split_at(upto);
            bundles.push(bundle(first.take().unwrap_or(moment(begins.created_at)), of_bundle));
            rest = left;
        }
    }
    bundles
}

fn bundle(moment: i64, found: &[(&Message, BTreeSet<String>)]) -> Bundle {
    let (mut marks, mut length) = (BTreeSet::new(), 0);
    let mut messages = Vec::with_capacity(found.len());
    // Only a database that was filled with made-up times has so much in one moment. The rest is not found then.
    for (message, of_message) in found.iter().take(MOST) {
        let added: usize = of_message.iter().filter(|mark| !marks.contains(*mark)).map(|mark| mark.len() + 1).sum();
        if length + added > LONGEST {
            continue;
        }
        length += added;
        marks.extend(of_message.iter().cloned());
        messages.push((message.room, message.id));
    }
    Bundle { moment, messages, marks }
}

/// Returns the words and signs by which a message is found as it is now; none if it is not to be found.
fn marks(message: &Message) -> BTreeSet<String> {
    let text = if message.deleted.is_none() { searched(message) } else { None };
    let mut marks = BTreeSet::new();
    for Word { raw, stem, .. } in text.iter().flat_map(|text| words(text)) {
        if !is_near(&raw, &stem) {
            marks.insert(raw);
        }
        marks.insert(stem);
    }
    if !marks.is_empty() {
        marks.insert(room_mark(message.room));
        marks.insert(sender_mark(message.sender.id()));
    }
    marks
}

/// Returns whether a word is its stem with a short end. Such a word is not in the index beside its stem: a question for a
/// beginning of it asks for the stems that are a little shorter, too.
fn is_near(raw: &str, stem: &str) -> bool {
    raw.strip_prefix(stem).is_some_and(|end| end.chars().count() < ENDS) && stem.chars().count() >= SHORTEST
}

/// Returns the number of a bundle that begins at this time. The unit is about a millisecond.
pub(crate) fn moment(at: Time) -> i64 {
    at.0.clamp(0, LATEST) >> BITS
}

/// Returns the place that all messages of this bundle, and of those after it, are above.
pub(crate) fn below(moment: i64) -> Place {
    Place { at: Time(moment << BITS), message: FIRST }
}

/// A question to the index.
pub(crate) struct Question {
    /// A message must satisfy all of these.
    pub(crate) all: Vec<Any>,
    /// Only bundles from this one on.
    pub(crate) from: i64,
    /// Only messages below this place.
    pub(crate) below: Place,
    /// The largest number of bundles.
    pub(crate) limit: usize,
}

/// A message must have one of these marks.
pub(crate) type Any = Vec<Needle>;

/// A mark, or the beginning of one.
pub(crate) enum Needle {
    Whole(String),
    Beginning(String),
}

impl Question {
    /// Makes the first question of a search. `rooms` are the rooms that the reader is in, if they are few.
    pub(crate) fn of(find: &Find, rooms: Option<&[RoomId]>, from: i64, limit: usize) -> Question {
        let mut all = Vec::new();
        for term in find.sought.terms() {
            match term {
                Term::Stems(stems) => all.extend(stems.iter().map(|stem| vec![Needle::Whole(stem.clone())])),
                Term::Beginning { raw, stem } => {
                    let ends = raw.char_indices().rev().take(ENDS - 1).map(|(end, _)| &raw[..end]);
                    let stems = ends.filter(|stem| is_near(raw, stem)).map(|stem| Needle::Whole(stem.to_owned()));
                    let begins = [Needle::Beginning(raw.clone()), Needle::Whole(stem.clone())];
                    all.push(begins.into_iter().chain(stems).collect());
                }
            }
        }
        all.extend(find.from.map(|user| vec![Needle::Whole(sender_mark(user))]));
        all.extend(rooms.map(|rooms| rooms.iter().map(|room| Needle::Whole(room_mark(*room))).collect::<Any>()));
        let upto = find.before.map(|at| Place { at, message: FIRST });
        let below = find.below.into_iter().chain(upto).min().unwrap_or(Place { at: Time(LATEST), message: FIRST });
        Question { all, from, below, limit }
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
const LATEST: i64 = (1 << 52) - 1;

/// The bits by which the number of a moment is shorter than its time.
const BITS: u32 = 10;

/// The number of messages in a full bundle. More make the index smaller, and searches read more messages that do not match:
/// of two words that are each in a tenth of all messages, both are in two of three bundles of 16, but in one of 100 messages.
pub(crate) const MANY: usize = 16;

/// The most messages of a bundle, and bytes of its words: Postgres takes a megabyte.
const MOST: usize = 4_096;
const LONGEST: usize = 500_000;

/// The letters from which on the end of a word is too long, and the fewest letters of the stem before it.
const ENDS: usize = 4;
const SHORTEST: usize = 3;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chat_domain::{MessageKind, Person, Tallies};

    use super::*;

    #[test]
    fn bundles_are_filled_one_after_the_other_and_what_is_late_or_changed_is_in_its_own() {
        let said: Vec<_> = (1..=40).map(|n| message(n, n, "well")).collect();
        let made = bundles(&[], None, &said);
        assert_eq!(sizes(&made), [16, 16, 8]);
        let more = bundles(&[known(&made[2])], Some(made[2].moment), &[&said[32..], &[message(41, 41, "so")]].concat());
        assert_eq!((sizes(&more), more[0].moment), (vec![9], made[2].moment));
        // Between those of the first bundle; and one of these is deleted.
        let deleted = Message { deleted: Some((Time(1), 1)), ..said[0].clone() };
        let late = [&said[1..16], &[message(50, 3, "late"), deleted]].concat();
        let again = bundles(&[known(&made[0])], Some(made[2].moment), &late);
        assert_eq!((sizes(&again), again[0].moment), (vec![16], made[0].moment));
        assert!(again[0].marks.contains("late") && !again[0].messages.contains(&made[0].messages[0]));
        assert_eq!(known(&again[0]).messages, again[0].messages);
    }

    #[test]
    fn one_moment_is_in_one_bundle_which_is_bounded() {
        let said: Vec<_> = (1..=5_000).map(|n| message(n, 7, &format!("{n} {}", "a".repeat(64)))).collect();
        let made = bundles(&[], None, &said);
        assert_eq!(sizes(&made), [MOST]);
        assert!(made[0].spelled_marks().len() < 2 * LONGEST);
    }

    fn sizes(bundles: &[Bundle]) -> Vec<usize> {
        bundles.iter().map(|bundle| bundle.messages.len()).collect()
    }

    fn known(bundle: &Bundle) -> Known {
        Known::read((bundle.moment, bundle.spelled_messages())).expect("a bundle")
    }

    fn message(id: i64, moment: i64, text: &str) -> Message {
        let (ann, name) = (UserId::new(1).expect("an id"), "ann".to_owned());
        Message {
            id: MessageId::new(id).expect("an id"),
            room: RoomId::new(1).expect("an id"),
            sender: Arc::new(Person { handle: ann.into(), username: name.clone(), name, avatar: String::new() }),
            seq: 1,
            number: 1,
            own_number: 1,
            kind: MessageKind::Text,
            content: text.into(),
            metadata: "{}".into(),
            created_at: Time(moment << BITS),
            edited: None,
            deleted: None,
            reactions: Tallies::default(),
            reply: None,
            replies: 0,
            pinned: None,
            mentions: None,
            file: None,
        }
    }
}
