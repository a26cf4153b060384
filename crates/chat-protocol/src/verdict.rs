//! What a moderating back end is asked before a message is sent, and what it answers.

use chat_domain::{MessageKind, RoomId, Uuid, Value};
use serde::Deserialize;

use crate::json::object;

/// A message that is to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Question<'a> {
    /// The room.
    pub room: RoomId,
    /// The sender.
    pub user: Uuid,
    /// The kind of message.
    pub kind: MessageKind,
    /// The text, or the address of a file.
    pub content: &'a str,
    /// The metadata.
    pub metadata: &'a Value,
}

impl Question<'_> {
    /// Returns the body that is posted to the back end.
    pub fn spelled(&self) -> Vec<u8> {
        let mut body = Vec::new();
        object(&mut body, |o| {
            o.put("chat_id", self.room.uuid()).put("user_id", self.user).put("type", self.kind.word());
            o.put("content", self.content).put("metadata", self.metadata);
        });
        body
    }
}

/// What the back end answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The message may be sent as it is.
    Allow,
    /// The message is to be sent with this content instead.
    Instead(String),
    /// The message must not be sent; why.
    Refuse(String),
}

impl Verdict {
    /// Reads an answer; `None` if it is not one.
    pub fn read(answer: &[u8]) -> Option<Verdict> {
        #[derive(Deserialize)]
        struct Fields {
            allow: bool,
            content: Option<String>,
            reason: Option<String>,
        }
        let Fields { allow, content, reason } = serde_json::from_slice(answer).ok()?;
        Some(match (allow, content) {
            (true, None) => Verdict::Allow,
            (true, Some(content)) => Verdict::Instead(content),
            (false, _) => Verdict::Refuse(reason.unwrap_or_else(|| NO_REASON.into())),
        })
    }
}

const NO_REASON: &str = "this may not be said here";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_verdict_or_none() {
        let read = |text: &str| Verdict::read(text.as_bytes());
        assert_eq!(read(r#"{"allow": true, "more": 1}"#), Some(Verdict::Allow));
        assert_eq!(read(r#"{"allow": true, "content": "b"}"#), Some(Verdict::Instead("b".into())));
        assert_eq!(read(r#"{"allow": false, "reason": "no"}"#), Some(Verdict::Refuse("no".into())));
        assert_eq!(read(r#"{"allow": false}"#), Some(Verdict::Refuse(NO_REASON.into())));
        for wrong in ["", "true", "{}", r#"{"allow": 1}"#, r#"{"allow": true, "content": 7}"#] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
