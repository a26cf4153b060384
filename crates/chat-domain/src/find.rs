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

/// What somebody looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Find {
    /// The words that must be there.
    pub sought: Sought,
    /// The one room that is searched; all of the reader's where none is named.
    pub room: Option<RoomId>,
    /// The one user whose messages are searched.
    pub from: Option<UserId>,
    /// The first moment that counts.
    pub since: Option<Time>,
    /// The first moment that does not count any more.
    pub before: Option<Time>,
    /// The place below which the page begins: what is found is told from the newest down.
    pub below: Option<Place>,
    /// How many at most.
    pub limit: usize,
}

/// Where a message stands among all there are: by when it was sent, then by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Place {
    /// The moment when the message was sent.
    pub at: Time,
    /// The id of the message.
    pub message: MessageId,
}

/// A page of what was found, the newest first. It may be short, or empty, though there is more.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Found {
    /// The messages that were found.
    pub hits: Vec<Hit>,
    /// Below which place to go on, if there may be more.
    pub next: Option<Place>,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Hit {
    /// The message that was found.
    pub shown: Shown,
    /// Where the words stand in its text, or in the caption of a picture.
    pub highlights: Vec<(usize, usize)>,
}

/// Words to look for: all of them must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sought(Vec<Term>);

/// One thing that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Term {
    /// Words with these stems, one right after the other; often one alone.
    Stems(Vec<String>),
    /// A word that begins so, or has this stem.
    Beginning {
        /// What was written.
        raw: String,
        /// Its stem, if it was the whole word.
        stem: String,
    },
}

impl Sought {
    /// What a question means: words, `"…"` around those that stand together, and the last one outside may be a beginning.
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

    /// Everything that must be there.
    pub fn terms(&self) -> &[Term] {
        &self.0
    }

    /// Where its words stand in a text, in order; nothing if one is missing.
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
    /// How many of these words it stands for, from the first on.
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
    /// Whether this is a message that is looked for, and where; what it says is asked last.
    pub fn hit(&self, message: &Message) -> Option<Vec<(usize, usize)>> {
        let is_wanted = message.deleted.is_none()
            && self.room.is_none_or(|room| message.room == room)
            && self.from.is_none_or(|user| message.sender.id() == user)
            && self.since.is_none_or(|at| message.created_at >= at)
            && self.before.is_none_or(|at| message.created_at < at)
            && self.below.is_none_or(|place| Place::of(message) < place);
        if is_wanted { self.sought.highlights(&searched(message)?) } else { None }
    }

    /// A page of these messages, which need not be in order.
    pub(crate) fn page(&self, mut hits: Vec<Lit>) -> (Vec<Lit>, Option<Place>) {
        hits.sort_by_key(|(message, _)| Reverse(Place::of(message)));
        let more = hits.len() > self.limit;
        hits.truncate(self.limit);
        let next = hits.last().filter(|_| more).map(|(message, _)| Place::of(message));
        (hits, next)
    }
}

/// A message with what is lit of it.
pub(crate) type Lit = (Arc<Message>, Vec<(usize, usize)>);

impl Place {
    /// Where this message stands.
    pub fn of(message: &Message) -> Place {
        Place { at: message.created_at, message: message.id }
    }
}

/// In which of a message's words it is found: those of a text, and those beside a picture, a film or a recording.
pub fn searched(message: &Message) -> Option<alloc::borrow::Cow<'_, str>> {
    match message.kind {
        MessageKind::Text => Some((*message.content).into()),
        kind if kind.is_media() => spelled_text(&message.metadata, "caption").map(Into::into),
        _ => None,
    }
}

/// How many characters a question may have.
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
