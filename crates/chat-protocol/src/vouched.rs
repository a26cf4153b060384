//! What a back end answers when it is asked whose a credential is.

use serde::Deserialize;

/// A person for whom a back end vouches.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Vouched {
    /// The person's id at the back end: a number or any text.
    #[serde(deserialize_with = "subject")]
    pub id: String,
    /// The name, if the answer has one.
    #[serde(default)]
    pub name: Option<String>,
    /// The address of a picture, if the answer has one.
    #[serde(default)]
    pub avatar: Option<String>,
}

impl Vouched {
    /// Reads an answer; further fields are ignored. The error says what is wrong, but shows nothing of the answer.
    pub fn read(answer: &[u8]) -> Result<Vouched, &'static str> {
        let vouched: Vouched = serde_json::from_slice(answer).map_err(|_| "it is no JSON object with an `id`")?;
        match vouched.id.is_empty() || vouched.id.contains('\0') {
            true => Err("its `id` is empty"),
            false => Ok(vouched),
        }
    }
}

fn subject<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Subject {
        Number(i64),
        Text(String),
    }
    Ok(match Subject::deserialize(from)? {
        Subject::Number(number) => number.to_string(),
        Subject::Text(text) => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_somebody_or_is_none() {
        let read = |text: &str| Vouched::read(text.as_bytes());
        let anna = read(r#"{"id": 7, "name": "Anna", "avatar": "https://a.example/a.png", "email": "x"}"#).unwrap();
        assert_eq!((&*anna.id, anna.name.as_deref()), ("7", Some("Anna")));
        let plain = read(r#"{"id": "auth0|7", "name": null}"#).unwrap();
        assert_eq!(plain, Vouched { id: "auth0|7".into(), name: None, avatar: None });
        for wrong in [
            "",
            "{}",
            "null",
            r#"{"id": null}"#,
            r#"{"id": ""}"#,
            r#"{"id": "a\u0000"}"#,
            r#"{"id": 1.5}"#,
            "[]",
            "<html>",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
