//! Writing JSON to a byte buffer without allocating, and the few forms in which it is read.

mod time;
mod value;

use std::io::Write;

use chat_domain::{Uuid, Value};

use crate::cursor::Cursor;

pub(crate) use time::{Micros, Millis, Seconds, moment};
pub(crate) use value::Tree;

/// Something that can write itself as JSON.
pub(crate) trait Json {
    /// Appends the value.
    fn write(self, out: &mut Vec<u8>);
}

/// Writes an object whose fields `fill` adds.
pub(crate) fn object(out: &mut Vec<u8>, fill: impl FnOnce(&mut Object<'_>)) {
    out.push(b'{');
    fill(&mut Object { out, empty: true });
    out.push(b'}');
}

/// Writes an array whose items `write` appends.
pub(crate) fn array<T>(out: &mut Vec<u8>, items: impl IntoIterator<Item = T>, write: impl Fn(&mut Vec<u8>, T)) {
    out.push(b'[');
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// An object that is being written. Field names are our own, so they need no escaping.
pub(crate) struct Object<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
}

impl Object<'_> {
    /// Adds a field.
    pub(crate) fn put(&mut self, name: &str, value: impl Json) -> &mut Self {
        value.write(self.name(name));
        self
    }

    /// Adds a field, if there is a value.
    pub(crate) fn maybe(&mut self, name: &str, value: Option<impl Json>) -> &mut Self {
        match value {
            Some(value) => self.put(name, value),
            None => self,
        }
    }

    /// Adds a field that is an object.
    pub(crate) fn nest(&mut self, name: &str, fill: impl FnOnce(&mut Object<'_>)) -> &mut Self {
        object(self.name(name), fill);
        self
    }

    /// Adds a field that is an object or null.
    pub(crate) fn nest_or_null<T>(
        &mut self,
        name: &str,
        value: Option<T>,
        fill: impl FnOnce(&mut Object<'_>, T),
    ) -> &mut Self {
        match value {
            Some(value) => self.nest(name, |o| fill(o, value)),
            None => self.put(name, Null),
        }
    }

    /// Adds a field that is an array.
    pub(crate) fn list<T: Json>(&mut self, name: &str, items: impl IntoIterator<Item = T>) -> &mut Self {
        array(self.name(name), items, |out, item| item.write(out));
        self
    }

    /// Adds a field that is an array of objects.
    pub(crate) fn objects<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        fill: impl Fn(&mut Object<'_>, T),
    ) -> &mut Self {
        array(self.name(name), items, |out, item| object(out, |o| fill(o, item)));
        self
    }

    fn name(&mut self, name: &str) -> &mut Vec<u8> {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }
}

/// The value `null`.
pub(crate) struct Null;

/// A text that is JSON already.
pub(crate) struct Raw<'a>(pub(crate) &'a str);

impl Json for Null {
    fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"null");
    }
}

impl Json for Raw<'_> {
    fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
    }
}

impl Json for bool {
    fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self { b"true" } else { b"false" });
    }
}

impl Json for u64 {
    fn write(self, out: &mut Vec<u8>) {
        let mut digits = [0; 20];
        let (mut rest, mut at) = (self, digits.len());
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        out.extend_from_slice(&digits[at..]);
    }
}

impl Json for u32 {
    fn write(self, out: &mut Vec<u8>) {
        u64::from(self).write(out);
    }
}

impl Json for i64 {
    fn write(self, out: &mut Vec<u8>) {
        if self < 0 {
            out.push(b'-');
        }
        self.unsigned_abs().write(out);
    }
}

impl Json for Uuid {
    fn write(self, out: &mut Vec<u8>) {
        out.push(b'"');
        out.extend_from_slice(&self.spelled());
        out.push(b'"');
    }
}

impl Json for Cursor {
    fn write(self, out: &mut Vec<u8>) {
        out.push(b'"');
        self.spell(out);
        out.push(b'"');
    }
}

impl Json for &Value {
    fn write(self, out: &mut Vec<u8>) {
        // Writing to a `Vec` cannot fail.
        let _ = write!(out, "{self}");
    }
}

impl<T: Json> Json for Option<T> {
    fn write(self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(out),
            None => Null.write(out),
        }
    }
}

impl Json for &str {
    /// Escapes control characters, so that no text breaks out of its line, its SSE event or its Engine.IO packet.
    fn write(self, out: &mut Vec<u8>) {
        let bytes = self.as_bytes();
        out.reserve(bytes.len() + 2);
        out.push(b'"');
        let mut copied = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if byte >= b' ' && byte != b'"' && byte != b'\\' {
                continue;
            }
            out.extend_from_slice(&bytes[copied..at]);
            copied = at + 1;
            escape(out, byte);
        }
        out.extend_from_slice(&bytes[copied..]);
        out.push(b'"');
    }
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        b'"' | b'\\' => byte,
        _ => {
            out.extend_from_slice(b"\\u00");
            out.extend([byte >> 4, byte & 0xf].map(|nibble| b"0123456789abcdef"[usize::from(nibble)]));
            return;
        }
    };
    out.extend([b'\\', short]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelled(value: impl Json) -> String {
        let mut out = Vec::new();
        value.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn every_text_reads_back(text in any::<String>()) {
            prop_assert_eq!(serde_json::from_str::<String>(&spelled(text.as_str())).unwrap(), text);
        }

        #[test]
        fn every_number_reads_back(number in any::<i64>()) {
            prop_assert_eq!(spelled(number), number.to_string());
            prop_assert_eq!(spelled(number as u64), (number as u64).to_string());
        }
    }

    #[test]
    fn no_text_leaves_its_line() {
        assert_eq!(spelled("a\n\r\t\u{0}\u{1e}\"\\я"), r#""a\n\r\t\u0000\u001e\"\\я""#);
    }

    #[test]
    fn an_object_has_its_fields_in_order() {
        let mut out = Vec::new();
        object(&mut out, |o| {
            o.put("a", 1u64).maybe("b", None::<bool>).nest("c", |_| {}).list("d", [true, false]).put("e", None::<u64>);
            o.objects("f", [1u64, 2], |o, n| {
                o.put("n", n);
            });
        });
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, r#"{"a":1,"c":{},"d":[true,false],"e":null,"f":[{"n":1},{"n":2}]}"#);
    }
}
