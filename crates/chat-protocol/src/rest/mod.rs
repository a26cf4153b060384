//! The bodies and answers of the HTTP trees.

/// Which of the three trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tree {
    /// `/api`: dialect 1, integer ids, microseconds, everything wrapped in `{status, data}`.
    Api,
    /// `/api/v1`: dialect 4, UUIDs.
    V1,
    /// `/api/v2`: dialect 5, UUIDs.
    V2,
}
