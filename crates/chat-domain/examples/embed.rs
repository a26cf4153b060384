//! A service that embeds a chat: no server, no runtime, nothing asynchronous.
//!
//! A help desk opens a room for every ticket and lets the people in it talk. Run it with
//! `cargo run -p chat-domain --example embed`.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use chat_domain::typing::{Typing, TypingSign};
use chat_domain::view::Page;
use chat_domain::{
    Change, Chat, ClientId, Command, Draft, Fact, Handle, Ids, Limits, MessageId, Outcome, Person, Refusal, RoomId,
    Stamp, Time, UserId,
};

fn main() {
    let mut desk = Desk::new();
    let (ann, bob, eve) = (desk.person("ann"), desk.person("bob"), desk.person("eve"));

    let ticket = Command::CreateGroup { title: "Ticket 4711: the printer".into(), members: vec![bob], client_id: None };
    let room = desk.give(ann, ticket).expect("both are known").event().expect("a room was made").room;

    let words = "It prints only the letter e.";
    let client_id = ClientId::new("form-8a21");
    let question = Command::Send { room, draft: Draft::text(words), client_id };
    let sent = desk.give(ann, question.clone()).expect("she is in the room");
    tell(&sent);

    // The form was sent twice, because the network was slow: nothing happens again.
    let again = desk.give(ann, question).expect("a repeat is answered");
    assert!(matches!(again, Outcome::Already(_)));

    // Somebody from another ticket may not read along.
    assert_eq!(desk.chat.history(eve, room, Page::Newest, 50), Err(Refusal::NotMember));

    let unread = desk.chat.chat(bob, room).expect("he is in the room").unread;
    println!("bob has {unread} unread");
    tell(&desk.give(bob, Command::Read { room, upto: None }).expect("he is in the room"));

    // Typing is not stored: a machine of its own tells of it, given the time.
    for sign in desk.typing.handle(now(), TypingSign::Types { room, user: bob }) {
        println!("user {} is typing: {}", sign.user, sign.typing);
    }
    let answer = Command::Send { room, draft: Draft::text("Which e, é or è?"), client_id: None };
    tell(&desk.give(bob, answer).expect("he is in the room"));
    desk.typing.handle(now(), TypingSign::Stops { room, user: bob });

    for shown in desk.chat.history(ann, room, Page::Newest, 50).expect("she is in the room").messages {
        let message = &shown.message;
        println!("{}: {} ({:?})", message.sender.name, message.content, shown.reception.status);
    }
}

/// The service: a chat, and the next free ids.
struct Desk {
    chat: Chat,
    typing: Typing,
    people: i64,
    next: i64,
}

impl Desk {
    fn new() -> Desk {
        Desk { chat: Chat::new(Limits::default()), typing: Typing::default(), people: 0, next: 0 }
    }

    fn person(&mut self, name: &str) -> UserId {
        self.people += 1;
        let id = UserId::new(self.people).expect("a small number is an id");
        let person = Person {
            handle: Handle::from(id),
            username: name.into(),
            name: name.to_uppercase(),
            avatar: String::new(),
        };
        self.chat.learn(Fact::Person(id, Some(Arc::new(person))));
        id
    }

    /// Time and ids come from the service; a chat has neither a clock nor a counter.
    fn give(&mut self, actor: UserId, command: Command) -> Result<Outcome, Refusal> {
        self.next += 1;
        let room = RoomId::new(self.next).expect("a small number is an id");
        let message = MessageId::new(self.next).expect("a small number is an id");
        self.chat.execute(Stamp { actor, at: now(), ids: Ids { room, message } }, command)
    }
}

/// Tells an event to whoever listens: here, to the terminal.
fn tell(outcome: &Outcome) {
    let Outcome::Happened(event) = outcome else { return };
    match &event.change {
        Change::Sent { message, .. } => println!("#{} {} wrote: {}", event.head.seq, event.actor.name, message.content),
        Change::Read(read) => println!("{} has read up to message {}", event.actor.name, read.upto),
        other => println!("#{} {other:?}", event.head.seq),
    }
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
