//! What the directory knows of somebody beside what everybody sees.

use alloc::sync::Arc;

use crate::person::Person;
use crate::time::Time;

/// Somebody who has an account here or came with an issuer's token.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Who they are to everybody.
    pub person: Arc<Person>,
    /// When they were last seen online.
    pub last_seen: Option<Time>,
}
