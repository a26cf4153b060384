//! The lines of an archive of a database: each has a row, as an object under the name of its table.
//!
//! ```
//! use chat_domain::Value;
//! use chat_protocol::archive;
//!
//! let row = vec![("id".to_owned(), Value::Int(7)), ("name".to_owned(), Value::Text("Anna".into()))];
//! let line = archive::line("users", &row);
//! assert_eq!(line, "{\"users\":{\"id\":7,\"name\":\"Anna\"}}\n");
//! assert_eq!(archive::read(line.as_bytes()), Some(("users".into(), row)));
//! ```

use chat_domain::Value;

use crate::json;

/// Returns the line of a row, with its line break.
pub fn line(table: &str, row: &[(String, Value)]) -> String {
    let mut line = Vec::with_capacity(256);
    json::object(&mut line, |o| {
        o.nest(table, |o| {
            for (name, value) in row {
                match value {
                    Value::Text(text) => o.put(name, text.as_str()),
                    Value::Int(int) => o.put(name, *int),
                    other => o.put(name, other),
                };
            }
        });
    });
    line.push(b'\n');
    String::from_utf8(line).unwrap_or_default()
}

/// Returns the table and the row of a line; `None` if it is not such a line.
pub fn read(line: &[u8]) -> Option<(String, Vec<(String, Value)>)> {
    let json::Tree(value) = serde_json::from_slice(line).ok()?;
    let Value::Map(fields) = value else { return None };
    match <[_; 1]>::try_from(fields) {
        Ok([(table, Value::Map(row))]) => Some((table, row)),
        _ => None,
    }
}
