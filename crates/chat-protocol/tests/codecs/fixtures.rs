//! The JSON blocks of the five documents, and when a frame equals one.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

/// The blocks of one document. Dropping it panics if a block was not used.
pub(crate) struct Document {
    folder: PathBuf,
    used: RefCell<BTreeSet<String>>,
}

impl Document {
    pub(crate) fn open(name: &str) -> Document {
        Document { folder: folder().join(name), used: RefCell::default() }
    }

    /// Returns a block as text, without the comments that some blocks have.
    pub(crate) fn text(&self, name: &str) -> String {
        self.used.borrow_mut().insert(format!("{name}.json"));
        let text = std::fs::read_to_string(self.folder.join(format!("{name}.json"))).unwrap();
        text.lines().map(|line| line.split(" // ").next().unwrap_or("")).collect()
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }

    /// Returns how what the server sends differs from a block; `None` if it does not.
    pub(crate) fn equals(&self, name: &str, ours: &Value) {
        let mut problems = Vec::new();
        differences(name, &self.json(name), ours, &mut problems);
        assert!(problems.is_empty(), "{problems:#?}\nours: {ours:#}");
    }

    pub(crate) fn all_used(&self) {
        let files = std::fs::read_dir(&self.folder).unwrap();
        let files: BTreeSet<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(*self.used.borrow(), files, "every block of the document is used, and no other");
    }
}

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Whether both have the same fields with the same values. Where the document has a placeholder, any value of its type
/// is equal.
fn differences(at: &str, theirs: &Value, ours: &Value, problems: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            let (a, b): (BTreeSet<_>, BTreeSet<_>) = (theirs.keys().collect(), ours.keys().collect());
            problems.extend(a.symmetric_difference(&b).map(|key| format!("{at}.{key} is on one side only")));
            for (key, value) in theirs.iter().filter_map(|(key, value)| Some((key, (value, ours.get(key)?)))) {
                differences(&format!("{at}.{key}"), value.0, value.1, problems);
            }
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            if theirs.len() != ours.len() {
                problems.push(format!("{at} has {} items, ours {}", theirs.len(), ours.len()));
            }
            for (number, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                differences(&format!("{at}[{number}]"), theirs, ours, problems);
            }
        }
        (Value::String(theirs), Value::String(ours)) if same_text(theirs, ours) => {}
        _ if theirs == ours => {}
        _ => problems.push(format!("{at} is {theirs}, ours {ours}")),
    }
}

fn same_text(theirs: &str, ours: &str) -> bool {
    theirs == ours
        || match theirs {
            "abc123socket" => !ours.is_empty(),
            // Document 2 cut it off, and says nothing else about its precision.
            "2025-11-23T..." => pattern(ours) == "0000-00-00T00:00:00Z",
            time if time.starts_with("20") && time.ends_with('Z') => pattern(time) == pattern(ours),
            id if id.contains("uuid") || id.starts_with("user") => {
                ours.parse::<chat_domain::Uuid>().is_ok() && ours.to_lowercase() == ours
            }
            _ => false,
        }
}

fn pattern(time: &str) -> String {
    time.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect()
}
