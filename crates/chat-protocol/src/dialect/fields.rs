//! The fields of clients' frames, read in the same way for all dialects. A value of any type is read; each dialect then
//! asks for the fields that it needs by name, so that an error can say which field is wrong.

use chat_domain::{ClientId, Command, Draft, Emoji, MessageId, MessageKind, Refusal, RoomId, Value};
use serde::Deserialize;

use super::loose::{Body, Loose};
use crate::json::Tree;
use crate::request::{Resume, Verb};
use crate::trouble::Trouble;

/// The fields that any dialect knows. A field that a frame does not use may have any value.
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
    /// Returns the sender's name for the request, if it is valid.
    pub(crate) fn name(&self) -> Option<ClientId> {
        self.client_id.given().and_then(|name| ClientId::new(name.as_text()?))
    }

    /// Returns the sender's name for the request; refuses one that is not valid.
    pub(crate) fn checked_name(&self) -> Result<Option<ClientId>, Trouble> {
        match (self.client_id.given(), self.name()) {
            (Some(_), None) => Err(wrong("client_id", "a string of 1 to 64 printable characters")),
            (_, name) => Ok(name),
        }
    }

    /// Returns the kind of message that a field names; a text if the field is missing.
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

    /// Returns the metadata; empty ones if there are none.
    pub(crate) fn metadata(&mut self) -> Result<Value, Trouble> {
        match self.metadata.take() {
            None | Some(Tree(Value::Null)) => Ok(Value::empty()),
            Some(Tree(map @ Value::Map(_))) => Ok(map),
            Some(_) => Err(wrong("metadata", "an object")),
        }
    }

    /// Returns a draft of this kind with the fields `content` and `metadata`.
    pub(crate) fn draft(&mut self, kind: MessageKind) -> Result<Draft, Trouble> {
        let (content, metadata) = (self.content.text("content")?, self.metadata()?);
        Ok(Draft { kind, content, metadata, reply_to: None, is_back_ends: false, said: None })
    }

    /// Returns the command that sends this draft. `named` reads the id of a message that it may answer.
    pub(crate) fn send(&self, room: RoomId, draft: Draft, named: MessageOf) -> Result<Command, Trouble> {
        let client_id = self.checked_name()?;
        let reply_to = self.reply_to.given().map(|id| named(id, "reply_to")).transpose()?;
        Ok(Command::Send { room, draft: Draft { reply_to, ..draft }, client_id })
    }

    /// Reads a message's id as dialects 1 to 3 spell it.
    pub(crate) fn number_of(id: &Loose<'_>, name: &str) -> Result<MessageId, Trouble> {
        id.integer(name, MessageId::new)
    }

    /// Reads a message's id as dialects 4 and 5 spell it.
    pub(crate) fn uuid_of(id: &Loose<'_>, name: &str) -> Result<MessageId, Trouble> {
        id.uuid(name, MessageId::from_uuid, Refusal::UnknownMessage)
    }

    /// Returns the command that gives a reaction to this message, or takes it back.
    pub(crate) fn reaction(&self, verb: Verb, room: RoomId, message: MessageId) -> Result<Command, Trouble> {
        let emoji = Emoji::new(self.emoji.word("emoji")?).ok_or_else(|| wrong("emoji", EMOJI))?;
        Ok(match verb {
            Verb::Unreact => Command::Unreact { room, message, emoji },
            _ => Command::React { room, message, emoji },
        })
    }

    /// Returns from where a reader wants to go on. `place` reads a message's id in the dialect's spelling.
    pub(crate) fn resume(&mut self, place: fn(&Loose<'_>) -> Result<i64, Trouble>) -> Result<Resume, Trouble> {
        let last_message_id = self.last_message_id.given().map(place).transpose()?;
        Ok(Resume { cursor: self.cursor.optional_text("cursor")?, last_message_id })
    }
}

/// How a dialect reads a message's id from the field of this name.
pub(crate) type MessageOf = fn(&Loose<'_>, &str) -> Result<MessageId, Trouble>;

/// Reads a frame that must be an object.
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

/// What an emoji must be, for errors.
pub(crate) const EMOJI: &str = "an emoji, or 1 to 32 of `a-z0-9_+-` between colons";

pub(crate) fn missing(name: &str) -> Trouble {
    Trouble::Malformed(format!("`{name}` is missing"))
}

pub(crate) fn wrong(name: &str, what: &str) -> Trouble {
    Trouble::Malformed(format!("`{name}` must be {what}"))
}

/// Returns the error for an unknown type or event; a very long one is cut off.
pub(crate) fn unknown(what: &str, word: &str) -> Trouble {
    let word: String = word.chars().take(64).collect();
    Trouble::Malformed(format!("unknown {what} `{word}`"))
}
