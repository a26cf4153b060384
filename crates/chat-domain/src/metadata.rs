//! What rides beside a message's content: a tree of plain values.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// A plain value. Metadata is a [`Value::Map`]; its `Display` is the one canonical spelling (JSON, keys in order), which
/// is what is stored, compared and shown.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Value {
    /// What JSON calls `null`.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number; one that is not finite is spelled as `null`.
    Float(f64),
    /// A string of characters.
    Text(String),
    /// Several values.
    List(Vec<Value>),
    /// Named values.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// No metadata at all.
    pub const fn empty() -> Value {
        Value::Map(Vec::new())
    }

    /// The value with this name in a map.
    pub fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Map(fields) => fields.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The number, whole or not.
    pub fn number(&self) -> Option<f64> {
        match *self {
            Value::Int(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => None,
        }
    }

    /// The text.
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

/// Writes a quoted string.
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
