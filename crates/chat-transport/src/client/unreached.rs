//! What can go wrong on the way.

use http::Uri;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    /// Nobody could ask there.
    #[error("{0} is no address with http or https and a host")]
    Address(Uri),
    /// The host has no address that may be reached.
    #[error("its address may not be reached")]
    Forbidden,
    /// The authorities that are to be trusted cannot be read.
    #[error("no authority is trusted: {0}")]
    Roots(String),
    /// There is nobody, they do not prove who they are, or they hung up.
    #[error("{0}")]
    Lost(String),
    /// No answer in time.
    #[error("no answer in time")]
    Slow,
    /// The answer is longer than allowed.
    #[error("the answer is too large")]
    TooLarge,
}
