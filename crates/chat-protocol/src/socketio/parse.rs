use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A packet of a client, whose payload is checked as far as its type demands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    pub(super) namespace: &'a str,
    /// How many binary frames follow it.
    pub(super) attachments: usize,
    pub(super) content: Content<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content<'a> {
    /// With the object that was sent along.
    Connect(Option<&'a str>),
    Disconnect,
    Event {
        name: Cow<'a, str>,
        ack: Option<u64>,
        list: List<'a>,
    },
    Ack {
        id: u64,
        list: List<'a>,
    },
}

/// The elements of a JSON array after the name, as text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct List<'a> {
    pub(super) all: &'a str,
    pub(super) first: &'a str,
}

/// The text is not a packet that a client may send.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Invalid;

/// Reads `<type>[<attachments>-][<namespace>,][<id>][<JSON>]`.
pub(super) fn parse(text: &str) -> Result<Packet<'_>, Invalid> {
    let (kind, rest) = text.split_at_checked(1).ok_or(Invalid)?;
    let (attachments, rest) = match kind {
        "5" | "6" => attachments(rest)?,
        _ => (0, rest),
    };
    let (namespace, rest) = namespace(rest)?;
    let (id, payload) = id(rest)?;
    let content = match (kind, id) {
        ("0", None) => Content::Connect(object(payload)?),
        ("1", None) if payload.is_empty() => Content::Disconnect,
        ("2" | "5", ack) => event(ack, payload)?,
        ("3" | "6", Some(id)) => Content::Ack { id, list: elements(false, payload)?.1 },
        _ => return Err(Invalid),
    };
    Ok(Packet { namespace, attachments, content })
}

fn attachments(text: &str) -> Result<(usize, &str), Invalid> {
    let (count, rest) = text.split_once('-').ok_or(Invalid)?;
    match number(count) {
        Some(count) => Ok((usize::try_from(count).map_err(|_| Invalid)?, rest)),
        None => Err(Invalid),
    }
}

fn namespace(text: &str) -> Result<(&str, &str), Invalid> {
    if !text.starts_with('/') {
        return Ok(("/", text));
    }
    let (namespace, rest) = text.split_once(',').unwrap_or((text, ""));
    (namespace.len() <= LONGEST_NAMESPACE).then_some((namespace, rest)).ok_or(Invalid)
}

fn id(text: &str) -> Result<(Option<u64>, &str), Invalid> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    match text.split_at(end) {
        ("", payload) => Ok((None, payload)),
        (digits, payload) => Ok((Some(number(digits).ok_or(Invalid)?), payload)),
    }
}

/// Reads a number of digits alone; `parse` would also accept a sign.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn object(payload: &str) -> Result<Option<&str>, Invalid> {
    if payload.is_empty() {
        return Ok(None);
    }
    match serde_json::from_str::<&RawValue>(payload).map_err(|_| Invalid)?.get() {
        "null" => Ok(None),
        object if object.starts_with('{') => Ok(Some(object)),
        _ => Err(Invalid),
    }
}

fn event(ack: Option<u64>, payload: &str) -> Result<Content<'_>, Invalid> {
    match elements(true, payload)? {
        (Some(Name(name)), list) => Ok(Content::Event { name, ack, list }),
        (None, _) => Err(Invalid),
    }
}

fn elements(named: bool, payload: &str) -> Result<(Option<Name<'_>>, List<'_>), Invalid> {
    let mut json = serde_json::Deserializer::from_str(payload);
    let (name, first, last) = Elements { named }.deserialize(&mut json).map_err(|_| Invalid)?;
    json.end().map_err(|_| Invalid)?;
    let list = match (first, last) {
        (Some(first), Some(last)) => List {
            all: &payload[place(first.get(), payload).start..place(last.get(), payload).end],
            first: first.get(),
        },
        _ => List::default(),
    };
    Ok((name, list))
}

