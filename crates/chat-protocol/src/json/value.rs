//! Reading any plain values: metadata, the data of notifications, comments.

use std::fmt;

use chat_domain::Value;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A plain value read from JSON, with its keys sorted. Of several fields with the same key the last counts, as in every
/// browser.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tree(pub(crate) Value);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree(Value::Null))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Tree, E> {
        Ok(Tree(Value::Bool(yes)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree(Value::Int(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Tree, E> {
        Ok(Tree(Value::Float(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree(Value::Text(text.into())))
    }

    fn visit_string<E>(self, text: String) -> Result<Tree, E> {
        Ok(Tree(Value::Text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut values = Vec::new();
        while let Some(Tree(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(Tree(Value::List(values)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut fields: Vec<(String, Value)> = Vec::new();
        while let Some((name, Tree(value))) = entries.next_entry()? {
            fields.push((name, value));
        }
        fields.reverse();
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        fields.dedup_by(|later, kept| later.0 == kept.0);
        Ok(Tree(Value::Map(fields)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(text: &str) -> String {
        serde_json::from_str::<Tree>(text).unwrap().0.to_string()
    }

    #[test]
    fn the_last_of_equal_keys_counts_and_keys_are_in_order() {
        assert_eq!(canonical(r#"{"b":1,"a":[null,true,-2,0.5,"x"],"b":{"c":3}}"#), {
            r#"{"a":[null,true,-2,0.5,"x"],"b":{"c":3}}"#
        });
    }

    #[test]
    fn numbers_too_large_for_an_integer_are_still_numbers() {
        assert_eq!(serde_json::from_str::<Tree>("18446744073709551615").unwrap().0, Value::Float(u64::MAX as f64));
        assert!(serde_json::from_str::<Tree>("1e999").is_err());
        assert!(serde_json::from_str::<Tree>(&"[".repeat(100_000)).is_err());
    }

    proptest! {
        #[test]
        fn the_canonical_spelling_reads_back(text in "[ -~]{0,20}", number in any::<i64>(), key in any::<String>()) {
            let value = Value::Map(vec![(key, Value::List(vec![Value::Text(text), Value::Int(number)]))]);
            let read: Tree = serde_json::from_str(&value.to_string()).unwrap();
            prop_assert_eq!(read.0, value);
        }
    }
}
