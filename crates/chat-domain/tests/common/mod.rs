//! Random stories of a few people in a few rooms.
#![allow(dead_code, unreachable_pub)]

use std::sync::Arc;

use chat_domain::*;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

pub const PEOPLE: u8 = 5;

/// Somebody does something, so many seconds after (or before) whoever came before.
#[derive(Clone, Debug)]
pub struct Step {
    pub actor: u8,
    pub delta: i8,
    pub action: Action,
}

/// What they do; rooms and messages are counted from the newest, one more than there are is one that does not exist.
#[derive(Clone, Debug)]
pub enum Action {
    OpenDirect(u8),
    CreateGroup { title: u8, members: Vec<u8>, name: Option<u8> },
    Rename { room: u8, title: u8 },
    Add { room: u8, user: u8 },
    Remove { room: u8, user: u8 },
    Send { room: u8, text: u8, name: Option<u8> },
    Edit { room: u8, message: u8, text: u8 },
    Delete { room: u8, message: u8 },
    Like { room: u8, message: u8 },
    Unlike { room: u8, message: u8 },
    Read { room: u8, upto: Option<u8> },
    Deliver { room: u8, upto: u8 },
    Search,
    StopSearch,
    LeaveRoulette,
}

pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let step = (1..=PEOPLE + 1, -3i8..=3, action());
    proptest::collection::vec(step.prop_map(|(actor, delta, action)| Step { actor, delta, action }), 1..most)
}

pub fn action() -> impl Strategy<Value = Action> {
    let room = || prop_oneof![6 => 0u8..3, 1 => 0u8..12];
    let message = || prop_oneof![6 => 0u8..5, 1 => 0u8..40];
    let user = || 1..=PEOPLE + 1;
    let name = || proptest::option::of(0u8..3);
    let text = || 0u8..16;
    prop_oneof![
        1 => user().prop_map(Action::OpenDirect),
        2 => (text(), proptest::collection::vec(1..=PEOPLE, 0..5), name())
            .prop_map(|(title, members, name)| Action::CreateGroup { title, members, name }),
        1 => (room(), text()).prop_map(|(room, title)| Action::Rename { room, title }),
        2 => (room(), user()).prop_map(|(room, user)| Action::Add { room, user }),
        2 => (room(), user()).prop_map(|(room, user)| Action::Remove { room, user }),
        12 => (room(), text(), name()).prop_map(|(room, text, name)| Action::Send { room, text, name }),
        3 => (room(), message(), text()).prop_map(|(room, message, text)| Action::Edit { room, message, text }),
        3 => (room(), message()).prop_map(|(room, message)| Action::Delete { room, message }),
        5 => (room(), message()).prop_map(|(room, message)| Action::Like { room, message }),
        3 => (room(), message()).prop_map(|(room, message)| Action::Unlike { room, message }),
        5 => (room(), proptest::option::of(message())).prop_map(|(room, upto)| Action::Read { room, upto }),
        4 => (room(), message()).prop_map(|(room, upto)| Action::Deliver { room, upto }),
        2 => Just(Action::Search),
        1 => Just(Action::StopSearch),
        1 => Just(Action::LeaveRoulette),
    ]
}

pub fn config() -> ProptestConfig {
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as Box<_>);
    ProptestConfig { failure_persistence, ..ProptestConfig::default() }
}

/// A chat with its people, and the numbers that come next.
pub struct World {
    pub chat: Chat,
    pub rooms: Vec<RoomId>,
    pub messages: Vec<MessageId>,
    pub now: i64,
    pub next: i64,
}

impl World {
    pub fn new(limits: Limits) -> World {
        let mut chat = Chat::new(limits).recording();
        (1..=PEOPLE).for_each(|number| chat.tell(known(number)));
        World { chat, rooms: Vec::new(), messages: Vec::new(), now: 1_000, next: 1 }
    }

    /// The stamp and the command that a step comes to now.
    pub fn order(&mut self, step: &Step) -> (Stamp, Command) {
        self.now += i64::from(step.delta);
        let ids = Ids { room: room(self.next), message: message(self.next) };
        self.next += 1;
        (Stamp { actor: user(step.actor), at: Time::from_secs(self.now), ids }, self.command(&step.action))
    }

    /// Executes an order on the whole chat.
    pub fn execute(&mut self, stamp: Stamp, command: Command) -> Result<Outcome, Refusal> {
        let result = self.chat.execute(stamp, command);
        self.note(&result);
        result
    }

    /// Takes over the ids that an outcome made.
    pub fn note(&mut self, result: &Result<Outcome, Refusal>) {
        if let Ok(Outcome::Happened(event)) = result {
            match &event.change {
                Change::Created { .. } => self.rooms.push(event.room),
                Change::Sent { message, .. } => self.messages.push(message.id),
                _ => {}
            }
        }
    }

    fn command(&self, action: &Action) -> Command {
        let room = |back: u8| from_newest(&self.rooms, back).unwrap_or(room(1_000_000));
        let message = |back: u8| from_newest(&self.messages, back).unwrap_or(message(1_000_000));
        match *action {
            Action::OpenDirect(with) => Command::OpenDirect { with: user(with) },
            Action::CreateGroup { title, ref members, name } => Command::CreateGroup {
                title: text(title),
                members: members.iter().map(|&member| user(member)).collect(),
                client_id: client_id(name),
            },
            Action::Rename { room: at, title } => Command::Rename { room: room(at), title: text(title) },
            Action::Add { room: at, user: who } => Command::AddMember { room: room(at), user: user(who) },
            Action::Remove { room: at, user: who } => Command::RemoveMember { room: room(at), user: user(who) },
            Action::Send { room: at, text: words, name } => {
                Command::Send { room: room(at), draft: Draft::text(text(words)), client_id: client_id(name) }
            }
            Action::Edit { room: at, message: which, text: words } => {
                Command::Edit { room: room(at), message: message(which), content: text(words) }
            }
            Action::Delete { room: at, message: which } => Command::Delete { room: room(at), message: message(which) },
            Action::Like { room: at, message: which } => Command::Like { room: room(at), message: message(which) },
            Action::Unlike { room: at, message: which } => Command::Unlike { room: room(at), message: message(which) },
            Action::Read { room: at, upto } => Command::Read { room: room(at), upto: upto.map(message) },
            Action::Deliver { room: at, upto } => Command::Deliver { room: room(at), upto: message(upto) },
            Action::Search => Command::Search,
            Action::StopSearch => Command::StopSearch,
            Action::LeaveRoulette => Command::LeaveRoulette,
        }
    }
}

fn from_newest<T: Copy>(all: &[T], back: u8) -> Option<T> {
    all.len().checked_sub(1 + usize::from(back)).map(|at| all[at])
}

/// Mostly words, sometimes none, a forbidden letter, or too many.
pub fn text(number: u8) -> String {
    match number {
        0 => " \n".into(),
        1 => "a\0b".into(),
        2 => "x".repeat(70),
        number => format!("words {number}"),
    }
}

pub fn client_id(number: Option<u8>) -> Option<ClientId> {
    number.and_then(|number| ClientId::new(format!("name {number}")))
}

pub fn known(number: u8) -> Known {
    Known::Person(user(number), Some(person(number.into())))
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

/// Limits that random stories run into.
pub fn tight() -> Limits {
    Limits { content: 64, title: 64, founders: 4, quiet_room: 3, lease: 4, ..Limits::default() }
}
