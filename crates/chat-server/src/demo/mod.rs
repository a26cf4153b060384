//! `chat-server demo`: a chat in memory with people who live in it, for a first look. The people are ordinary clients: each has a
//! WebSocket, types, reads, likes and answers.

mod actor;
mod script;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::directory::NewAccount;
use chat_domain::grant::Grant;
use chat_domain::{Command, Draft, Failure, Order, RoomId, Time, UserId};
use chat_transport::account::secret::Secret;
use chat_transport::app::App;
use chat_transport::clock;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use self::actor::{Act, Actor, Part};
use self::script::{GROUPS, Group, PEOPLE, TALKS, Utterance};

/// The server on which the demo runs.
pub(crate) struct Stage {
    pub(crate) app: Arc<App>,
}

/// The people and rooms of the demo.
pub(crate) struct Demo {
    /// The token of the guest.
    pub(crate) guest: Secret,
    visitor: UserId,
    people: Vec<UserId>,
    groups: Vec<(RoomId, &'static Group)>,
}

impl Stage {
    /// Creates the people and the rooms, with some messages.
    pub(crate) async fn prepare(&self) -> Result<Demo, String> {
        self.set().await.map_err(|failure| format!("cannot prepare the demo: {failure:?}"))
    }

    async fn set(&self) -> Result<Demo, Failure> {
        let guest = self.account("guest", "Guest").await?;
        let mut people = Vec::new();
        for (username, name) in PEOPLE {
            people.push(self.account(username, name).await?);
        }
        let mut groups = Vec::new();
        for group in GROUPS {
            let owner = people[group.cast[0]];
            let members = group.cast[1..].iter().map(|who| people[*who]).chain([guest]).collect();
            let room =
                self.room(owner, Command::CreateGroup { title: group.title.into(), members, client_id: None }).await?;
            self.tell(room, group.before, |who| people[who]).await?;
            groups.push((room, group));
        }
        for talk in TALKS {
            let room = self.room(people[talk.with], Command::OpenDirect { with: guest }).await?;
            self.tell(room, talk.before, |who| people[who]).await?;
        }
        Ok(Demo { guest: self.token(guest)?, visitor: guest, people, groups })
    }

    async fn account(&self, username: &str, name: &str) -> Result<UserId, Failure> {
        // A hash that belongs to no password, so that nobody can log in.
        let password = String::from("-");
        let account =
            NewAccount { username: username.into(), name: Some(name.into()), avatar: String::new(), password };
        Ok(self.app.directory.register(account).await?.person.id())
    }

    async fn room(&self, actor: UserId, command: Command) -> Result<RoomId, Failure> {
        let order = Order { actor, at: clock::now(), command, origin: None };
        let outcome = self.app.journal.execute(order).await?;
        outcome.event().map(|event| event.room).ok_or(Failure::Unavailable)
    }

    /// Issues a token, since nobody here has a password.
    fn token(&self, user: UserId) -> Result<Secret, Failure> {
        let (seconds, name) = (clock::now().since(Time::from_secs(0)).as_secs(), Secret::random());
        let name = name.map_err(|_| Failure::Unavailable)?.reveal().to_owned();
        let issued = self.app.gate.tokens().issue(user.number(), None, Grant::default(), name, seconds);
        Ok(issued.ok_or(Failure::Unavailable)?.0)
    }

    /// Sends lines that count as said before the start.
    async fn tell(&self, room: RoomId, lines: &[Utterance], actor: impl Fn(usize) -> UserId) -> Result<(), Failure> {
        for (who, content) in lines {
            let command = Command::Send { room, draft: Draft::text(*content), client_id: None };
            self.app.journal.execute(Order { actor: actor(*who), at: clock::now(), command, origin: None }).await?;
        }
        Ok(())
    }

    /// Lets the people live until told to stop. They connect to the server at `at`.
    pub(crate) async fn play(self, demo: Demo, at: SocketAddr, stop: CancellationToken) {
        let mut actors = Vec::new();
        for (who, user) in demo.people.iter().enumerate() {
            let Ok(token) = self.token(*user) else { return };
            let cast = demo.groups.iter().filter(|(_, group)| group.cast.contains(&who));
            let part = Part { who, user: *user, guest: demo.visitor, groups: cast.map(|(room, _)| *room).collect() };
            let address = format!("ws://{at}/ws?token={}", token.reveal());
            actors.push(Actor::begin(part, address, stop.clone()));
        }
        let groups = (0..demo.groups.len()).map(|group| self.follow(&demo, group, &actors));
        stop.run_until_cancelled(futures_util::future::join_all(groups)).await;
    }

    /// Plays a group's lines over and over, while somebody is watching.
    async fn follow(&self, demo: &Demo, group: usize, actors: &[Actor]) {
        let Some((room, group)) = demo.groups.get(group) else { return };
        for (turn, (who, content)) in group.lines.iter().cycle().enumerate() {
            sleep(Duration::from_millis(5_000 + (turn as u64 * 2_713) % 6_000)).await;
            while self.app.hub.online(&[demo.visitor]).is_empty() {
                sleep(Duration::from_secs(1)).await;
            }
            let writing = Duration::from_millis(1_200 + content.chars().count() as u64 * 35);
            actors[*who].does(Act::Say { room: *room, content, writing });
            // Somebody else likes every third line.
            if turn % 3 == 2 {
                let other = group.cast[(turn / 3 + 1) % group.cast.len()];
                if other != *who {
                    sleep(writing + Duration::from_secs(2)).await;
                    actors[other].does(Act::LikeNewest { room: *room });
                }
            }
        }
    }
}
