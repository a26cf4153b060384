//! Letting people through who have shown who they are, unless they were erased or are kept out for a while.

use chat_domain::directory::Visitor;
use chat_domain::{Failure, Refusal, Time, UserId};
use chat_protocol::Trouble;

use super::gate::Gate;

impl Gate {
    /// Whether somebody may come in now, whoever they have shown to be.
    pub(crate) async fn let_through(&self, user: UserId, now: Time) -> Result<(), Trouble> {
        if self.suspended.seen().is_none() {
            self.look_who_is_suspended(now).await?;
        }
        if self.suspended.is(user, now) { Err(SUSPENDED) } else { Ok(()) }
    }

    /// Hears from the directory who may not come in; everybody of whom that is so now.
    pub(crate) async fn look_who_is_suspended(&self, now: Time) -> Result<Vec<UserId>, Failure> {
        let told = self.directory.suspensions(self.suspended.seen().unwrap_or(0)).await?;
        self.suspended.take_in(&told, now);
        Ok(self.suspended.all(now))
    }

    /// Who it is whom an issuer or a back end has named; nobody who was erased.
    pub(super) async fn admitted(&self, visitor: Visitor) -> Result<UserId, Trouble> {
        match self.directory.admit(visitor).await {
            Err(Failure::Refused(Refusal::UnknownUser)) => Err(Trouble::Unauthorized),
            admitted => Ok(admitted?.person.id()),
        }
    }
}

/// What whoever is kept out is told.
pub(crate) const SUSPENDED: Trouble = Trouble::Forbidden("this account is suspended");
