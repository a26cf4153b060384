//! Random stories: a store answers as the chat in memory does, however its orders were batched, also after it was closed
//! and opened again, and while connections to the database break between a commit and its answer.

#[path = "model/asking.rs"]
mod asking;
mod common;
#[path = "model/cuts.rs"]
mod cuts;
#[path = "model/leading.rs"]
mod leading;
#[path = "model/resuming.rs"]
mod resuming;
#[path = "model/vanishing.rs"]
mod vanishing;

use std::sync::Arc;

use asking::same;
use chat_domain::Limits;
use chat_domain::fact::Fact;
use chat_domain::view::*;
use chat_domain::{
    Amendment, Change, Chat, ClientId, Command, Draft, Emoji, Failure, Head, Journal, MessageId, Order, Outcome,
    Person, Refusal, Role, RoomId, Sentence, Stamp, Time, UserId,
};
use chat_store::{Options, Store};
use common::postgres::Cluster;
use common::proxy::{Fault, Proxy};
use common::{Deaf, Dice, Folder, ids, operators, patiently, somebody};

#[tokio::test]
async fn sqlite_answers_as_the_model_does() {
    for seed in 1..=6 {
        let folder = Folder::new("model");
        Story::tell(&folder.sqlite(), seed, 140, Stores::One, None).await;
    }
}

#[tokio::test]
async fn postgres_answers_as_the_model_does() {
    let Some(cluster) = Cluster::start() else { return };
    for seed in [204, 209] {
        Story::tell(&cluster.database(&format!("model{seed}")), seed, 150, Stores::Two, None).await;
    }
}

/// Two stores on one database alternate, so that each remembers what the other one changes.
#[derive(PartialEq)]
enum Stores {
    One,
    Two,
}

/// There is one committer, so that the orders of different users are decided in the order in which they were given. In
/// every second story, the larger rooms are quiet.
fn options(seed: u64) -> Options {
    let common = common::options();
    let quiet_room = if seed.is_multiple_of(2) { 3 } else { common.limits.quiet_room };
    Options { committers: 1, limits: Limits { quiet_room, ..common.limits }, ..common }
}

async fn open(url: &str, seed: u64) -> Store {
    Store::open(url, options(seed), Arc::new(Deaf)).await.unwrap()
}

struct Story {
    url: String,
    store: Store,
    other: Option<Store>,
    /// The connection that may break, and the dice that say when. It has dice of its own, so that the story is the same
    /// without it.
    line: Option<(Arc<Proxy>, Dice)>,
    /// Whether the store did not find out what became of an order. Then nobody knows how the story goes on.
    is_given_up: bool,
    model: Chat,
    dice: Dice,
    seed: u64,
    now: i64,
    people: Vec<Arc<Person>>,
    rooms: Vec<RoomId>,
    messages: Vec<(RoomId, MessageId)>,
    heads: Vec<(RoomId, Head)>,
    /// In how many goes messages vanished.
    vanished: usize,
}

impl Story {
    /// Returns whether the story was told to its end.
    async fn tell(url: &str, seed: u64, chapters: usize, stores: Stores, line: Option<Arc<Proxy>>) -> bool {
        let store = open(url, seed).await;
        let other = if stores == Stores::Two { Some(open(url, seed).await) } else { None };
        let mut model = Chat::new(options(seed).limits);
        let mut people = Vec::new();
        for name in ["ann", "bob", "cid", "dot", "eve", "fay"] {
            let person = somebody(&store, name).await;
            model.learn(Fact::Person(person.id(), Some(person.clone())));
            people.push(person);
        }
        let (dice, url) = (Dice::new(seed), url.to_owned());
        let (rooms, messages, heads) = Default::default();
        let line = line.map(|line| (line, Dice::new(seed + 1)));
        let mut story = Story {
            url,
            store,
            other,
            line,
            is_given_up: false,
            model,
            dice,
            seed,
            now: 1_000,
            people,
            rooms,
            messages,
            heads,
            vanished: 0,
        };
        for _ in 0..chapters {
            story.chapter().await;
            if story.is_given_up {
                return false;
            }
        }
        story.ends().await;
        // A story in which nothing happens proves nothing.
        assert!(story.rooms.len() > 5 && story.messages.len() > 50, "{} {}", story.rooms.len(), story.messages.len());
        assert!(seed >= cuts::FIRST || story.vanished > 3, "{}", story.vanished);
        true
    }

    /// Gives several orders at once, then asks what is so now.
    async fn chapter(&mut self) {
        if self.dice.one_in(10) {
            self.store.close().await;
            self.store = open(&self.url, self.seed).await;
        }
        if let Some(other) = self.other.as_mut().filter(|_| self.dice.one_in(3)) {
            std::mem::swap(&mut self.store, other);
        }
        // Often one user sends, then another: a message alone in its batch goes the short way.
        let talk = self.dice.one_in(2);
        let many = if talk || self.dice.one_in(3) { 1 } else { 1 + self.dice.roll(24) };
        let orders: Vec<_> = (0..many).map(|_| self.order(talk)).collect();
        let breaks = self.line.as_mut().and_then(|(line, dice)| dice.one_in(2).then(|| line.clone()));
        breaks.iter().for_each(|line| line.next(Fault::LosesAnswer));
        let waiting: Vec<_> = orders.iter().map(|order| self.store.execute(order.clone())).collect();
        let mut answers = Vec::new();
        for answer in waiting {
            answers.push(answer.await);
        }
        breaks.iter().for_each(|line| line.mend());
        for (order, answer) in orders.into_iter().zip(answers) {
            self.compare(order, answer);
        }
        // The stories over breaking lines look for what is lost in what people say alone.
        if self.seed < cuts::FIRST && self.dice.one_in(4) {
            self.let_vanish().await;
        }
        for _ in 0..12 {
            self.ask().await;
        }
    }

