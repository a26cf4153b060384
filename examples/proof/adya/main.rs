//! Shows a history of `proof` to `adya`, a checker of databases that nobody here wrote, and says what it finds.
//!
//! ```sh
//! cargo run --release -p chat-server --example proof -- --history history.jsonl
//! cargo run --manifest-path examples/proof/adya/Cargo.toml -- history.jsonl
//! ```
//!
//! A room is a list to which people append; a client's copy of the room is what it reads. It is asked twice. What was sent and what the
//! rooms and all copies hold in the end must be strictly serializable: what was acknowledged is there, in an order that no clock
//! contradicts. With what every client had heard on the way it must be serializable in each session: a client may be behind, but
//! its copy is always a beginning of the room, and never goes back. It does not ask who sent what is there; `check.py` does.

mod history;

use std::process::ExitCode;

use adya::{Opts, Report, Valid, Workload, check};
use serde_json::Value;

use crate::history::History;

type Trouble = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: proof-adya HISTORY");
        return ExitCode::from(2);
    };
    match read(&path).and_then(|lines| judge(&History::of(&lines))) {
        Ok(faults) if faults.is_empty() => {
            println!("adya finds nothing wrong");
            ExitCode::SUCCESS
        }
        Ok(faults) => {
            faults.iter().for_each(|fault| println!("{}", fault.chars().take(MOST).collect::<String>()));
            ExitCode::FAILURE
        }
        Err(trouble) => {
            eprintln!("proof-adya: {trouble}");
            ExitCode::from(2)
        }
    }
}

fn read(path: &str) -> Result<Vec<Value>, Trouble> {
    std::fs::read_to_string(path)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// Returns what adya finds.
fn judge(history: &History) -> Result<Vec<String>, Trouble> {
    let mut faults = ask(&history.sent_and_held(), "strict-serializable")?;
    faults.extend(ask(&history.all(), "strong-session-serializable")?);
    Ok(faults)
}

fn ask(operations: &[Value], model: &str) -> Result<Vec<String>, Trouble> {
    let text: String = operations.iter().map(|operation| format!("{operation}\n")).collect();
    let opts = Opts { models: vec![model.into()], ..Opts::default() };
    let Report { valid, anomalies, .. } = check(&adya::History::from_json(&text)?, Workload::ListAppend, &opts);
    let found = anomalies.into_values().flatten().map(|one| format!("not {model}: {}: {}", one.kind, one.explanation));
    let mut found: Vec<String> = found.collect();
    if valid == Valid::True {
        return Ok(Vec::new());
    }
    if found.is_empty() {
        found.push(format!("whether it is {model} cannot be said"));
    }
    Ok(found)
}

/// How many characters about one fault are shown.
const MOST: usize = 500;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Checks a history of two people, one of whom heard these messages while the room holds those.
    fn faults(heard: &[&str], held: &[&str]) -> Vec<String> {
        let mut lines = Vec::new();
        for (at, name) in ["a-1", "b-1", "a-2"].into_iter().enumerate() {
            let who = name.split('-').next();
            lines.push(json!({"process": who, "type": "invoke", "f": "send", "value": name}));
            lines.push(json!({"process": who, "type": "ok", "f": "send", "value": name, "id": at + 1}));
        }
        for name in heard {
            lines.push(json!({"process": "b", "type": "ok", "f": "hear", "value": name, "id": 1}));
        }
        for name in held {
            lines.push(json!({"process": "a", "type": "ok", "f": "hear", "value": name, "id": 1}));
        }
        let held: Vec<_> = held.iter().enumerate().map(|(at, name)| json!([at + 1, name])).collect();
        lines.push(json!({"type": "ok", "f": "read", "room": 7, "value": held, "members": ["a", "b"]}));
        judge(&History::of(&lines)).unwrap()
    }

    #[test]
    fn what_is_as_promised_is_found_good() {
        assert_eq!(faults(&["a-1", "b-1", "a-2"], &["a-1", "b-1", "a-2"]), Vec::<String>::new());
    }

    #[test]
    fn each_kind_of_mistake_is_found() {
        let all = ["a-1", "b-1", "a-2"];
        for (what, heard, held) in [
            ("lost", &["a-1", "a-2"][..], &all[..]),
            ("lost in the end", &["a-1", "b-1"], &all),
            ("twice", &["a-1", "a-1", "b-1", "a-2"], &all),
            ("reordered", &["b-1", "a-1", "a-2"], &all),
            ("vanished", &["a-1", "b-1"], &["a-1", "b-1"]),
            ("stored twice", &all, &["a-1", "b-1", "a-2", "b-1"]),
            ("against the clock", &["a-1", "a-2", "b-1"], &["a-1", "a-2", "b-1"]),
        ] {
            assert_ne!(faults(heard, held), Vec::<String>::new(), "{what}");
        }
    }
}
