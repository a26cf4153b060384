//! The fields of clients' frames, read once for all dialects: any kind of value is taken in, and what a dialect needs is
//! then asked for by name, so that an error can say which field is wrong.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use chat_domain::{ClientId, Command, Draft, MessageId, MessageKind, Refusal, RoomId, Uuid, Value};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::json::Tree;
use crate::request::Resume;
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
        Ok(Draft { kind, content: self.content.text("content")?, metadata: self.metadata()? })
    }

    /// A send of this draft.
    pub(crate) fn send(&self, room: RoomId, draft: Draft) -> Result<Command, Trouble> {
        Ok(Command::Send { room, draft, client_id: self.checked_name()? })
    }

    /// From where to go on.
    pub(crate) fn resume(&mut self) -> Result<Resume, Trouble> {
        let last_message_id = match self.last_message_id.given() {
            None => None,
            Some(Loose::Int(number @ 0..)) => Some(*number),
            Some(_) => return Err(wrong("last_message_id", "an integer, 0 or greater")),
        };
        Ok(Resume { cursor: self.cursor.optional_text("cursor")?, last_message_id })
    }
}

/// A value of whatever kind came.
#[derive(Debug, Default)]
pub(crate) enum Loose<'a> {
    /// The field is not there.
    #[default]
    Absent,
    Null,
    Bool(bool),
    Int(i64),
    Text(Cow<'a, str>),
    /// An object, an array, a number that is not an integer.
    Other,
}

impl<'a> Loose<'a> {
    /// The value, unless it is absent or null, which are the same for a field that may be left out.
    pub(crate) fn given(&self) -> Option<&Loose<'a>> {
        match self {
            Loose::Absent | Loose::Null => None,
            value => Some(value),
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Loose::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Text that must be there. Takes it out.
    pub(crate) fn text(&mut self, name: &str) -> Result<String, Trouble> {
        match std::mem::take(self) {
            Loose::Text(text) => Ok(text.into_owned()),
            other => Err(other.not(name, "a string")),
        }
    }

    /// Text that may be left out.
    pub(crate) fn optional_text(&mut self, name: &str) -> Result<Option<String>, Trouble> {
        self.given().is_some().then(|| self.text(name)).transpose()
    }

    /// A word that must be there.
    pub(crate) fn word(&self, name: &str) -> Result<&str, Trouble> {
        self.as_text().ok_or_else(|| self.not(name, "a string"))
    }

    /// Yes or no.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Trouble> {
        match self {
            Loose::Bool(yes) => Ok(*yes),
            other => Err(other.not(name, "true or false")),
        }
    }

    /// An id in the spelling of dialects 1 to 3.
    pub(crate) fn integer<T>(&self, name: &str, id: fn(i64) -> Option<T>) -> Result<T, Trouble> {
        match self {
            Loose::Int(number) => id(*number).ok_or_else(|| wrong(name, "a positive integer below 2^53")),
            other => Err(other.not(name, "an integer")),
        }
    }

    /// An id in the spelling of dialects 4 and 5. One that was made here for something else names nothing.
    pub(crate) fn uuid<T>(&self, name: &str, id: fn(Uuid) -> Option<T>, nobody: Refusal) -> Result<T, Trouble> {
        let Loose::Text(text) = self else { return Err(self.not(name, "a UUID")) };
        let uuid: Uuid = text.parse().map_err(|_| wrong(name, "a UUID"))?;
        match id(uuid) {
            Some(id) => Ok(id),
            None if uuid.is_ours() => Err(nobody.into()),
            None => Err(wrong(name, "a UUID that this server gave")),
        }
    }

    pub(crate) fn chat_uuid(&self) -> Result<RoomId, Trouble> {
        self.uuid("chat_id", RoomId::from_uuid, Refusal::UnknownRoom)
    }

    pub(crate) fn message_uuid(&self) -> Result<MessageId, Trouble> {
        self.uuid("message_id", MessageId::from_uuid, Refusal::UnknownMessage)
    }

    fn not(&self, name: &str, what: &str) -> Trouble {
        match self {
            Loose::Absent => missing(name),
            _ => wrong(name, what),
        }
    }
}

/// What stands where an object should.
#[derive(Debug, Default)]
pub(crate) enum Body<T> {
    #[default]
    Absent,
    Object(T),
    Other,
}

impl<T> Body<T> {
    /// The object.
    pub(crate) fn object(self, what: &str) -> Result<T, Trouble> {
        match self {
            Body::Object(object) => Ok(object),
            Body::Absent => Err(Trouble::Malformed(format!("{what} is missing"))),
            Body::Other => Err(Trouble::Malformed(format!("{what} must be an object"))),
        }
    }
}

/// Reads a frame that is one object.
pub(crate) fn frame(payload: &[u8]) -> Result<Fields<'_>, Trouble> {
    parse::<Body<Fields<'_>>>(payload)?.object("the frame")
}

/// Reads JSON.
pub(crate) fn parse<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> Result<T, Trouble> {
    serde_json::from_slice(payload).map_err(|error| {
        let what = if error.is_data() { "the frame has the wrong form" } else { "the frame is not JSON" };
        Trouble::Malformed(format!("{what}: {error}"))
    })
}

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

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Loose<'a>, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Body<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Body<T>, D::Error> {
        deserializer.deserialize_any(BodyVisitor(PhantomData))
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Loose<'de>, E> {
        Ok(Loose::Null)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Loose<'de>, E> {
        Ok(Loose::Bool(yes))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Loose<'de>, E> {
        Ok(Loose::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Loose<'de>, E> {
        Ok(i64::try_from(number).map_or(Loose::Other, Loose::Int))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Loose<'de>, E> {
        Ok(Loose::Other)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Loose<'de>, E> {
        Ok(Loose::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose<'de>, E> {
        Ok(Loose::Text(Cow::Owned(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Loose<'de>, A::Error> {
        skip_items(items).map(|()| Loose::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Loose<'de>, A::Error> {
        skip_entries(entries).map(|()| Loose::Other)
    }
}

struct BodyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for BodyVisitor<T> {
    type Value = Body<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<Body<T>, E> {
        Ok(Body::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Body<T>, E> {
        Ok(Body::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Body<T>, E> {
        Ok(Body::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Body<T>, E> {
        Ok(Body::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Body<T>, E> {
        Ok(Body::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Body<T>, E> {
        Ok(Body::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Body<T>, A::Error> {
        skip_items(items).map(|()| Body::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Body<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(entries)).map(Body::Object)
    }
}

fn skip_items<'de, A: SeqAccess<'de>>(mut items: A) -> Result<(), A::Error> {
    while items.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

fn skip_entries<'de, A: MapAccess<'de>>(mut entries: A) -> Result<(), A::Error> {
    while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}
