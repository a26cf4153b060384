//! The rows of another server's database, for imports: its owners write each as an object on a line of its own, under
//! the name of its kind.
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

/// Reads the row of a line, or returns what is wrong with it.
pub fn read(line: &[u8]) -> Result<Row, String> {
    serde_json::from_slice(line).map_err(|error| {
        let problem = error.to_string();
        // The caller knows the number of the line.
        problem.split(" at line ").next().unwrap_or_default().to_owned()
    })
}

/// A row. A file has people first, then chats and their members, then messages, oldest first, each followed by its
/// reactions.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// A person.
    User(User),
    /// A chat.
    Chat(Chat),
    /// A member of a chat.
    Member(Member),
    /// A message.
    Message(Message),
    /// A reaction to a message.
    Reaction(Reaction),
}

/// A person.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The person's key in all other rows. A number becomes their id; a UUID is kept beside a number that is assigned.
    pub id: Key,
    /// The username, by which they log in and are mentioned; if it is missing, one is assigned.
    pub username: Option<String>,
    /// The name that others see.
    pub name: Option<String>,
    /// The address of a picture.
    pub avatar: Option<String>,
}

/// A chat.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// The chat's key in all other rows. A number becomes its id.
    pub id: Key,
    /// Whether it is a group or a direct chat.
    #[serde(rename = "type", default)]
    pub kind: ChatKind,
    /// The title of a group.
    pub title: Option<String>,
    /// The owner of a group; if it is missing, the first member.
    pub owner_id: Option<Key>,
    /// When it was made.
    pub created_at: Moment,
}

/// The two kinds of chats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatKind {
    /// Any number of people, who come and go.
    #[default]
    Group,
    /// Two people, for good.
    Direct,
}

/// A member of a chat.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The chat.
    pub chat_id: Key,
    /// The person.
    pub user_id: Key,
    /// The newest message that they have read; `null` for none. If it is missing, they have read everything.
    #[serde(default, deserialize_with = "said")]
    pub last_read_message_id: Option<Option<Key>>,
}

/// A message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The message's key in all other rows. A number becomes its id.
    pub id: Key,
    /// The chat in which it was sent.
    pub chat_id: Key,
    /// The sender.
    pub user_id: Key,
    /// The text, or the address of a file.
    pub content: String,
    /// The kind of message, as dialects name it; if it is missing, `text`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    metadata: Option<Tree>,
    /// The message that it answers.
    pub reply_to_id: Option<Key>,
    /// The sender's own name for it: sending it again under this name finds it.
    pub client_id: Option<String>,
    /// When it was sent.
    pub created_at: Moment,
    /// When it was last edited, if it was.
    pub edited_at: Option<Moment>,
}

impl Message {
    /// Returns the metadata that its kind needs.
    pub fn metadata(&self) -> Value {
        self.metadata.as_ref().map_or_else(Value::empty, |Tree(value)| value.clone())
    }
}

/// A reaction to a message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reaction {
    /// The message.
    pub message_id: Key,
    /// The person who reacts.
    pub user_id: Key,
    /// The emoji; if it is missing, a like.
    pub emoji: Option<String>,
}

/// The key of a row. Two rows of one kind have different keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A number above 0, whether it was written as a number or as a text.
    Number(i64),
    /// Any other text.
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

/// Tells a field that is `null` from one that is missing.
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
