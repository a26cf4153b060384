//! Who may not come in for a while.

use crate::id::UserId;
use crate::time::Time;

/// That somebody may not come in until a moment; or that they may again, since it is past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Suspension {
    /// The number of this change among all of its sort: of two the one that came later has the larger.
    pub no: u64,
    /// The user who is kept out.
    pub user: UserId,
    /// The moment until which they are; [`FOR_GOOD`] never comes.
    pub until: Time,
}

/// Until it is taken back.
pub const FOR_GOOD: Time = Time(i64::MAX);
