//! Metadata: a tree of plain values that accompanies a message's content.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// A plain value. Metadata is a [`Value::Map`]. Its `Display` is its canonical spelling (JSON with sorted keys), which
/// is stored, compared and shown.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Value {
    /// What JSON calls `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number; one that is not finite is spelled as `null`.
    Float(f64),
    /// A text.
    Text(String),
    /// Several values in order.
    List(Vec<Value>),
    /// Values by name.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Returns empty metadata.
    pub const fn empty() -> Value {
        Value::Map(Vec::new())
    }

    /// Returns the value with this name in a map.
    pub fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Map(fields) => fields.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Returns the number, whole or not.
    pub fn number(&self) -> Option<f64> {
        match *self {
            Value::Int(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => None,
        }
    }

    /// Returns the text, if the value is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(yes) => write!(f, "{yes}"),
            Value::Int(number) => write!(f, "{number}"),
            Value::Float(number) if number.is_finite() => write!(f, "{number}"),
            Value::Float(_) => f.write_str("null"),
            Value::Text(text) => spell(f, text),
            Value::List(values) => {
                f.write_char('[')?;
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        f.write_char(',')?;
                    }
                    value.fmt(f)?;
                }
                f.write_char(']')
            }
            Value::Map(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_by(|a, b| a.0.cmp(&b.0));
                f.write_char('{')?;
                for (at, (key, value)) in fields.into_iter().enumerate() {
                    if at > 0 {
                        f.write_char(',')?;
                    }
                    spell(f, key)?;
                    f.write_char(':')?;
                    value.fmt(f)?;
                }
                f.write_char('}')
            }
        }
    }
}

/// Writes a quoted text.
fn spell(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for letter in text.chars() {
        match letter {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            low if low < ' ' => write!(f, "\\u{:04x}", low as u32)?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}

/// Returns the text with this name from the canonical spelling of a map.
pub fn spelled_text(map: &str, name: &str) -> Option<String> {
    let mut rest = map.strip_prefix('{')?;
    while let Some((key, after)) = spelled_string(rest) {
        rest = after.strip_prefix(':')?;
        let value = spelled_string(rest);
        if key == name {
            return value.map(|(text, _)| text);
        }
        rest = match value {
            Some((_, after)) => after,
            None => past(rest),
        };
        rest = rest.strip_prefix(',')?;
    }
    None
}

/// Returns the quoted text at the beginning, and what comes after it.
fn spelled_string(spelled: &str) -> Option<(String, &str)> {
    let mut letters = spelled.strip_prefix('"')?.chars();
    let mut text = String::new();
    loop {
        match letters.next()? {
            '"' => return Some((text, letters.as_str())),
            '\\' => text.push(match letters.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let code = u32::from_str_radix(letters.as_str().get(..4)?, 16).ok()?;
                    letters = letters.as_str()[4..].chars();
                    char::from_u32(code)?
                }
                other => other,
            }),
            other => text.push(other),
        }
    }
}

/// Returns what comes after the value at the beginning, which must not be a text.
fn past(spelled: &str) -> &str {
    let (mut depth, mut rest) = (0_usize, spelled);
    loop {
        match rest.chars().next() {
            None => return rest,
            Some(',' | '}' | ']') if depth == 0 => return rest,
            Some('"') => rest = spelled_string(rest).map_or("", |(_, after)| after),
            Some(other) => {
                match other {
                    '{' | '[' => depth += 1,
                    '}' | ']' => depth -= 1,
                    _ => {}
                }
                rest = &rest[other.len_utf8()..];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use super::*;

    #[test]
    fn a_text_is_found_in_its_spelling() {
        let inner = Value::Map(vec![("caption".into(), Value::Text("inner, }".into()))]);
        let list = Value::List(vec![Value::Int(1), inner.clone(), Value::Text("]".into())]);
        let caption = "a \"b\" \\ \n\u{1} ж";
        let map = |caption: Option<Value>| {
            let rest = [("a", inner.clone()), ("b", list.clone()), ("z", Value::Float(1.5))];
            let rest = rest.into_iter().chain(caption.map(|value| ("caption", value)));
            Value::Map(rest.map(|(name, value)| (name.into(), value)).collect()).to_string()
        };
        assert_eq!(spelled_text(&map(Some(Value::Text(caption.into()))), "caption").as_deref(), Some(caption));
        assert_eq!(spelled_text(&map(Some(Value::Null)), "caption"), None);
        assert_eq!(spelled_text(&map(None), "caption"), None);
        assert_eq!(spelled_text("{}", "caption"), None);
    }
}
