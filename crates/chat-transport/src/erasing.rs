//! Erasing people: what is to go is unreadable at once, on every node; the rows follow behind it.

use std::sync::Arc;

use chat_domain::grant::Ended;
use chat_domain::{Command, Erasure, Failure, Order, Refusal, UserId};
use futures_util::future::join_all;

use crate::app::App;
use crate::clock;

impl App {
    /// Erases somebody, who leaves every room before: so nobody is left with a member who cannot be told from others.
    pub(crate) async fn erase(&self, user: UserId, unsaid: bool) -> Result<Erasure, Failure> {
        let person = self.directory.people(vec![user]).await?.pop().map(|account| account.person);
        let person = person.filter(|person| !person.is_erased()).ok_or(Refusal::UnknownUser)?;
        self.part(user).await?;
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

    /// Whatever these log-ins have opened goes.
    pub(crate) fn have_ended(&self, user: UserId, ended: Ended) {
        let now = self.now();
        ended.families.into_iter().for_each(|family| self.family_ended(user, family, now));
        ended.sessions.iter().for_each(|session| self.hub.end_session(session));
    }

    /// Takes somebody out of the lobby and out of every room.
    pub(crate) async fn part(&self, user: UserId) -> Result<(), Failure> {
        for command in [Command::StopSearch, Command::LeaveRoulette] {
            settled(self.journal.execute(Order { actor: user, at: clock::now(), command, origin: None }).await)?;
        }
        let rooms = self.journal.memberships(user).await?;
        for some in rooms.chunks(AT_ONCE) {
            let part = |room| Order { actor: user, at: clock::now(), command: Command::Part { room }, origin: None };
            for parted in join_all(some.iter().map(|of| self.journal.execute(part(of.room)))).await {
                settled(parted)?;
            }
        }
        Ok(())
    }
}

/// What the rules refuse here is done already: by another node, or by whoever took them out a moment ago.
fn settled<T>(result: Result<T, Failure>) -> Result<(), Failure> {
    match result {
        Ok(_) | Err(Failure::Refused(_)) => Ok(()),
        Err(Failure::Unavailable) => Err(Failure::Unavailable),
    }
}

/// Rooms that are left in one go.
const AT_ONCE: usize = 64;
