//! The last check at the door: whoever has proved who they are may still be erased or suspended.

use chat_domain::directory::Visitor;
use chat_domain::{Failure, Refusal, Time, UserId};
use chat_protocol::Trouble;

use super::gate::Gate;

impl Gate {
    /// Refuses a user who is suspended now, whatever their credential.
    pub(crate) async fn let_through(&self, user: UserId, now: Time) -> Result<(), Trouble> {
        if self.suspended.seen().is_none() {
            self.look_who_is_suspended(now).await?;
        }
        if self.suspended.is(user, now) { Err(SUSPENDED) } else { Ok(()) }
    }

    /// Reads new suspensions from the directory, and returns everybody who is suspended now.
    pub(crate) async fn look_who_is_suspended(&self, now: Time) -> Result<Vec<UserId>, Failure> {
        let told = self.directory.suspensions(self.suspended.seen().unwrap_or(0)).await?;
        self.suspended.take_in(&told, now);
        Ok(self.suspended.all(now))
    }

    /// Returns the user whom an issuer or a back end has named, and creates one at the first visit. Refused if that user was
    /// erased.
    pub(super) async fn admitted(&self, visitor: Visitor) -> Result<UserId, Trouble> {
        match self.directory.admit(visitor).await {
            Err(Failure::Refused(Refusal::UnknownUser)) => Err(Trouble::Unauthorized),
            admitted => Ok(admitted?.person.id()),
        }
    }
}

/// What a suspended person is told.
pub(crate) const SUSPENDED: Trouble = Trouble::Forbidden("this account is suspended");
