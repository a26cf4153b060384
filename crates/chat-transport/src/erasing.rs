//! Erasing people. What is to go becomes unreadable at once, on every node; the rows are deleted afterwards, in the background.

use std::sync::Arc;

use chat_domain::grant::Ended;
use chat_domain::{Command, Directory, Erasure, Failure, Journal, Order, Person, Refusal, Time, UserId};
use futures_util::future::join_all;

use crate::app::App;

/// Erases people from the ports that remember them, in a server or without one.
#[derive(Clone)]
pub struct Eraser {
    /// The journal: rooms and what happens in them.
    pub journal: Arc<dyn Journal>,
    /// The directory: people and their credentials.
    pub directory: Arc<dyn Directory>,
    /// What says which time it is.
    pub clock: Clock,
}

/// What says which time it is: a server's own clock, or [`crate::clock::now`].
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

impl Eraser {
    /// Erases somebody while no server is running, and their messages too if `unsaid`. The messages become unreadable at once;
    /// [`Eraser::finish`] deletes them.
    pub async fn erase(&self, user: UserId, unsaid: bool, at: Time) -> Result<Erasure, Failure> {
        self.leave(user).await?;
        self.directory.end_tokens(user, at).await?;
        let erasure = Erasure { user, at, unsaid };
        self.directory.erase(erasure).await?;
        Ok(erasure)
    }

    /// Takes somebody who is to be erased out of every room, so that nobody is left with a member who cannot be told from others.
    /// Returns who they are.
    async fn leave(&self, user: UserId) -> Result<Arc<Person>, Failure> {
        let person = self.directory.people(vec![user]).await?.pop().map(|account| account.person);
        let person = person.filter(|person| !person.is_erased()).ok_or(Refusal::UnknownUser)?;
        self.part(user).await?;
        Ok(person)
    }

    /// The moment that it is.
    pub(crate) fn now(&self) -> Time {
        (self.clock)()
    }

    /// Takes somebody out of the lobby and out of every room.
    pub(crate) async fn part(&self, user: UserId) -> Result<(), Failure> {
        for command in [Command::StopSearch, Command::LeaveRoulette] {
            settled(self.journal.execute(Order { actor: user, at: self.now(), command, origin: None }).await)?;
        }
        let rooms = self.journal.memberships(user).await?;
        for some in rooms.chunks(AT_ONCE) {
            let part = |room| Order { actor: user, at: self.now(), command: Command::Part { room }, origin: None };
            for parted in join_all(some.iter().map(|of| self.journal.execute(part(of.room)))).await {
                settled(parted)?;
            }
        }
        Ok(())
    }
}

impl App {
    /// Returns the eraser over this server's ports.
    pub(crate) fn eraser(&self) -> Eraser {
        let hub = self.hub.clone();
        let clock = Arc::new(move || hub.now());
        Eraser { journal: self.journal.clone(), directory: self.directory.clone(), clock }
    }

    /// Erases somebody, and closes whatever they have open, on every node.
    pub(crate) async fn erase(&self, user: UserId, unsaid: bool) -> Result<Erasure, Failure> {
        let person = self.eraser().leave(user).await?;
        let erasure = Erasure { user, at: self.now(), unsaid };
        self.end_tokens(user, erasure.at).await?;
        let ended = self.directory.erase(erasure).await?;
        self.have_ended(user, ended);
        self.hub.end_all(user, erasure.at);
        self.is_now(&Arc::new(person.erased())).await;
        if unsaid {
            self.hub.unsaid(user).await;
        }
        self.hub.purge();
        Ok(erasure)
    }

    /// Ends everything that was opened by these families and sessions.
    pub(crate) fn have_ended(&self, user: UserId, ended: Ended) {
        let now = self.now();
        ended.families.into_iter().for_each(|family| self.family_ended(user, family, now));
        ended.sessions.iter().for_each(|session| self.hub.end_session(session));
    }
}

/// Treats a refusal as success: what was to be done has been done already, by another node or a moment ago.
fn settled<T>(result: Result<T, Failure>) -> Result<(), Failure> {
    match result {
        Ok(_) | Err(Failure::Refused(_)) => Ok(()),
        Err(Failure::Unavailable) => Err(Failure::Unavailable),
    }
}

/// How many rooms are left at a time.
const AT_ONCE: usize = 64;
