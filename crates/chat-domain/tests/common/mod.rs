//! Random stories of a few people in a few rooms.
#![allow(dead_code, unreachable_pub)]

mod words;

use chat_domain::*;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
pub use words::*;

pub const PEOPLE: u8 = 5;

/// A number from here on counts messages among those of all rooms.
const ELSEWHERE: u8 = 100;

/// Somebody does something, this many seconds after (or before) the step before.
#[derive(Clone, Debug)]
pub struct Step {
    pub actor: u8,
    pub delta: i8,
    pub action: Action,
}

/// What somebody does. Rooms are counted from the oldest, so that most happens in few of them; messages are counted
/// from the newest of their room, and large numbers among those of all rooms. One number more than there are means one
/// that does not exist.
#[derive(Clone, Debug)]
pub enum Action {
    OpenDirect(u8),
    CreateGroup { title: u8, members: Vec<u8>, name: Option<u8> },
    Change { room: u8, title: Option<u8>, slow: Option<u8>, frozen: Option<bool> },
    Appoint { room: u8, user: u8, role: u8 },
    Mute { room: u8, user: u8, seconds: Option<u8> },
    Unmute { room: u8, user: u8 },
    Ban { room: u8, user: u8, seconds: Option<u8> },
    Unban { room: u8, user: u8 },
    Purge { room: u8, message: u8 },
    Block { user: u8, stands: bool },
    Add { room: u8, user: u8 },
    Remove { room: u8, user: u8 },
    End { room: u8 },
    Send { room: u8, text: u8, name: Option<u8>, reply_to: Option<u8> },
    Edit { room: u8, message: u8, text: u8 },
    Delete { room: u8, message: u8 },
    Like { room: u8, message: u8 },
    React { room: u8, message: u8, emoji: u8 },
    Unreact { room: u8, message: u8, emoji: u8 },
    Unlike { room: u8, message: u8 },
    Pin { room: u8, message: u8, stands: bool },
    Read { room: u8, upto: Option<u8> },
    Deliver { room: u8, upto: u8 },
    Search,
    StopSearch,
    LeaveRoulette,
}

/// A story: two groups are made, then anything happens.
pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    more(most).prop_map(|more| opening().into_iter().chain(more).collect())
}

/// Two groups of four and of three people.
pub fn opening() -> Vec<Step> {
    let group =
        |actor, members| Step { actor, delta: 1, action: Action::CreateGroup { title: 3, members, name: None } };
    vec![group(1, vec![2, 3, 4]), group(2, vec![1, 3])]
}

/// How a story goes on.
pub fn more(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let actor = prop_oneof![30 => 1..=PEOPLE, 1 => Just(PEOPLE + 1)];
    let step = (actor, -3i8..=3, action());
    proptest::collection::vec(step.prop_map(|(actor, delta, action)| Step { actor, delta, action }), most / 2..most)
}

