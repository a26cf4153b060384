//! The fields of a JSON object, read one by one, so that an error names the field that is wrong.

use chat_domain::id::MAX_ID;
use chat_domain::{ClientId, MessageId, Refusal, UserId, Uuid, Value};

use super::{Tree, Whom, ids};
pub(super) use crate::dialect::fields::missing;
use crate::json;
use crate::trouble::Trouble;

/// The fields of a body.
pub(super) struct Fields(Vec<(String, Value)>);

impl Fields {
    /// Reads a body; an empty one has no fields.
    pub(super) fn parse(body: &[u8]) -> Result<Fields, Trouble> {
        if body.trim_ascii().is_empty() {
            return Ok(Fields(Vec::new()));
        }
        match serde_json::from_slice(body) {
            Ok(json::Tree(Value::Map(fields))) => Ok(Fields(fields)),
            Ok(_) => Err(Trouble::Malformed("the body must be a JSON object".into())),
            Err(_) => Err(Trouble::Malformed("the body is not JSON".into())),
        }
    }

    /// Takes a text that must be there.
    pub(super) fn text(&mut self, name: &str) -> Result<String, Trouble> {
        self.optional_text(name)?.ok_or_else(|| missing(name))
    }

    /// Takes a text that may be missing or null.
    pub(super) fn optional_text(&mut self, name: &str) -> Result<Option<String>, Trouble> {
        match self.take(name) {
            None => Ok(None),
            // No database can store it, and no screen shows it.
            Some(Value::Text(text)) if text.contains('\0') => Err(wrong(name, "must not contain U+0000")),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name, "must be a string")),
        }
    }

    /// Takes a text of at most `limit` bytes that must be there.
    pub(super) fn short_text(&mut self, name: &str, limit: usize) -> Result<String, Trouble> {
        self.text(name).and_then(|text| within(name, text, limit))
    }

    /// Takes a text of at most `limit` bytes that may be missing.
    pub(super) fn optional_short_text(&mut self, name: &str, limit: usize) -> Result<Option<String>, Trouble> {
        self.optional_text(name)?.map(|text| within(name, text, limit)).transpose()
    }

    /// Takes a list of texts, at most `most`; a missing one is empty.
    pub(super) fn texts(&mut self, name: &str, most: usize) -> Result<Vec<String>, Trouble> {
        let values = match self.take(name) {
            None => return Ok(Vec::new()),
            Some(Value::List(values)) if values.len() <= most => values,
            Some(_) => return Err(wrong(name, &format!("must be an array of at most {most} strings"))),
        };
        let text = |value| match value {
            Value::Text(text) if !text.contains('\0') => Ok(text),
            _ => Err(wrong(name, "must be an array of strings")),
        };
        values.into_iter().map(text).collect()
    }

    /// Takes a truth value that may be missing.
    pub(super) fn optional_flag(&mut self, name: &str) -> Result<Option<bool>, Trouble> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(wrong(name, "must be true or false")),
        }
    }

    /// Takes a truth value that must be there.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Trouble> {
        match self.take(name) {
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(wrong(name, "must be true or false")),
            None => Err(missing(name)),
        }
    }

    /// Takes a whole number from 0 on that must be there.
    pub(super) fn count(&mut self, name: &str) -> Result<u64, Trouble> {
        match self.take(name) {
            Some(Value::Int(count @ 0..=MAX_ID)) => Ok(count.unsigned_abs()),
            Some(_) => Err(wrong(name, "must be a whole number from 0 on")),
            None => Err(missing(name)),
        }
    }

    /// Takes a whole number from 0 on that may be missing.
    pub(super) fn optional_count(&mut self, name: &str) -> Result<Option<u64>, Trouble> {
        if self.has(name) { self.count(name).map(Some) } else { Ok(None) }
    }

    /// Takes a map of any values; a missing one or null is empty.
    pub(super) fn map(&mut self, name: &str) -> Result<Value, Trouble> {
        match self.take(name) {
            None => Ok(Value::empty()),
            Some(map @ Value::Map(_)) => Ok(map),
            Some(_) => Err(wrong(name, "must be an object")),
        }
    }

    /// Takes an object that must be there, to read its fields.
    pub(super) fn object(&mut self, name: &str) -> Result<Fields, Trouble> {
        match self.take(name) {
            Some(Value::Map(fields)) => Ok(Fields(fields)),
            Some(_) => Err(wrong(name, "must be an object")),
            None => Err(missing(name)),
        }
    }

    /// Takes a user's id in the tree's spelling that must be there.
    pub(super) fn user(&mut self, name: &str, tree: Tree) -> Result<Whom, Trouble> {
        let value = self.take(name).ok_or_else(|| missing(name))?;
        user(&value, tree).ok_or_else(|| wrong(name, user_rule(tree)))
    }

    /// Takes a list of users' ids in the tree's spelling, at most `limit`; a missing one is empty.
    pub(super) fn users(&mut self, name: &str, tree: Tree, limit: usize) -> Result<Vec<Whom>, Trouble> {
        let values = match self.take(name) {
            None => return Ok(Vec::new()),
            Some(Value::List(values)) => values,
            Some(_) => return Err(wrong(name, "must be an array of user ids")),
        };
        if values.len() > limit {
            return Err(Trouble::Malformed(format!("`{name}` must name at most {limit} users")));
        }
        let whom = |value: &Value| user(value, tree).ok_or_else(|| wrong(name, "must be an array of user ids"));
        values.iter().map(whom).collect()
    }

    /// Takes a message's id in the tree's spelling that may be missing. A UUID of another kind is refused as an unknown
    /// message.
    pub(super) fn message(&mut self, name: &str, tree: Tree) -> Result<Option<MessageId>, Trouble> {
        let not = || wrong(name, "is not the id of a message");
        match (self.take(name), tree) {
            (None, _) => Ok(None),
            (Some(Value::Int(number)), Tree::Api) => MessageId::new(number).map(Some).ok_or_else(not),
            (Some(Value::Text(text)), Tree::V1 | Tree::V2) => {
                let uuid: Uuid = text.parse().map_err(|_| not())?;
                MessageId::from_uuid(uuid).map(Some).ok_or(Refusal::UnknownMessage.into())
            }
            (Some(_), _) => Err(not()),
        }
    }

    /// Takes the sender's name for the request, from `client_id` or the `Idempotency-Key` header, which must not
    /// differ.
    pub(super) fn client_id(&mut self, key: Option<&str>) -> Result<Option<ClientId>, Trouble> {
        const RULE: &str = "must have 1 to 64 printable characters";
        let named = self.optional_text("client_id")?;
        let named = named.map(|name| ClientId::new(name).ok_or_else(|| wrong("client_id", RULE))).transpose()?;
        let key = key.map(|key| ClientId::new(key).ok_or_else(|| wrong("Idempotency-Key", RULE))).transpose()?;
        match (named, key) {
            (Some(named), Some(key)) if named != key => Err(wrong("client_id", "differs from `Idempotency-Key`")),
            (named, key) => Ok(named.or(key)),
        }
    }

    /// Whether the field is there and not null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, value)| known == name && *value != Value::Null)
    }

    /// Whether the field is there, even if it is null.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Returns all fields as one value.
    pub(super) fn whole(&self) -> Value {
        Value::Map(self.0.clone())
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let field = self.0.iter_mut().find(|(known, _)| known == name)?;
        match std::mem::replace(&mut field.1, Value::Null) {
            Value::Null => None,
            // In JSON, 1.0 is the same number as 1.
            Value::Float(number) if number.fract() == 0.0 && number.abs() <= MAX_ID as f64 => {
                Some(Value::Int(number as i64))
            }
            value => Some(value),
        }
    }
}

/// Returns the error about a field that breaks a rule.
pub(super) fn wrong(name: &str, rule: &str) -> Trouble {
    Trouble::Malformed(format!("`{name}` {rule}"))
}

fn within(name: &str, text: String, limit: usize) -> Result<String, Trouble> {
    match text.len() > limit {
        true => Err(Trouble::Malformed(format!("`{name}` must have at most {limit} bytes"))),
        false => Ok(text),
    }
}

fn user(value: &Value, tree: Tree) -> Option<Whom> {
    match (value, tree) {
        (Value::Int(number), Tree::Api) => UserId::new(*number).map(Whom::Id),
        (Value::Text(text), Tree::V1 | Tree::V2) => text.parse::<Uuid>().ok().map(ids::user),
        _ => None,
    }
}

const fn user_rule(tree: Tree) -> &'static str {
    match tree {
        Tree::Api => "must be the whole number of a user",
        Tree::V1 | Tree::V2 => "must be the UUID of a user",
    }
}