    /// The model decides the same, with the same ids.
    fn compare(&mut self, order: Order, answer: Result<Outcome, Failure>) {
        if self.line.is_some() && answer == Err(Failure::Unavailable) {
            self.is_given_up = true;
            return;
        }
        let event = answer.as_ref().ok().and_then(Outcome::event).cloned();
        let stamp = Stamp { actor: order.actor, at: order.at, ids: ids(event.as_deref()) };
        let expected = self.model.execute(stamp, order.command.clone()).map_err(Failure::Refused);
        assert_eq!(answer, expected, "seed {}: {order:?}", self.seed);
        let Some(event) = event else { return };
        self.heads.extend(answer.iter().flat_map(Outcome::happened).map(|event| (event.room, event.head)));
        if !self.rooms.contains(&event.room) {
            self.rooms.push(event.room);
        }
        if let Change::Sent { message, .. } = &event.change {
            self.messages.push((event.room, message.id));
        }
    }

    fn order(&mut self, talk: bool) -> Order {
        self.now += self.dice.roll(4) as i64 - 1;
        let actor = self.someone();
        let command = if talk { self.send(actor) } else { self.command(actor) };
        Order { actor, at: Time::from_secs(self.now), command, origin: None }
    }

    fn command(&mut self, actor: UserId) -> Command {
        let (room, message) = self.place(actor);
        let user = self.someone();
        match self.dice.roll(if self.rooms.len() < 12 { 40 } else { 37 }) {
            38 => Command::OpenDirect { with: user },
            0 | 32..=34 => self.lead(room, user, message),
            37 => {
                let members = (0..self.dice.roll(5)).map(|_| self.someone()).collect();
                Command::CreateGroup { title: self.text(), members, client_id: self.name() }
            }
            2 => Command::Change { room, amendment: Amendment::title(self.text()) },
            3 | 4 => Command::AddMember { room, user },
            5 => Command::RemoveMember { room, user },
            6 => Command::RemoveMember { room, user: actor },
            7 | 8 => Command::Edit { room, message, content: self.text() },
            9 | 10 => Command::Delete { room, message },
            11 | 12 => Command::Like { room, message },
            13 | 24 | 27 => Command::React { room, message, emoji: self.emoji() },
            30 | 31 => Command::Pin { room, message, stands: !self.dice.one_in(4) },
            28 => Command::Unreact { room, message, emoji: self.emoji() },
            14 | 15 => Command::Unlike { room, message },
            16..=18 => Command::Read { room, upto: None },
            19 | 20 => Command::Read { room, upto: Some(message) },
            21..=23 => Command::Deliver { room, upto: message },
            39 => Command::Search,
            25 => Command::StopSearch,
            26 => Command::LeaveRoulette,
            29 if self.dice.one_in(9) => Command::EndGroup { room },
            _ => {
                let reply_to = Some(message).filter(|_| self.dice.one_in(3));
                Command::Send { room, draft: Draft { reply_to, ..Draft::text(self.text()) }, client_id: self.name() }
            }
        }
    }

    fn send(&mut self, actor: UserId) -> Command {
        let (room, _) = self.place(actor);
        Command::Send { room, draft: Draft::text("hello"), client_id: None }
    }

    fn emoji(&mut self) -> Emoji {
        Emoji::new(["❤", "👍", "🎉", ":hm:", "😮"][self.dice.roll(5)]).unwrap()
    }

    fn someone(&mut self) -> UserId {
        if self.dice.one_in(50) { UserId::new(999).unwrap() } else { self.people[self.dice.roll(6)].id() }
    }

    fn text(&mut self) -> String {
        ["", "hello", "@bob, @EVE.", "wörter\n'\"", "again", "@all @ann"][self.dice.roll(6)].into()
    }

    fn name(&mut self) -> Option<ClientId> {
        let name = self.dice.pick(&["a", "b", "c", "d", "e"])?;
        if self.dice.one_in(3) { ClientId::new(name) } else { None }
    }

    /// Returns a message, mostly one of the newest in a room of the actor's, and mostly with that room.
    fn place(&mut self, actor: UserId) -> (RoomId, MessageId) {
        let rooms: Vec<_> = self.model.memberships(actor).into_iter().map(|membership| membership.room).collect();
        let nowhere = RoomId::new(77).unwrap();
        let room = if self.dice.one_in(9) { self.dice.pick(&self.rooms) } else { self.dice.pick(&rooms) };
        let room = room.unwrap_or(nowhere);
        let here: Vec<_> = self.messages.iter().filter(|(of, _)| *of == room).map(|(_, message)| *message).collect();
        let message = match self.dice.pick(&here[here.len().saturating_sub(12)..]) {
            Some(message) if self.dice.one_in(30) => MessageId::new(message.number() + 1).unwrap(),
            Some(message) => message,
            None => self.messages.first().map_or(MessageId::new(77).unwrap(), |(_, message)| *message),
        };
        (room, message)
    }
}
