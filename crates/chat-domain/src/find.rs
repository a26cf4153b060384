//! Finding messages by their words.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::checks::invalid;
use crate::id::{MessageId, RoomId, UserId};
use crate::message::{Message, MessageKind};
use crate::metadata::spelled_text;
use crate::refusal::Refusal;
use crate::time::Time;
use crate::view::Shown;
use crate::words::{Word, words};

/// What a reader searches for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Find {
    /// The words that a message must have.
    pub sought: Sought,
    /// The one room that is searched; `None` for all rooms that the reader is in.
    pub room: Option<RoomId>,
    /// The one sender whose messages are searched.
    pub from: Option<UserId>,
    /// Only messages sent at this moment or later.
    pub since: Option<Time>,
    /// Only messages sent before this moment.
    pub before: Option<Time>,
    /// Only messages below this place, where the page before ended: results go from the newest down.
    pub below: Option<Place>,
    /// The largest number of results.
    pub limit: usize,
}

/// The place of a message among all messages of all rooms: by the time it was sent, then by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Place {
    /// The moment when the message was sent.
    pub at: Time,
    /// The id of the message.
    pub message: MessageId,
}

/// A page of results, newest first. It may have fewer than the limit, or none, although there are more.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Found {
    /// The messages that were found.
    pub hits: Vec<Hit>,
    /// The place to give as [`Find::below`] for the next page; `None` if there is none.
    pub next: Option<Place>,
}

/// A message that has the words.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Hit {
    /// The message that was found.
    pub shown: Shown,
    /// The ranges of the words in its text or caption.
    pub highlights: Vec<(usize, usize)>,
}

/// The words of a question, all of which a message must have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sought(Vec<Term>);

/// One part of a question that a message must have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Term {
    /// Words with these stems, one right after the other; often it is only one.
    Stems(Vec<String>),
    /// A word that begins so, or that has this stem.
    Beginning {
        /// The beginning as it was written.
        raw: String,
        /// The stem, in case it was the whole word.
        stem: String,
    },
}

impl Sought {
    /// Reads a question: words, with `"…"` around those that must stand together. The last word outside of quotes may
    /// be the beginning of a word.
    pub fn parse(question: &str) -> Result<Sought, Refusal> {
        if question.contains('\0') {
            return Err(invalid("q", "must not contain U+0000"));
        }
        if question.chars().nth(LONGEST).is_some() {
            return Err(invalid("q", "must have at most 256 characters"));
        }
        let parts: Vec<_> = question.split('"').collect();
        if parts.len().is_multiple_of(2) {
            return Err(invalid("q", "must close its quotes"));
        }
        let (mut terms, mut last) = (Vec::new(), None);
        for (at, part) in parts.into_iter().enumerate() {
            let words = words(part);
            match at % 2 {
                0 => words.into_iter().for_each(|word| {
                    terms.push(Term::Stems(alloc::vec![word.stem.clone()]));
                    last = Some((terms.len() - 1, word));
                }),
                _ if words.is_empty() => {}
                _ => terms.push(Term::Stems(words.into_iter().map(|word| word.stem).collect())),
            }
        }
        if let Some((at, Word { raw, stem, .. })) = last {
            terms[at] = Term::Beginning { raw, stem };
        }
        if terms.is_empty() { Err(invalid("q", "must contain a word")) } else { Ok(Sought(terms)) }
    }

    /// Returns the parts of the question.
    pub fn terms(&self) -> &[Term] {
        &self.0
    }

    /// Returns the ranges of its words in a text, in order; `None` if a part is missing.
    pub fn highlights(&self, text: &str) -> Option<Vec<(usize, usize)>> {
        let words = words(text);
        let mut is_lit = alloc::vec![false; words.len()];
        for term in &self.0 {
            let mut is_there = false;
            for at in 0..words.len() {
                let length = term.covers(&words[at..]);
                is_lit[at..at + length].fill(true);
                is_there |= length > 0;
            }
            if !is_there {
                return None;
            }
        }
        Some(words.into_iter().zip(is_lit).filter(|(_, lit)| *lit).map(|(word, _)| word.place).collect())
    }
}

