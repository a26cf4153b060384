//! JSON whose objects keep the order of their fields.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ordered {
    Null,
    Flag(bool),
    Number(i64),
    Fraction(f64),
    Text(String),
    List(Vec<Ordered>),
    Object(Vec<(String, Ordered)>),
}

impl Ordered {
    /// Returns an object with these fields.
    pub(crate) fn object<const N: usize>(fields: [(&str, Ordered); N]) -> Ordered {
        Ordered::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Returns the object with one more field.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Ordered>) -> Ordered {
        if let Ordered::Object(fields) = &mut self {
            fields.push((name.to_owned(), value.into()));
        }
        self
    }

    /// Returns the text, with one space of indentation for each level.
    pub(crate) fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out.push('\n');
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        match self {
            Ordered::List(items) if !items.is_empty() => {
                block(out, depth, ('[', ']'), items, |out, item| item.write(out, depth + 1))
            }
            Ordered::Object(fields) if !fields.is_empty() => block(out, depth, ('{', '}'), fields, |out, field| {
                *out += &format!("{}: ", serde_json::to_string(&field.0).unwrap());
                field.1.write(out, depth + 1);
            }),
            plain => *out += &plain.plain(),
        }
    }

    fn plain(&self) -> String {
        match self {
            Ordered::Null => "null".into(),
            Ordered::Flag(flag) => flag.to_string(),
            Ordered::Number(number) => number.to_string(),
            Ordered::Fraction(number) => number.to_string(),
            Ordered::Text(text) => serde_json::to_string(text).unwrap(),
            Ordered::List(_) => "[]".into(),
            Ordered::Object(_) => "{}".into(),
        }
    }
}

fn block<T>(out: &mut String, depth: usize, ends: (char, char), items: &[T], write: impl Fn(&mut String, &T)) {
    out.push(ends.0);
    for (at, item) in items.iter().enumerate() {
        *out += if at > 0 { ",\n" } else { "\n" };
        *out += &" ".repeat(depth + 1);
        write(out, item);
    }
    *out += &format!("\n{}{}", " ".repeat(depth), ends.1);
}

impl From<&str> for Ordered {
    fn from(text: &str) -> Ordered {
        Ordered::Text(text.to_owned())
    }
}

impl From<String> for Ordered {
    fn from(text: String) -> Ordered {
        Ordered::Text(text)
    }
}

impl From<i64> for Ordered {
    fn from(number: i64) -> Ordered {
        Ordered::Number(number)
    }
}

impl<T: Into<Ordered>> From<Vec<T>> for Ordered {
    fn from(items: Vec<T>) -> Ordered {
        Ordered::List(items.into_iter().map(Into::into).collect())
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ordered, D::Error> {
        deserializer.deserialize_any(AnyVisitor)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Ordered;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Ordered, E> {
        Ok(Ordered::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Ordered, E> {
        Ok(Ordered::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Ordered, E> {
        Ok(Ordered::Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Ordered, E> {
        Ok(Ordered::Number(number as i64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Ordered, E> {
        Ok(Ordered::Fraction(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Ordered, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Ordered, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Ordered::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Ordered, A::Error> {
        let mut fields = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            fields.push(entry);
        }
        Ok(Ordered::Object(fields))
    }
}
