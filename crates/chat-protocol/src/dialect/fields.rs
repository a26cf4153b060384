//! The fields of clients' frames, read once for all dialects. Any kind of value is taken in; what a dialect needs is then asked for
//! by name, so that an error can say which field is wrong.

use chat_domain::{ClientId, Command, Draft, Emoji, MessageId, MessageKind, Refusal, RoomId, Value};
use serde::Deserialize;

use super::loose::{Body, Loose};
use crate::json::Tree;
use crate::request::{Resume, Verb};
use crate::trouble::Trouble;

/// The fields that any dialect knows. One that a frame does not use may hold anything.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fields<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Loose<'a>,
    pub(crate) chat_id: Loose<'a>,
    pub(crate) message_id: Loose<'a>,
    pub(crate) notification_id: Loose<'a>,
    pub(crate) content: Loose<'a>,
    pub(crate) message: Loose<'a>,
    pub(crate) message_type: Loose<'a>,
    pub(crate) media_url: Loose<'a>,
    pub(crate) metadata: Option<Tree>,
    pub(crate) client_id: Loose<'a>,
    pub(crate) is_typing: Loose<'a>,
    pub(crate) status: Loose<'a>,
    pub(crate) token: Loose<'a>,
    pub(crate) last_message_id: Loose<'a>,
    pub(crate) cursor: Loose<'a>,
    pub(crate) emoji: Loose<'a>,
    pub(crate) reply_to: Loose<'a>,
}

impl Fields<'_> {
    /// The sender's name for the frame, if it gave a good one.
    pub(crate) fn name(&self) -> Option<ClientId> {
        self.client_id.given().and_then(|name| ClientId::new(name.as_text()?))
    }

    /// The same, for a frame where a bad one matters.
    pub(crate) fn checked_name(&self) -> Result<Option<ClientId>, Trouble> {
        match (self.client_id.given(), self.name()) {
            (Some(_), None) => Err(wrong("client_id", "a string of 1 to 64 printable characters")),
            (_, name) => Ok(name),
        }
    }

    /// The sort of message that this field names: text where it is left out.
    pub(crate) fn message_kind(name: &str, word: &Loose<'_>) -> Result<MessageKind, Trouble> {
        match word.given() {
            None => Ok(MessageKind::Text),
            Some(Loose::Text(word)) => MessageKind::from_word(word).ok_or_else(|| {
                let words = MessageKind::ALL.map(MessageKind::word).join(", ");
                wrong(name, &format!("one of {words}"))
            }),
            Some(_) => Err(wrong(name, "a string")),
        }
    }

    /// The metadata, empty where there is none.
    pub(crate) fn metadata(&mut self) -> Result<Value, Trouble> {
        match self.metadata.take() {
            None | Some(Tree(Value::Null)) => Ok(Value::empty()),
            Some(Tree(map @ Value::Map(_))) => Ok(map),
            Some(_) => Err(wrong("metadata", "an object")),
        }
    }

    /// A message of this sort with what `content` and `metadata` say.
    pub(crate) fn draft(&mut self, kind: MessageKind) -> Result<Draft, Trouble> {
        let (content, metadata) = (self.content.text("content")?, self.metadata()?);
        Ok(Draft { kind, content, metadata, reply_to: None, is_back_ends: false, said: None })
    }

    /// A send of this draft, which may answer a message, named as the dialect names messages.
    pub(crate) fn send(&self, room: RoomId, draft: Draft, named: MessageOf) -> Result<Command, Trouble> {
        let client_id = self.checked_name()?;
        let reply_to = self.reply_to.given().map(|id| named(id, "reply_to")).transpose()?;
        Ok(Command::Send { room, draft: Draft { reply_to, ..draft }, client_id })
    }

    /// The message of a number, in dialects 1 to 3.
    pub(crate) fn number_of(id: &Loose<'_>, name: &str) -> Result<MessageId, Trouble> {
        id.integer(name, MessageId::new)
    }

    /// The message of a UUID, in dialects 4 and 5.
    pub(crate) fn uuid_of(id: &Loose<'_>, name: &str) -> Result<MessageId, Trouble> {
        id.uuid(name, MessageId::from_uuid, Refusal::UnknownMessage)
    }

    /// A reaction to this message, or its withdrawal.
    pub(crate) fn reaction(&self, verb: Verb, room: RoomId, message: MessageId) -> Result<Command, Trouble> {
        let emoji = Emoji::new(self.emoji.word("emoji")?).ok_or_else(|| wrong("emoji", EMOJI))?;
        Ok(match verb {
            Verb::Unreact => Command::Unreact { room, message, emoji },
            _ => Command::React { room, message, emoji },
        })
    }

    /// From where to go on, as its dialect spells a place.
    pub(crate) fn resume(&mut self, place: fn(&Loose<'_>) -> Result<i64, Trouble>) -> Result<Resume, Trouble> {
        let last_message_id = self.last_message_id.given().map(place).transpose()?;
        Ok(Resume { cursor: self.cursor.optional_text("cursor")?, last_message_id })
    }
}

/// How a dialect names a message in a field of this name.
pub(crate) type MessageOf = fn(&Loose<'_>, &str) -> Result<MessageId, Trouble>;

/// Reads a frame that is one object.
pub(crate) fn frame(payload: &[u8]) -> Result<Fields<'_>, Trouble> {
    parse::<Body<Fields<'_>>>(payload)?.object("the frame")
}

/// Reads a frame as JSON.
pub(crate) fn parse<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> Result<T, Trouble> {
    serde_json::from_slice(payload).map_err(|error| {
        let what = if error.is_data() { "the frame has the wrong form" } else { "the frame is not JSON" };
        Trouble::Malformed(format!("{what}: {error}"))
    })
}

/// What an emoji must be.
pub(crate) const EMOJI: &str = "an emoji, or 1 to 32 of `a-z0-9_+-` between colons";

pub(crate) fn missing(name: &str) -> Trouble {
    Trouble::Malformed(format!("`{name}` is missing"))
}

pub(crate) fn wrong(name: &str, what: &str) -> Trouble {
    Trouble::Malformed(format!("`{name}` must be {what}"))
}

/// Names a type or event that nobody knows, as much of it as is worth repeating.
pub(crate) fn unknown(what: &str, word: &str) -> Trouble {
    let word: String = word.chars().take(64).collect();
    Trouble::Malformed(format!("unknown {what} `{word}`"))
}
