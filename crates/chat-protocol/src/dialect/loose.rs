//! Values of any type, and objects in whose place there may be something else. Reading them never fails because of a
//! type, so that an error can say which field is wrong.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use chat_domain::{MessageId, Refusal, RoomId, Uuid};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::fields::{missing, wrong};
use crate::trouble::Trouble;

/// A value of any type.
#[derive(Debug, Default)]
pub(crate) enum Loose<'a> {
    /// The field is missing.
    #[default]
    Absent,
    Null,
    Bool(bool),
    Int(i64),
    Text(Cow<'a, str>),
    /// An object, an array, or a number that is not an integer.
    Other,
}

impl<'a> Loose<'a> {
    /// Returns the value unless it is missing or null. For an optional field both mean the same.
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

    /// Takes a text out that must be there.
    pub(crate) fn text(&mut self, name: &str) -> Result<String, Trouble> {
        match std::mem::take(self) {
            Loose::Text(text) => Ok(text.into_owned()),
            other => Err(other.not(name, "a string")),
        }
    }

    /// Takes a text out that may be missing.
    pub(crate) fn optional_text(&mut self, name: &str) -> Result<Option<String>, Trouble> {
        self.given().is_some().then(|| self.text(name)).transpose()
    }

    /// Returns a word that must be there.
    pub(crate) fn word(&self, name: &str) -> Result<&str, Trouble> {
        self.as_text().ok_or_else(|| self.not(name, "a string"))
    }

    /// Returns a truth value that must be there.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Trouble> {
        match self {
            Loose::Bool(yes) => Ok(*yes),
            other => Err(other.not(name, "true or false")),
        }
    }

    /// Returns an id in the spelling of dialects 1 to 3.
    pub(crate) fn integer<T>(&self, name: &str, id: fn(i64) -> Option<T>) -> Result<T, Trouble> {
        match self {
            Loose::Int(number) => id(*number).ok_or_else(|| wrong(name, "a positive integer below 2^53")),
            other => Err(other.not(name, "an integer")),
        }
    }

    /// Returns an id in the spelling of dialects 4 and 5. A UUID of another kind, or of another server, is refused with
    /// `nobody`.
    pub(crate) fn uuid<T>(&self, name: &str, id: fn(Uuid) -> Option<T>, nobody: Refusal) -> Result<T, Trouble> {
        let Loose::Text(text) = self else { return Err(self.not(name, "a UUID")) };
        let uuid: Uuid = text.parse().map_err(|_| wrong(name, "a UUID"))?;
        id(uuid).ok_or(nobody.into())
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

/// What is in the place of an object.
#[derive(Debug, Default)]
pub(crate) enum Body<T> {
    #[default]
    Absent,
    Object(T),
    Other,
}

impl<T> Body<T> {
    /// Returns the object; `what` names it in errors.
    pub(crate) fn object(self, what: &str) -> Result<T, Trouble> {
        match self {
            Body::Object(object) => Ok(object),
            Body::Absent => Err(Trouble::Malformed(format!("{what} is missing"))),
            Body::Other => Err(Trouble::Malformed(format!("{what} must be an object"))),
        }
    }
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
