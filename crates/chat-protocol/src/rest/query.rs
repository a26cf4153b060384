//! The query of an address: what is behind its question mark.

use chat_domain::id::MAX_ID;
use chat_domain::{MessageId, NotificationId, ReportId, RoomId};

use super::fields::{missing, wrong};
use super::{Tree, Whom, ids};
use crate::features::Features;
use crate::request::Resume;
use crate::trouble::Trouble;

/// The parameters of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query. Broken escapes stand for themselves.
    pub fn parse(query: &str) -> Query {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Query(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (plain(name), plain(value)))
                .collect(),
        )
    }

    /// Returns the first parameter of this name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the largest number of items on a page (`limit`); 50 if it is not given.
    pub fn limit(&self) -> Result<usize, Trouble> {
        let Some(text) = self.given("limit") else { return Ok(PAGE) };
        let limit = ids::number(text).and_then(|limit| usize::try_from(limit).ok());
        limit.filter(|limit| (1..=MAX_PAGE).contains(limit)).ok_or_else(|| wrong("limit", "must be from 1 to 100"))
    }

    /// Returns a message's id.
    pub fn message(&self, name: &str, tree: Tree) -> Result<Option<MessageId>, Trouble> {
        self.id(name, |text| tree.message(text))
    }

    /// Returns the number of a message, or 0, which stands for before the first one and has no UUID.
    pub fn position(&self, name: &str, tree: Tree) -> Result<Option<i64>, Trouble> {
        let number = |text: &str| match tree {
            Tree::Api => ids::number(text).filter(|number| *number <= MAX_ID),
            Tree::V1 | Tree::V2 => tree.message(text).map(MessageId::number),
        };
        self.given(name).map(|text| number(text).ok_or_else(|| wrong(name, "is not the id of a message"))).transpose()
    }

    /// Returns a room's id.
    pub fn room(&self, name: &str, tree: Tree) -> Result<Option<RoomId>, Trouble> {
        self.id(name, |text| tree.room(text))
    }

    /// Returns a notification's id.
    pub fn notification(&self, name: &str, tree: Tree) -> Result<Option<NotificationId>, Trouble> {
        self.id(name, |text| tree.notification(text))
    }

    /// Returns a user.
    pub fn user(&self, name: &str, tree: Tree) -> Result<Option<Whom>, Trouble> {
        self.id(name, |text| tree.user(text))
    }

    /// Returns a report's id.
    pub fn report(&self, name: &str, tree: Tree) -> Result<Option<ReportId>, Trouble> {
        self.id(name, |text| tree.report(text))
    }

    /// Returns a place in a list that is counted in whole numbers; 0 is before the first.
    pub fn place_in_order(&self, name: &str) -> Result<u64, Trouble> {
        let number = |text: &str| ids::number(text).and_then(|number| u64::try_from(number).ok());
        let place = self.given(name).map(|text| number(text).ok_or_else(|| wrong(name, "is not a place in this list")));
        Ok(place.transpose()?.unwrap_or(0))
    }

    /// Returns the additions that are asked for (`features`).
    pub fn features(&self) -> Features {
        Features::named(self.text("features").unwrap_or_default())
    }

    /// Returns a parameter that must be `true` or `false`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Trouble> {
        match self.given(name) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(wrong(name, "must be true or false")),
        }
    }

    /// Returns how many seconds a poll may wait (`wait`); 0 if it is not given.
    pub fn wait(&self) -> Result<u64, Trouble> {
        let Some(text) = self.given("wait") else { return Ok(0) };
        let wait = ids::number(text).and_then(|wait| u64::try_from(wait).ok());
        wait.filter(|wait| *wait <= MAX_WAIT).ok_or_else(|| wrong("wait", "must be from 0 to 30"))
    }

    /// Returns from where the reader wants to go on. `last_event_id` is the header of that name, which counts before
    /// the address. Message ids are integers in `/api` and on the sockets of dialects 1 to 3, and UUIDs elsewhere.
    pub fn resume(&self, tree: Tree, last_event_id: Option<&str>) -> Result<Resume, Trouble> {
        let cursor = last_event_id.filter(|id| !id.is_empty()).or_else(|| self.text("cursor"));
        Ok(Resume { cursor: cursor.map(str::to_owned), last_message_id: self.position("last_message_id", tree)? })
    }

    /// Returns a parameter that must be given.
    pub fn required(&self, name: &str) -> Result<&str, Trouble> {
        self.given(name).ok_or_else(|| missing(name))
    }

    /// Returns a parameter that is given and not empty.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        self.text(name).filter(|value| !value.is_empty())
    }

    fn id<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Trouble> {
        self.given(name).map(|text| read(text).ok_or_else(|| wrong(name, "is not an id of its kind"))).transpose()
    }
}

