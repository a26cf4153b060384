//! Texts and people of random stories.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::*;

/// Mostly a text, which may mention people; sometimes an empty, forbidden or too long one.
pub fn text(number: u8) -> String {
    match number {
        0 => " \n".into(),
        1 => "a\0b".into(),
        2 => "x".repeat(70),
        4 => "words @user1 @USER3. @nobody".into(),
        5 => "@all: @user2".into(),
        number => format!("words {number}"),
    }
}

/// One of a few emoji, among them the like.
pub fn emoji(number: u8) -> Emoji {
    Emoji::new(["❤", "👍", "🎉", ":hm:", "😮"][usize::from(number)]).unwrap()
}

pub fn client_id(number: Option<u8>) -> Option<ClientId> {
    number.and_then(|number| ClientId::new(format!("name {number}")))
}

pub fn sentence(seconds: Option<u8>) -> Sentence {
    Sentence { seconds: seconds.map(u64::from), reason: seconds.map(|seconds| format!("{seconds} s")) }
}

pub fn known(number: u8) -> Fact {
    Fact::Person(user(number), Some(person(number.into())))
}

pub fn person(number: i64) -> Arc<Person> {
    let name = format!("user{number}");
    let handle = Handle::from(UserId::new(number).unwrap());
    Arc::new(Person { handle, username: name.clone(), name, avatar: String::new() })
}

pub fn user(number: u8) -> UserId {
    UserId::new(number.into()).unwrap()
}

pub fn room(number: i64) -> RoomId {
    RoomId::new(number).unwrap()
}

pub fn message(number: i64) -> MessageId {
    MessageId::new(number).unwrap()
}

/// Limits that random stories reach.
pub fn tight() -> Limits {
    Limits {
        content: 64,
        title: 64,
        founders: 4,
        emoji: 2,
        quiet_room: 3,
        lease: Duration::from_secs(4),
        ..Limits::default()
    }
}
