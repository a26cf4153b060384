//! //! What the directory knows of a person beyond what everybody sees.

use alloc::sync::Arc;

use crate::person::Person;
use crate::time::Time;

/// A person who has an account here, or came with the token of an issuer.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// What everybody sees of them.
    pub person: Arc<Person>,
    /// When they were last seen online.
    pub last_seen: Option<Time>,
}