pub fn action() -> impl Strategy<Value = Action> {
    let room = || prop_oneof![10 => Just(0u8), 6 => 1u8..3, 1 => 0u8..12];
    let message = || prop_oneof![10 => 0u8..2, 5 => 0u8..8, 1 => ELSEWHERE..ELSEWHERE + 20];
    let user = || prop_oneof![12 => 1..=PEOPLE, 1 => Just(PEOPLE + 1)];
    let name = || proptest::option::of(0u8..2);
    let seconds = || proptest::option::weighted(0.8, 1u8..6);
    let text = || prop_oneof![12 => 3u8..6, 1 => 0u8..3];
    let often = prop_oneof![
        1 => user().prop_map(Action::OpenDirect),
        1 => (text(), proptest::collection::vec(1..=PEOPLE, 0..4), name())
            .prop_map(|(title, members, name)| Action::CreateGroup { title, members, name }),
        2 => (room(), proptest::option::of(text()), proptest::option::of(0u8..4), proptest::option::weighted(0.2, proptest::bool::weighted(0.3)))
            .prop_map(|(room, title, slow, frozen)| Action::Change { room, title, slow, frozen }),
        2 => (room(), user(), prop_oneof![1 => Just(0u8), 6 => Just(1u8), 1 => Just(2u8)])
            .prop_map(|(room, user, role)| Action::Appoint { room, user, role }),
        2 => (room(), user(), seconds()).prop_map(|(room, user, seconds)| Action::Mute { room, user, seconds }),
        1 => (room(), user()).prop_map(|(room, user)| Action::Unmute { room, user }),
        1 => (room(), user(), seconds()).prop_map(|(room, user, seconds)| Action::Ban { room, user, seconds }),
        1 => (room(), user()).prop_map(|(room, user)| Action::Unban { room, user }),
        1 => (room(), message()).prop_map(|(room, message)| Action::Purge { room, message }),
        2 => (user(), proptest::bool::weighted(0.6)).prop_map(|(user, stands)| Action::Block { user, stands }),
        2 => (room(), user()).prop_map(|(room, user)| Action::Add { room, user }),
        1 => (room(), user()).prop_map(|(room, user)| Action::Remove { room, user }),
        14 => (room(), text(), name(), proptest::option::weighted(0.3, message()))
            .prop_map(|(room, text, name, reply_to)| Action::Send { room, text, name, reply_to }),
        3 => (room(), message(), text()).prop_map(|(room, message, text)| Action::Edit { room, message, text }),
        3 => (room(), message()).prop_map(|(room, message)| Action::Delete { room, message }),
        4 => (room(), message(), 0u8..5).prop_map(|(room, message, emoji)| Action::React { room, message, emoji }),
        3 => (room(), message(), 0u8..5).prop_map(|(room, message, emoji)| Action::Unreact { room, message, emoji }),
        5 => (room(), message()).prop_map(|(room, message)| Action::Like { room, message }),
        3 => (room(), message()).prop_map(|(room, message)| Action::Unlike { room, message }),
        3 => (room(), message(), proptest::bool::weighted(0.7))
            .prop_map(|(room, message, stands)| Action::Pin { room, message, stands }),
        7 => (room(), proptest::option::of(message())).prop_map(|(room, upto)| Action::Read { room, upto }),
        4 => (room(), message()).prop_map(|(room, upto)| Action::Deliver { room, upto }),
        2 => Just(Action::Search),
        1 => Just(Action::StopSearch),
        1 => Just(Action::LeaveRoulette),
    ];
    prop_oneof![200 => often, 1 => room().prop_map(|room| Action::End { room })]
}

pub fn config() -> ProptestConfig {
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as Box<_>);
    ProptestConfig { failure_persistence, ..ProptestConfig::default() }
}

/// A chat with its people, and the numbers that come next.
pub struct World {
    pub chat: Chat,
    pub rooms: Vec<RoomId>,
    pub messages: Vec<(RoomId, MessageId)>,
    pub now: i64,
    pub next: i64,
}

impl World {
    pub fn new(limits: Limits) -> World {
        let mut chat = Chat::new(limits).recording();
        (1..=PEOPLE).for_each(|number| chat.learn(known(number)));
        World { chat, rooms: Vec::new(), messages: Vec::new(), now: 1_000, next: 1 }
    }

    /// The stamp and the command that a step comes to now.
    pub fn order(&mut self, step: &Step) -> (Stamp, Command) {
        self.now += i64::from(step.delta);
        let ids = Ids { room: room(self.next), message: message(self.next) };
        self.next += 1;
        (
            Stamp { actor: user(step.actor), at: Time::from_secs(self.now), ids },
            self.command(user(step.actor), &step.action),
        )
    }

    /// Executes an order on the whole chat.
    pub fn execute(&mut self, stamp: Stamp, command: Command) -> Result<Outcome, Refusal> {
        let result = self.chat.execute(stamp, command);
        self.note(&result);
        result
    }

    /// Takes over the ids of what an outcome made.
    pub fn note(&mut self, result: &Result<Outcome, Refusal>) {
        for event in result.iter().flat_map(Outcome::happened) {
            match &event.change {
                Change::Created { .. } => self.rooms.push(event.room),
                Change::Sent { message, .. } => self.messages.push((event.room, message.id)),
                _ => {}
            }
        }
    }

    fn message(&self, at: RoomId, back: u8) -> MessageId {
        let everywhere = back.checked_sub(ELSEWHERE);
        let inside = self.messages.iter().rev().filter(|(room, _)| everywhere.is_some() || *room == at);
        inside.map(|&(_, id)| id).nth(everywhere.unwrap_or(back).into()).unwrap_or(message(1_000_000))
    }

