//! What another server's database holds, as lines that a query of its owners writes: an object each, named by what it is.
//!
//! ```
//! use chat_domain::Time;
//! use chat_protocol::rows::{self, Key, Row};
//!
//! let line = br#"{"message":{"id":7,"chat_id":3,"user_id":"2","content":"hi","created_at":"2024-05-01 10:00:00.25"}}"#;
//! let Row::Message(message) = rows::read(line).unwrap() else { panic!("a message") };
//! assert_eq!((message.id, message.user_id), (Key::Number(7), Key::Number(2)));
//! assert_eq!(message.created_at.0, Time(1_714_557_600_250_000));
//! assert!(rows::read(br#"{"message":{"id":7}}"#).unwrap_err().contains("chat_id"));
//! ```

mod moment;

use chat_domain::Value;
use serde::{Deserialize, Deserializer};

pub use self::moment::Moment;
use crate::json::Tree;

/// The row of a line; what is wrong with it otherwise.
pub fn read(line: &[u8]) -> Result<Row, String> {
    serde_json::from_slice(line).map_err(|error| {
        let problem = error.to_string();
        // Which line it is, who reads lines knows better.
        problem.split(" at line ").next().unwrap_or_default().to_owned()
    })
}

/// A line: people first, then chats and who is in them, then what was said, the oldest first, each reaction behind its message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// Somebody who is known.
    User(User),
    /// A chat.
    Chat(Chat),
    /// Somebody in a chat.
    Member(Member),
    /// What somebody said.
    Message(Message),
    /// How somebody reacted to it.
    Reaction(Reaction),
}

/// Somebody who is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// What all else calls them: a number, which they keep, or a UUID, which they keep beside a number of their own.
    pub id: Key,
    /// What they log in by and are mentioned by; another is given where there is none.
    pub username: Option<String>,
    /// What others see.
    pub name: Option<String>,
    /// The address of their picture.
    pub avatar: Option<String>,
}

/// A chat.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// What all else calls it; a number is kept.
    pub id: Key,
    /// Whether it is a group, or two people's own.
    #[serde(rename = "type", default)]
    pub sort: Sort,
    /// What it is called, if it is a group.
    pub title: Option<String>,
    /// Whose group it is; the first member's where nobody is named.
    pub owner_id: Option<Key>,
    /// When it was made.
    pub created_at: Moment,
}

/// Two sorts of chats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Of any number of people, who come and go.
    #[default]
    Group,
    /// Of two, for good.
    Direct,
}

/// Somebody in a chat.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The chat.
    pub chat_id: Key,
    /// Who it is.
    pub user_id: Key,
    /// The newest message that they have read: `null` for none. Where nothing is said they have read everything.
    #[serde(default, deserialize_with = "said")]
    pub last_read_message_id: Option<Option<Key>>,
}

/// What somebody said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// What all else calls it; a number is kept.
    pub id: Key,
    /// Where it was said.
    pub chat_id: Key,
    /// Who said it.
    pub user_id: Key,
    /// Words, or the address of a file.
    pub content: String,
    /// The sort of message, as dialects name it: `text` where nothing is said.
    #[serde(rename = "type")]
    pub sort: Option<String>,
    metadata: Option<Tree>,
    /// Which message it answers.
    pub reply_to_id: Option<Key>,
    /// What its sender called it: whoever sends it once more is told that it is there.
    pub client_id: Option<String>,
    /// When it was said.
    pub created_at: Moment,
    /// When it was changed, if it was.
    pub edited_at: Option<Moment>,
}

impl Message {
    /// What its sort brings beside the content, a map.
    pub fn metadata(&self) -> Value {
        self.metadata.as_ref().map_or_else(Value::empty, |Tree(value)| value.clone())
    }
}

/// How somebody reacted to a message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reaction {
    /// The message.
    pub message_id: Key,
    /// Who it was.
    pub user_id: Key,
    /// With which sign; a like where nothing is said.
    pub emoji: Option<String>,
}

/// What a row is called: two rows of one sort have two.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A number above 0, however it was written.
    Number(i64),
    /// Anything else.
    Text(Box<str>),
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Key::Number(number) => number.fmt(f),
            Key::Text(text) => text.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "an id is a number or a text")]
        enum Written {
            Number(i64),
            Text(Box<str>),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Number(number) if number > 0 => return Ok(Key::Number(number)),
            Written::Number(number) => number.to_string().into(),
            Written::Text(text) => text,
        };
        Ok(match text.parse() {
            Ok(number) if number > 0 => Key::Number(number),
            _ => Key::Text(text),
        })
    }
}

/// Tells a field that is `null` from one that is not there.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Key>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_read_is_not_nothing_said() {
        let read = |line: &str| match read(line.as_bytes()) {
            Ok(Row::Member(member)) => member.last_read_message_id,
            other => panic!("{other:?}"),
        };
        assert_eq!(read(r#"{"member":{"chat_id":1,"user_id":2}}"#), None);
        assert_eq!(read(r#"{"member":{"chat_id":1,"user_id":2,"last_read_message_id":null}}"#), Some(None));
        let nine = read(r#"{"member":{"chat_id":1,"user_id":2,"last_read_message_id":"9"}}"#);
        assert_eq!(nine, Some(Some(Key::Number(9))));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, wrong) in [
            (r#"{"massage":{}}"#, "unknown variant `massage`"),
            (r#"{"user":{"id":1,"nickname":"a"}}"#, "unknown field `nickname`"),
            (r#"{"user":{"id":1.5}}"#, "an id is a number or a text"),
            (r#"{"chat":{"id":1,"created_at":"yesterday"}}"#, "no time"),
            (r#"{"user":{"id":1}} {}"#, "trailing characters"),
        ] {
            let said = read(line.as_bytes()).unwrap_err();
            assert!(said.contains(wrong), "{line}: {said}");
        }
    }
}
