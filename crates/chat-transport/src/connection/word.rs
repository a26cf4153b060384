//! By whose word a socket is open, where a back end vouches for people.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::Time;

use crate::account::introspection::Credential;

/// A credential, and when its back end is to be asked about it again.
#[derive(Debug)]
pub(super) struct Word {
    credential: Arc<Credential>,
    /// Not planned yet: the back end was asked at the door.
    due: Option<Time>,
}

impl Word {
    pub(super) fn new(credential: Arc<Credential>) -> Word {
        Word { credential, due: None }
    }

    /// The credential, if the next look is due now. The one after it is due in this time.
    pub(super) fn due_again(&mut self, now: Time, every: Duration) -> Option<Arc<Credential>> {
        if self.due.is_some_and(|due| now < due) {
            return None;
        }
        let is_due = self.due.replace(now.after(every)).is_some();
        is_due.then(|| self.credential.clone())
    }
}