impl Term {
    /// Returns how many of the first of these words match this part; 0 if it does not match.
    fn covers(&self, words: &[Word]) -> usize {
        let is_here = match self {
            Term::Stems(stems) => {
                stems.len() <= words.len() && words.iter().zip(stems).all(|(word, stem)| word.stem == *stem)
            }
            Term::Beginning { raw, stem } => words[0].stem == *stem || words[0].begins_with(raw),
        };
        match self {
            Term::Stems(stems) if is_here => stems.len(),
            Term::Beginning { .. } if is_here => 1,
            _ => 0,
        }
    }
}

impl Find {
    /// Returns the ranges of the words if this message is one that is searched for. The words are compared last,
    /// because that is costly.
    pub fn hit(&self, message: &Message) -> Option<Vec<(usize, usize)>> {
        let is_wanted = message.deleted.is_none()
            && self.room.is_none_or(|room| message.room == room)
            && self.from.is_none_or(|user| message.sender.id() == user)
            && self.since.is_none_or(|at| message.created_at >= at)
            && self.before.is_none_or(|at| message.created_at < at)
            && self.below.is_none_or(|place| Place::of(message) < place);
        if is_wanted { self.sought.highlights(&searched(message)?) } else { None }
    }

    /// Returns a page of these messages, which may come in any order.
    pub(crate) fn page(&self, mut hits: Vec<Lit>) -> (Vec<Lit>, Option<Place>) {
        hits.sort_by_key(|(message, _)| Reverse(Place::of(message)));
        let more = hits.len() > self.limit;
        hits.truncate(self.limit);
        let next = hits.last().filter(|_| more).map(|(message, _)| Place::of(message));
        (hits, next)
    }
}

/// A message with the ranges of the words in it.
pub(crate) type Lit = (Arc<Message>, Vec<(usize, usize)>);

impl Place {
    /// Returns the place of a message.
    pub fn of(message: &Message) -> Place {
        Place { at: message.created_at, message: message.id }
    }
}

/// Returns the text in which a message is searched: its content if it is a text, otherwise the caption of a picture,
/// film or recording.
pub fn searched(message: &Message) -> Option<alloc::borrow::Cow<'_, str>> {
    match message.kind {
        MessageKind::Text => Some((*message.content).into()),
        kind if kind.is_media() => spelled_text(&message.metadata, "caption").map(Into::into),
        _ => None,
    }
}

/// The longest question, in characters.
const LONGEST: usize = 256;

#[cfg(all(test, feature = "std"))]
mod tests {
    use alloc::vec;

    use super::*;

    fn lit(question: &str, text: &str) -> Option<Vec<(usize, usize)>> {
        Sought::parse(question).unwrap().highlights(text)
    }

    #[test]
    fn all_words_must_occur_in_any_form() {
        assert_eq!(lit("елка", "Наша Ёлка"), Some(vec![(5, 9)]));
        assert_eq!(lit("сообщение", "Все сообщения тут"), Some(vec![(4, 13)]));
        assert_eq!(lit("тут все", "Все сообщения тут"), Some(vec![(0, 3), (14, 17)]));
        assert_eq!(lit("нет все", "Все сообщения тут"), None);
        assert_eq!(lit("йод", "иод"), None, "й is a letter of its own");
    }

    #[test]
    fn quotes_hold_words_together_and_the_last_word_outside_may_be_a_beginning() {
        assert_eq!(lit("\"red box\"", "two Red Boxes"), Some(vec![(4, 7), (8, 13)]));
        assert_eq!(lit("\"red box\"", "red, no box"), None);
        assert_eq!(lit("\"bo\"", "red box"), None, "in quotes nothing is a beginning");
        assert_eq!(lit("re bo", "red box"), None, "nor is what is not the last");
        assert_eq!(lit("red bo", "red box"), Some(vec![(0, 3), (4, 7)]));
        assert_eq!(lit("bo \"red\"", "red box"), Some(vec![(0, 3), (4, 7)]));
    }

    #[test]
    fn what_asks_for_nothing_is_refused() {
        for question in ["", " -- ", "\"\"", "\"open", "a\0b", &"a".repeat(257)] {
            assert!(Sought::parse(question).is_err(), "{question:?}");
        }
        assert!(Sought::parse(&"ж".repeat(256)).is_ok());
    }
}
