use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use super::parse::{List, place};

/// An event of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The namespace.
    pub namespace: &'static str,
    /// The id of the ACK that the client asks for, if it asks for one.
    pub ack: Option<u64>,
    /// The event's arguments.
    pub arguments: Arguments,
    name: Name,
}

/// A client's ACK of an event that asked for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// The namespace.
    pub namespace: &'static str,
    /// The id of the event.
    pub id: u64,
    /// The arguments of the ACK.
    pub arguments: Arguments,
}

/// The arguments of an event or an ACK, as the JSON text that was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The binary frames that belong to it; `{"_placeholder":true,"num":0}` stands for the first one.
    pub attachments: Vec<Bytes>,
    text: Bytes,
    all: Range<usize>,
    first: Range<usize>,
}

/// The name of an event. It is a part of the text, except for the few names with escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Inside(Range<usize>),
    Unescaped(Box<str>),
}

impl Event {
    /// Returns the event's name.
    pub fn name(&self) -> &str {
        match &self.name {
            Name::Inside(range) => self.arguments.part(range),
            Name::Unescaped(name) => name,
        }
    }

    /// Returns name and arguments as the JSON array that was sent, without white space around them.
    pub fn list(&self) -> String {
        let (name, arguments) = (serde_json::Value::from(self.name()), self.arguments.as_str());
        if arguments.is_empty() { format!("[{name}]") } else { format!("[{name},{arguments}]") }
    }

    pub(super) fn new(
        namespace: &'static str,
        name: Cow<'_, str>,
        ack: Option<u64>,
        list: &List<'_>,
        from: Source<'_>,
    ) -> Self {
        let name = match name {
            Cow::Borrowed(name) => Name::Inside(place(name, from.text)),
            Cow::Owned(name) => Name::Unescaped(name.into()),
        };
        Self { namespace, ack, arguments: Arguments::new(list, from), name }
    }
}

impl Arguments {
    /// Returns all arguments with commas between them: the inside of a JSON array.
    pub fn as_str(&self) -> &str {
        self.part(&self.all)
    }

    /// Returns the first argument. Most events have exactly one.
    pub fn first(&self) -> Option<&str> {
        Some(self.part(&self.first)).filter(|text| !text.is_empty())
    }

    pub(super) fn new(list: &List<'_>, from: Source<'_>) -> Self {
        Self {
            attachments: Vec::new(),
            text: from.bytes.clone(),
            all: place_or_nothing(list.all, from.text),
            first: place_or_nothing(list.first, from.text),
        }
    }

    fn part(&self, range: &Range<usize>) -> &str {
        let bytes = self.text.get(range.clone()).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

/// The same text twice: as `str` to read, and as bytes to keep without copying.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a Bytes,
}

/// An empty part may point anywhere.
fn place_or_nothing(part: &str, text: &str) -> Range<usize> {
    if part.is_empty() { 0..0 } else { place(part, text) }
}
