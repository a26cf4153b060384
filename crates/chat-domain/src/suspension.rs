//! Suspensions: who may not come in for a while.

use crate::id::UserId;
use crate::time::Time;

/// A user may not come in until a moment. If it is past, they may come in again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Suspension {
    /// Its number: a later suspension, of whatever user, has a higher one.
    pub no: u64,
    /// The user who is suspended.
    pub user: UserId,
    /// The moment until which they are; [`FOR_GOOD`] never comes.
    pub until: Time,
}

/// The end of a suspension that lasts until it is lifted.
pub const FOR_GOOD: Time = Time(i64::MAX);
