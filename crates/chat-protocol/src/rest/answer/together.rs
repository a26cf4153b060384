//! Joining the answers of several nodes to one question of an operator.

use chat_domain::Uuid;
use serde_json::{Map, Value};

/// Joins answers to the same question, this node's first. `missing` names the nodes that gave none. Returns `None` if
/// one of the answers cannot be read.
pub fn together(answers: &[Vec<u8>], missing: &[Uuid], limit: usize) -> Option<Vec<u8>> {
    let read = |body: &Vec<u8>| serde_json::from_slice::<Map<String, Value>>(body).ok();
    let mut answers = answers.iter().map(read).collect::<Option<Vec<_>>>()?.into_iter();
    let mut whole = answers.next()?;
    let is_paged = whole.contains_key("next");
    let mut goes_on = whole.get("next").is_some_and(|next| !next.is_null());
    for mut other in answers {
        goes_on |= other.get("next").is_some_and(|next| !next.is_null());
        join(whole.get_mut("data")?, other.remove("data")?);
    }
    if is_paged && let Some(Value::Array(all)) = whole.get_mut("data") {
        let next = cut(all, limit, goes_on);
        whole.insert("next".into(), next.into());
    }
    whole.insert("missing".into(), missing.iter().map(|node| node.to_string()).collect());
    serde_json::to_vec(&whole).ok()
}

/// Adds what another node answered: to lists, and to the lists inside of findings and of users.
fn join(whole: &mut Value, other: Value) {
    match (whole, other) {
        (Value::Array(all), Value::Array(more)) => all.extend(more),
        (Value::Object(whole), Value::Object(mut other)) => {
            for (name, value) in whole {
                let Some(more) = other.remove(name) else { continue };
                match (&**name, value) {
                    ("facts", Value::Array(facts)) => join_facts(facts, more),
                    ("connections" | "sockets" | "closings", value) => join(value, more),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn join_facts(facts: &mut [Value], others: Value) {
    let Value::Array(others) = others else { return };
    facts.iter_mut().zip(others).for_each(|(fact, other)| join(fact, other));
}

/// Keeps the first connections by their numbers on their nodes. The next page begins after the last number, whichever
/// node's it is, so connections with that number are kept together on this page, even beyond `limit`.
fn cut(all: &mut Vec<Value>, limit: usize, goes_on: bool) -> Option<u64> {
    all.sort_by_key(number);
    let before = all.len();
    let last = all.get(limit.min(before).checked_sub(1)?).map(number)?;
    all.retain(|connection| number(connection) <= last);
    (goes_on || all.len() < before).then_some(last)
}

fn number(connection: &Value) -> u64 {
    let id = connection.get("id").and_then(Value::as_str).and_then(|id| id.rsplit_once(':'));
    id.and_then(|(_, number)| number.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(answers: &[Value], limit: usize) -> Value {
        let answers: Vec<_> = answers.iter().map(|answer| answer.to_string().into_bytes()).collect();
        serde_json::from_slice(&together(&answers, &[Uuid(7)], limit).expect("answers")).expect("JSON")
    }

    #[test]
    fn pages_of_connections_go_on_behind_the_last_number() {
        let page = |ids: &[&str], next: Value| {
            let data: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
            json!({"data": data, "next": next, "missing": []})
        };
        let whole = of(&[page(&["a:1", "a:4"], json!(4)), page(&["b:1", "b:2"], json!(null))], 2);
        let ids: Vec<_> = whole["data"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect();
        assert_eq!((ids, &whole["next"]), (vec![json!("a:1"), json!("b:1")], &json!(1)));
        assert_eq!(whole["missing"], json!(["00000000-0000-0000-0000-000000000007"]));
        let last = of(&[page(&["a:4"], json!(null)), page(&["b:2"], json!(null))], 2);
        assert_eq!((last["data"].as_array().expect("a list").len(), &last["next"]), (2, &json!(null)));
        assert_eq!(of(&[page(&[], json!(null))], 2)["next"], json!(null));
    }

    #[test]
    fn what_is_of_nodes_is_joined_inside_of_facts_and_the_rest_is_said_once() {
        let facts = |socket: &str| {
            let sockets = json!({"fact": "sockets", "sockets": [{"id": socket}]});
            json!({"data": {"facts": [{"fact": "read", "at": 1}, sockets]}, "missing": []})
        };
        let whole = of(&[facts("a:1"), facts("b:9")], 50);
        let sockets = json!({"fact": "sockets", "sockets": [{"id": "a:1"}, {"id": "b:9"}]});
        assert_eq!(whole["data"], json!({"facts": [{"fact": "read", "at": 1}, sockets]}));
    }
}
