use std::cell::Cell;
use std::thread_local;

use crate::*;
use alloc::sync::Arc;
use alloc::vec;

thread_local! {
    pub(super) static STEPS: Cell<u64> = const { Cell::new(0) };
}

const ROOM: RoomId = RoomId::new(1).unwrap();

fn user(number: i64) -> UserId {
    UserId::new(number).unwrap()
}

fn id(number: i64) -> MessageId {
    MessageId::new(number).unwrap()
}

/// A group of three in which everybody reads everything at once, and every third message is deleted.
fn room(messages: i64) -> Chat {
    let mut chat = Chat::new(Limits::default());
    for number in 1..=3 {
        let (name, handle) = (alloc::format!("user{number}"), Handle::from(user(number)));
        let person = Person { handle, username: name.clone(), name, avatar: Default::default() };
        chat.learn(Fact::Person(user(number), Some(Arc::new(person))));
    }
    let mut give = |actor: i64, number: i64, command| {
        let ids = Ids { room: ROOM, message: id(number) };
        chat.execute(Stamp { actor: user(actor), at: Time(number), ids }, command).unwrap();
    };
    give(1, 1, Command::CreateGroup { title: "g".into(), members: vec![user(2), user(3)], client_id: None });
    for number in 1..=messages {
        give(1 + number % 3, number, Command::Send { room: ROOM, draft: Draft::text("a"), client_id: None });
        give(1, number, Command::Read { room: ROOM, upto: None });
        if number < messages / 2 {
            give(2, number, Command::Read { room: ROOM, upto: None });
        }
        if number % 3 == 0 {
            give(1, number, Command::Delete { room: ROOM, message: id(number) });
        }
    }
    chat
}

fn counted<T>(ask: impl FnOnce() -> T) -> (T, u64) {
    let before = STEPS.get();
    let answer = ask();
    (answer, STEPS.get() - before)
}

#[test]
fn unread_counts_and_readers_scan_no_history() {
    let (small, large) = (room(200), room(20_000));
    let unread = |chat: &Chat, who| {
        let (state, row, slot) = chat.visible(user(who), ROOM).unwrap();
        counted(|| crate::query::unread(state, row, slot))
    };
    let readers = |chat: &Chat, message| counted(|| chat.readers_page(user(1), ROOM, id(message), None, 9).unwrap());
    // A hundred times the history costs seven more halvings in each list that is searched.
    for who in 1..=3 {
        let ((_, few), (count, many)) = (unread(&small, who), unread(&large, who));
        assert!(many <= few + 2 * 7 && many <= 2 * 15, "{few} steps, then {many}");
        assert_eq!(count > 0, who != 1);
    }
    let ((few, less), (all, more)) = (readers(&small, 100), readers(&large, 10_000));
    assert_eq!((few.len(), all.len()), (1, 1));
    assert!(more <= less + 4 * 7 && more <= 4 * 16, "{less} steps, then {more}");
}
