//! Archives: everything that a database holds, row by row, to be put into another database of either kind.

use std::path::Path;

use chat_domain::Value;

use crate::{postgres, sqlite, store};

/// A row of a table: numbers, texts or nothing, by the names of columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The name of the table.
    pub table: String,
    /// The columns, in order of their names.
    pub row: Vec<(String, Value)>,
}

/// A kind of thing that has numbers, with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbered {
    /// A room with this number.
    Room(i64),
    /// A message with this number.
    Message(i64),
}

/// A function that takes rows. Its error ends the export.
pub(crate) type Taker<'a> = &'a mut (dyn FnMut(Record) -> Result<(), String> + Send);

/// Hands out everything that the database at an address holds, as it is at one moment, although others may write to it
/// meanwhile. What is worth nothing elsewhere is left out: open log-ins, and who waits in the roulette. On SQLite this
/// blocks the thread.
pub async fn export(url: &str, take: &mut (dyn FnMut(Record) -> Result<(), String> + Send)) -> Result<(), String> {
    match url.split_once(':') {
        Some(("sqlite", path)) if ![":memory:", ""].contains(&store::named(path)) => {
            sqlite::export(Path::new(store::named(path)), take)
        }
        Some(("postgres" | "postgresql", _)) => postgres::export(url, take).await,
        _ => Err("there is nothing to export: name a file or a Postgres database with --database".into()),
    }
}

/// The tables that an archive does not carry. The feed and the index of words are made anew in the other database; back
/// ends and devices must subscribe there again.
pub(crate) const LEFT_OUT: [&str; 19] = [
    "families",
    "refresh_tokens",
    "sessions",
    "ids",
    "nodes",
    "lobby",
    "feed",
    "fed",
    "tells",
    "leases",
    "followers",
    "indexed",
    "gathered",
    "webhooks",
    "webhook_rooms",
    "push_key",
    "devices",
    "pushes",
    "unfound",
];
/// The tables to which others refer, so that their rows come first.
pub(crate) const FIRST: [&str; 2] = ["users", "rooms"];

/// Returns the condition for the rows of a table that an archive carries: rows of erased users that are still to be
/// deleted are left out.
pub(crate) fn carried(table: &str) -> &'static str {
    match table {
        "facts" => "(name LIKE 'issuer %' OR name = 'house')",
        "notifications" | "sent" | "made" => "person NOT IN (SELECT e.person FROM erasures e WHERE e.done IS NULL)",
        _ => "1 = 1",
    }
}

/// The character between the fields of a row, as the databases join them. Within a text, `SIGN` stands before a letter
/// that means one of the two characters, or no value at all.
pub(crate) const BETWEEN: char = '\u{1f}';
const SIGN: char = '\u{1e}';

/// A column, with the type of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) name: String,
    pub(crate) sort: Sort,
    /// Its place in the table's key, from 1; 0 if it is not in the key.
    pub(crate) key: i64,
}

/// The type of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Int,
    Text,
    /// A truth value, which is 0 or 1 in an archive.
    Bool,
}

impl Held {
    /// Returns the SQL expression that joins a row's fields into one text.
    pub(crate) fn joined(table: &str, columns: &[Held]) -> String {
        let field = |held: &Held| {
            let (mut name, none) = (quoted(&held.name), format!("'{SIGN}n'"));
            if table == "messages" && ["content", "metadata"].contains(&held.name.as_str()) {
                // What an erased user said is left out, although it is not deleted yet.
                name = format!("CASE WHEN sender IN (SELECT u.id FROM users u WHERE u.unsaid) THEN '' ELSE {name} END");
            }
            match held.sort {
                Sort::Int => format!("COALESCE(CAST({name} AS TEXT), {none})"),
                Sort::Bool => format!("COALESCE(CAST(CAST({name} AS INTEGER) AS TEXT), {none})"),
                Sort::Text => {
                    format!("COALESCE(REPLACE(REPLACE({name}, '{SIGN}', '{SIGN}s'), '{BETWEEN}', '{SIGN}b'), {none})")
                }
            }
        };
        columns.iter().map(field).collect::<Vec<_>>().join(&format!(" || '{BETWEEN}' || "))
    }

    /// Returns the fields of such a text.
    pub(crate) fn parted(columns: &[Held], text: &str) -> Option<Vec<(String, Value)>> {
        let none = format!("{SIGN}n");
        let fields = columns.iter().zip(text.split(BETWEEN)).map(|(held, field)| {
            let value = match held.sort {
                _ if field == none => Value::Null,
                Sort::Int | Sort::Bool => Value::Int(field.parse().ok()?),
                Sort::Text if !field.contains(SIGN) => Value::Text(field.to_owned()),
                Sort::Text => Value::Text(plain(field)),
            };
            Some((held.name.clone(), value))
        });
        fields.collect()
    }
}

/// Returns the name of a table or column in quotation marks, because some are words of SQL.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn plain(field: &str) -> String {
    field.replace(&format!("{SIGN}b"), &BETWEEN.to_string()).replace(&format!("{SIGN}s"), &SIGN.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_with_the_signs_in_them_come_apart_as_they_were() {
        let held = |sort| Held { name: "a".into(), sort, key: 0 };
        let columns = [held(Sort::Text), held(Sort::Int), held(Sort::Text)];
        let parted = Held::parted(&columns, "\u{1e}sb\u{1e}b\u{1f}-7\u{1f}\u{1e}n").expect("a row");
        let values: Vec<_> = parted.into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, [Value::Text("\u{1e}b\u{1f}".into()), Value::Int(-7), Value::Null]);
        assert_eq!(Held::parted(&columns, "a\u{1f}b\u{1f}c"), None);
    }
}