    /// The newest message to which this user reacts so. By chance alone, few reactions would ever be taken back.
    fn reacted(&self, actor: UserId, room: RoomId, emoji: &Emoji) -> Option<MessageId> {
        let reacts = |id: &MessageId| match self.chat.answer(&Need::Reactions(room, *id, actor, emoji.clone())) {
            Fact::Reactions(.., rows) => rows.iter().any(|row| row.user.id == actor && row.stands),
            _ => false,
        };
        let mut inside = self.messages.iter().rev().filter(|(at, _)| *at == room).map(|&(_, id)| id);
        inside.find(reacts)
    }

    fn command(&self, actor: UserId, action: &Action) -> Command {
        let room = |number: u8| self.rooms.get(usize::from(number)).copied().unwrap_or(room(1_000_000));
        let message = |at: u8, back: u8| self.message(room(at), back);
        match *action {
            Action::OpenDirect(with) => Command::OpenDirect { with: user(with) },
            Action::CreateGroup { title, ref members, name } => Command::CreateGroup {
                title: text(title),
                members: members.iter().map(|&member| user(member)).collect(),
                client_id: client_id(name),
            },
            Action::Change { room: at, title, slow, frozen } => {
                let (title, slow_mode) = (title.map(text), slow.map(u32::from));
                Command::Change { room: room(at), amendment: Amendment { title, slow_mode, frozen } }
            }
            Action::Appoint { room: at, user: who, role } => {
                let role = [Role::Owner, Role::Moderator, Role::Member][usize::from(role)];
                Command::Appoint { room: room(at), user: user(who), role }
            }
            Action::Mute { room: at, user: who, seconds } => {
                Command::Mute { room: room(at), user: user(who), sentence: Some(sentence(seconds)) }
            }
            Action::Unmute { room: at, user: who } => Command::Mute { room: room(at), user: user(who), sentence: None },
            Action::Ban { room: at, user: who, seconds } => {
                let sentence = Some(sentence(seconds));
                Command::Ban { room: room(at), user: user(who), sentence, delete_messages: true }
            }
            Action::Unban { room: at, user: who } => {
                Command::Ban { room: room(at), user: user(who), sentence: None, delete_messages: false }
            }
            Action::Purge { room: at, message: which } => {
                Command::Purge { room: room(at), message: message(at, which) }
            }
            Action::Block { user: who, stands } => Command::Block { user: user(who), stands },
            Action::Add { room: at, user: who } => Command::AddMember { room: room(at), user: user(who) },
            Action::Remove { room: at, user: who } => Command::RemoveMember { room: room(at), user: user(who) },
            Action::End { room: at } => Command::EndGroup { room: room(at) },
            Action::Send { room: at, text: words, name, reply_to } => {
                let reply_to = reply_to.map(|which| message(at, which));
                let draft = Draft { reply_to, ..Draft::text(text(words)) };
                Command::Send { room: room(at), draft, client_id: client_id(name) }
            }
            Action::Edit { room: at, message: which, text: words } => {
                Command::Edit { room: room(at), message: message(at, which), content: text(words) }
            }
            Action::Delete { room: at, message: which } => {
                Command::Delete { room: room(at), message: message(at, which) }
            }
            Action::Like { room: at, message: which } => Command::Like { room: room(at), message: message(at, which) },
            Action::Unlike { room: at, message: which } => {
                let liked = self.reacted(actor, room(at), &Emoji::LIKE).unwrap_or(message(at, which));
                Command::Unlike { room: room(at), message: liked }
            }
            Action::React { room: at, message: which, emoji: with } => {
                Command::React { room: room(at), message: message(at, which), emoji: emoji(with) }
            }
            Action::Unreact { room: at, message: which, emoji: with } => {
                let emoji = emoji(with);
                let reacted = self.reacted(actor, room(at), &emoji).unwrap_or(message(at, which));
                Command::Unreact { room: room(at), message: reacted, emoji }
            }
            Action::Pin { room: at, message: which, stands } => {
                Command::Pin { room: room(at), message: message(at, which), stands }
            }
            Action::Read { room: at, upto } => {
                Command::Read { room: room(at), upto: upto.map(|upto| message(at, upto)) }
            }
            Action::Deliver { room: at, upto } => Command::Deliver { room: room(at), upto: message(at, upto) },
            Action::Search => Command::Search,
            Action::StopSearch => Command::StopSearch,
            Action::LeaveRoulette => Command::LeaveRoulette,
        }
    }
}
