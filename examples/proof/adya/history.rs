//! A history of `proof` in adya's terms: transactions that append to lists and read them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What was done, in order.
#[derive(Default)]
pub(crate) struct History {
    operations: Vec<Operation>,
}

struct Operation {
    /// Whether a read is what a client had heard on the way. Otherwise it was sent, or held at the end.
    is_on_the_way: bool,
    value: Value,
}

/// A client's copy of its room.
struct Copy {
    number: usize,
    room: Value,
    heard: Vec<Value>,
    /// How much of it was shown in the history.
    shown: usize,
}

impl History {
    /// Reads the lines of a history file.
    pub(crate) fn of(lines: &[Value]) -> History {
        let mut history = History::default();
        let mut copies: BTreeMap<&str, Copy> = BTreeMap::new();
        for room in lines.iter().filter(|line| line["f"] == "read") {
            for member in listed(&room["members"]).filter_map(Value::as_str) {
                let (number, room) = (copies.len(), room["room"].clone());
                copies.insert(member, Copy { number, room, heard: Vec::new(), shown: 0 });
            }
        }
        let readers = 2 * copies.len();
        for line in lines {
            let copy = line["process"].as_str().and_then(|name| copies.get_mut(name));
            match (line["f"].as_str(), copy) {
                (Some("send"), Some(copy)) => history.sent(copy, line),
                (Some("hear"), Some(copy)) => {
                    copy.heard.push(line["value"].clone());
                    // A copy is shown when it has grown by a tenth, since all of its states would be too many.
                    if copy.heard.len() > copy.shown * 11 / 10 {
                        history.shows(copy, true);
                    }
                }
                _ => {}
            }
        }
        for (number, room) in lines.iter().filter(|line| line["f"] == "read").enumerate() {
            let held: Vec<&Value> = listed(&room["value"]).map(|message| &message[1]).collect();
            history.read(readers + number, &room["room"], json!(held), false);
        }
        // At the end everybody has caught up.
        copies.values_mut().for_each(|copy| history.shows(copy, false));
        history
    }

    /// Returns what was sent, and what the rooms and all copies hold at the end.
    pub(crate) fn sent_and_held(&self) -> Vec<Value> {
        self.operations.iter().filter(|one| !one.is_on_the_way).map(|one| one.value.clone()).collect()
    }

    /// Returns the same, together with what every client had heard on the way.
    pub(crate) fn all(&self) -> Vec<Value> {
        self.operations.iter().map(|one| one.value.clone()).collect()
    }

    /// Whoever sends is one process, and hears as another: an answer may come before the message is heard.
    fn sent(&mut self, copy: &Copy, line: &Value) {
        let append = json!([["append", copy.room, line["value"]]]);
        self.push(2 * copy.number, &line["type"], append, false);
    }

    fn shows(&mut self, copy: &mut Copy, is_on_the_way: bool) {
        copy.shown = copy.heard.len();
        self.read(2 * copy.number + 1, &copy.room, json!(copy.heard), is_on_the_way);
    }

    fn read(&mut self, process: usize, room: &Value, list: Value, is_on_the_way: bool) {
        self.push(process, &json!("invoke"), json!([["r", room, null]]), is_on_the_way);
        self.push(process, &json!("ok"), json!([["r", room, list]]), is_on_the_way);
    }

    fn push(&mut self, process: usize, kind: &Value, value: Value, is_on_the_way: bool) {
        let value = json!({"process": process, "type": kind, "value": value});
        self.operations.push(Operation { is_on_the_way, value });
    }
}

fn listed(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