/// Undoes the escapes in a segment of a path; `None` if the result is not a text that could name anything.
pub fn plain_segment(text: &str) -> Option<String> {
    String::from_utf8(unescaped(text, false)).ok().filter(|text| !text.is_empty() && !text.contains('\0'))
}

/// Undoes the escapes in a query.
fn plain(text: &str) -> String {
    let bytes = unescaped(text, true);
    String::from_utf8(bytes).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned())
}

/// Undoes percent-encoding: `%41` is an A. If `plus`, `+` is a space.
fn unescaped(text: &str, plus: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        rest = behind;
        match (first, behind) {
            (b'+', _) if plus => bytes.push(b' '),
            (b'%', [high, low, behind @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(nibble(*high) << 4 | nibble(*low));
                rest = behind;
            }
            (other, _) => bytes.push(*other),
        }
    }
    bytes
}

fn nibble(digit: u8) -> u8 {
    (digit as char).to_digit(16).map_or(0, |value| value as u8)
}

const PAGE: usize = 50;
const MAX_PAGE: usize = 100;
const MAX_WAIT: u64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_broken_ones_stand_for_themselves() {
        let query = Query::parse("a=1&b=%D0%B9+%2B&&c&a=2&%64=%zz%4&e=%ff");
        assert_eq!(query.text("a"), Some("1"));
        assert_eq!(query.text("b"), Some("й +"));
        assert_eq!(query.text("c"), Some(""));
        assert_eq!(query.text("d"), Some("%zz%4"));
        assert_eq!(query.text("e"), Some("\u{fffd}"));
        assert_eq!(query.text("f"), None);
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        let problem = |query: &str| Query::parse(query).limit().map_err(|trouble| trouble.message());
        assert_eq!((problem(""), problem("limit=1"), problem("limit=100")), (Ok(50), Ok(1), Ok(100)));
        for query in ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=99999999999999999999"] {
            assert_eq!(problem(query), Err("`limit` must be from 1 to 100".into()), "{query}");
        }
        assert_eq!(Query::parse("wait=30").wait(), Ok(30));
        assert!(Query::parse("wait=31").wait().is_err() && Query::parse("wait=1.5").wait().is_err());
        assert_eq!(Query::parse("is_read=false").flag("is_read"), Ok(Some(false)));
        assert!(Query::parse("is_read=no").flag("is_read").is_err());
    }

    #[test]
    fn a_resume_reads_the_header_before_the_address() {
        let query = Query::parse("cursor=a&last_message_id=7");
        let resume = query.resume(Tree::Api, Some("b")).unwrap();
        assert_eq!((resume.cursor.as_deref(), resume.last_message_id), (Some("b"), Some(7)));
        assert_eq!(query.resume(Tree::Api, None).unwrap().cursor.as_deref(), Some("a"));
        assert_eq!(Query::parse("cursor=").resume(Tree::Api, None).unwrap().cursor.as_deref(), Some(""));
        assert_eq!(Query::parse("last_message_id=0").resume(Tree::Api, None).unwrap().last_message_id, Some(0));
        assert!(query.resume(Tree::V1, None).is_err());
        assert!(Query::parse("last_message_id=-1").resume(Tree::Api, None).is_err());
    }
}
