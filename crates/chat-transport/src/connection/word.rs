//! The credential of a socket for which a back end vouches.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::Time;

use crate::account::introspection::Credential;

/// A credential, and when the back end is asked about it again.
#[derive(Debug)]
pub(super) struct Word {
    credential: Arc<Credential>,
    /// `None` at first: the back end was asked when the socket was opened.
    due: Option<Time>,
}

impl Word {
    pub(super) fn new(credential: Arc<Credential>) -> Word {
        Word { credential, due: None }
    }

    /// Returns the credential if it is due, and makes it due again after `every`.
    pub(super) fn due_again(&mut self, now: Time, every: Duration) -> Option<Arc<Credential>> {
        if self.due.is_some_and(|due| now < due) {
            return None;
        }
        let is_due = self.due.replace(now.after(every)).is_some();
        is_due.then(|| self.credential.clone())
    }
}
