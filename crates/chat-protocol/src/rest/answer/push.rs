//! Answers about pushes, and the pushes themselves.

use chat_domain::Level;
use chat_domain::devices::Push;

use super::super::Tree;
use super::{Reply, reply};
use crate::json::object;

/// Returns the public key with which browsers subscribe.
pub fn push_key(tree: Tree, key: &str) -> Reply {
    reply(tree, 200, |o| {
        o.nest("data", |o| {
            o.put("key", key);
        });
    })
}

/// Returns that a device is pushed to.
pub fn device(tree: Tree, status: u16, address: &str) -> Reply {
    reply(tree, status, |o| {
        o.nest("data", |o| {
            o.put("endpoint", address);
        });
    })
}

/// Returns the level at which the user is pushed messages of a chat.
pub fn level(tree: Tree, level: Level) -> Reply {
    reply(tree, 200, |o| {
        o.nest("data", |o| {
            o.put("level", level.word());
        });
    })
}

/// Returns what a device is sent, in the spelling of the tree where it was registered. Without `with_content`, names
/// and texts are left out.
pub fn pushed(push: &Push, with_content: bool) -> Vec<u8> {
    let tree = Tree::of_path(&push.device.tree);
    let said = |text: &'_ str| if with_content { text.to_owned() } else { String::new() };
    let mut out = Vec::new();
    object(&mut out, |o| {
        o.put("type", "message");
        o.put("chat_id", tree.spelled_room(push.room)).put("message_id", tree.spelled_message(push.message));
        o.put("title", said(&push.title).as_str()).put("body", said(&push.words).as_str());
    });
    out
}

/// Returns the head and the claims of the token that says who pushes (RFC 8292). Both are to be encoded as base64,
/// joined by a point and signed.
pub fn vouching(audience: &str, expires: i64, contact: &str) -> (Vec<u8>, Vec<u8>) {
    let (mut head, mut claims) = (Vec::new(), Vec::new());
    object(&mut head, |o| {
        o.put("typ", "JWT").put("alg", "ES256");
    });
    object(&mut claims, |o| {
        o.put("aud", audience).put("exp", expires).put("sub", contact);
    });
    (head, claims)
}

#[cfg(test)]
mod tests {
    use chat_domain::{Device, MessageId, RoomId, Time, UserId, Uuid};

    use super::*;

    fn push(tree: Tree, title: &str, words: &str) -> Push {
        let device = Device {
            id: Uuid(1),
            person: UserId::new(1).unwrap(),
            address: String::new(),
            key: String::new(),
            auth: String::new(),
            tree: tree.prefix().into(),
            family: None,
            session: None,
            created_at: Time(0),
        };
        let (room, message) = (RoomId::new(7).unwrap(), MessageId::new(9).unwrap());
        Push { device, room, message, title: title.into(), words: words.into() }
    }

    #[test]
    fn a_push_is_in_the_spelling_of_its_tree() {
        let text = |tree, content| String::from_utf8(pushed(&push(tree, "Анна", "hi"), content)).unwrap();
        let whole = r#"{"type":"message","chat_id":7,"message_id":9,"title":"Анна","body":"hi"}"#;
        assert_eq!(text(Tree::Api, true), whole);
        let bare = r#"{"type":"message","chat_id":"63686174-0002-8000-8000-000000000007","message_id":"63686174-0003-8000-8000-000000000009","title":"","body":""}"#;
        assert_eq!((text(Tree::V1, false), text(Tree::V2, false)), (bare.into(), bare.into()));
    }

    /// A push of the greatest length: its title and text are letters that JSON escapes.
    #[test]
    fn a_push_has_three_kilobytes_at_most() {
        let longest = pushed(&push(Tree::V2, &"\u{1}".repeat(255), &"\u{1}".repeat(140)), true);
        let widest = pushed(&push(Tree::V2, &"👋".repeat(255), &"👋".repeat(140)), true);
        assert!(longest.len() <= 3_072 && widest.len() <= 3_072, "{} {}", longest.len(), widest.len());
    }
}
