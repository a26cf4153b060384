//! One small story from beginning to end.

use chat_domain::*;
use std::sync::Arc;

fn user(number: i64) -> UserId {
    UserId::new(number).unwrap()
}

fn stamp(actor: i64, tick: i64) -> Stamp {
    let ids = Ids { room: RoomId::new(tick).unwrap(), message: MessageId::new(tick).unwrap() };
    Stamp { actor: user(actor), at: Time::from_secs(tick), ids }
}

fn person(number: i64) -> Known {
    let name = format!("user{number}");
    let handle = Handle::from(user(number));
    Known::Person(user(number), Some(Arc::new(Person { handle, username: name.clone(), name, avatar: String::new() })))
}

#[test]
fn a_story() {
    let mut chat = Chat::new(Limits::default());
    (1..4).for_each(|number| chat.tell(person(number)));
    let made =
        chat.execute(stamp(1, 1), Command::CreateGroup { title: "g".into(), members: vec![user(2)], client_id: None });
    let room = made.unwrap().event().unwrap().room;
    let client_id = ClientId::new("a");
    let send = Command::Send { room, draft: Draft::text("hi"), client_id };
    let sent = chat.execute(stamp(1, 2), send.clone()).unwrap();
    assert!(matches!(sent, Outcome::Happened(_)));
    assert!(matches!(chat.execute(stamp(1, 3), send).unwrap(), Outcome::Already(_)));
    let message = MessageId::new(2).unwrap();
    let read = Command::Read { room, upto: None };
    let mut part = chat.restrict(&read.needs(user(2)));
    assert_eq!(part.execute(stamp(2, 4), read.clone()), chat.execute(stamp(2, 4), read));
    let written = part.take_written();
    assert_eq!((written.members.len(), written.receipts.len(), written.rooms.len()), (1, 1, 1));
    let like = Command::Like { room, message };
    let liked = chat.execute(stamp(2, 5), like).unwrap();
    let Change::Liked { likes, .. } = &liked.event().unwrap().change else { panic!() };
    assert_eq!(likes.count, 1);
}