/// Returns the range of a part of a text.
pub(super) fn place(part: &str, text: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    start..start + part.len()
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// Reads an array once without building anything, and finds the name, the first and the last element.
struct Elements {
    named: bool,
}

type Found<'a> = (Option<Name<'a>>, Option<&'a RawValue>, Option<&'a RawValue>);

impl<'a> DeserializeSeed<'a> for Elements {
    type Value = Found<'a>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Found<'a>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'a> Visitor<'a> for Elements {
    type Value = Found<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut array: A) -> Result<Found<'a>, A::Error> {
        let name = match self.named {
            true => Some(array.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?),
            false => None,
        };
        let first: Option<&RawValue> = array.next_element()?;
        let mut last = first;
        while let Some(element) = array.next_element()? {
            last = Some(element);
        }
        Ok((name, first, last))
    }
}

/// The longest namespace, in bytes: longer than any that exists, and short enough to be sent back in a refusal.
const LONGEST_NAMESPACE: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn event<'a>(name: &'a str, ack: Option<u64>, all: &'a str, first: &'a str) -> Content<'a> {
        Content::Event { name: name.into(), ack, list: List { all, first } }
    }

    #[test]
    fn packets_of_clients() {
        for (text, namespace, attachments, content) in [
            ("0", "/", 0, Content::Connect(None)),
            ("0null", "/", 0, Content::Connect(None)),
            (r#"0{"token":"123"}"#, "/", 0, Content::Connect(Some(r#"{"token":"123"}"#))),
            ("0/custom", "/custom", 0, Content::Connect(None)),
            ("0/custom,", "/custom", 0, Content::Connect(None)),
            ("0/a?b=c,{}", "/a?b=c", 0, Content::Connect(Some("{}"))),
            ("1/custom,", "/custom", 0, Content::Disconnect),
            (r#"2["a"]"#, "/", 0, event("a", None, "", "")),
            (r#"2[ "a" , 1 , {"b":[true]} ] "#, "/", 0, event("a", None, r#"1 , {"b":[true]}"#, "1")),
            (r#"2/n,17["\u0061\"",null]"#, "/n", 0, event("a\"", Some(17), "null", "null")),
            (r#"2007["a"]"#, "/", 0, event("a", Some(7), "", "")),
            (r#"52-/n,1["a",{}]"#, "/n", 2, event("a", Some(1), "{}", "{}")),
            ("312[1,2]", "/", 0, Content::Ack { id: 12, list: List { all: "1,2", first: "1" } }),
            ("60-3[]", "/", 0, Content::Ack { id: 3, list: List::default() }),
        ] {
            assert_eq!(parse(text), Ok(Packet { namespace, attachments, content }), "{text}");
        }
    }

    #[test]
    fn what_is_no_packet() {
        let long = format!("0/{}", "x".repeat(LONGEST_NAMESPACE));
        let deep = format!(r#"2["a",{}"#, "[".repeat(100_000));
        for text in [
            "",
            "7",
            "a",
            "é",
            "4",
            r#"4{"message":"x"}"#,
            "abc",
            "0[]",
            "01",
            r#"0"x""#,
            "0{",
            "1{}",
            "17",
            "2",
            "2{}",
            "2[]",
            "2[1]",
            "2[null]",
            r#"2["a""#,
            r#"2["a"]]"#,
            r#"2["a",]"#,
            r#"2["a",01]"#,
            r#"2abc["a"]"#,
            r#"2-1["a"]"#,
            "2/n",
            "3[]",
            "3",
            r#"5["a"]"#,
            r#"5-["a"]"#,
            r#"5+1-["a"]"#,
            r#"5-1-["a"]"#,
            r#"599999999999999999999-["a"]"#,
            r#"299999999999999999999["a"]"#,
            r#"2["\ud800"]"#,
            "61-[]",
            &long,
            &deep,
        ] {
            assert_eq!(parse(text), Err(Invalid), "{}", &text[..text.len().min(40)]);
        }
    }

    #[test]
    fn depth_alone_is_no_reason_to_refuse() {
        let deep = format!(r#"2["a",{}{}]"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse(&deep).is_ok());
    }
}
