//! What can go wrong when another server is asked.

use http::Uri;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    /// The address is no address of a server.
    #[error("{0} is no address with http or https and a host")]
    Address(Uri),
    /// None of the host's addresses may be reached.
    #[error("its address may not be reached")]
    Forbidden,
    /// The file of trusted authorities cannot be read.
    #[error("the trusted authorities cannot be read: {0}")]
    Roots(String),
    /// Connecting failed, the server could not prove who it is, or it hung up.
    #[error("{0}")]
    Lost(String),
    /// The answer did not come in time.
    #[error("no answer in time")]
    Slow,
    /// The answer is longer than allowed.
    #[error("the answer is too large")]
    TooLarge,
}
