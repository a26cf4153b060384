//! What access tokens rest on, and how they end before their time.

use alloc::string::String;
use alloc::vec::Vec;

use crate::account::Account;
use crate::id::UserId;
use crate::time::Time;

/// A log-in by refresh tokens, each of which replaces the one before. The access tokens of the log-in name it and end
/// with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Family(pub i64);

/// What an access token rests on. It is good while its family stands and its user's tokens have not been ended since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// The family, if the token was given out together with a refresh token.
    pub family: Option<Family>,
    /// How often the user's tokens had been ended when it was made.
    pub generation: i64,
}

/// A user, and which of their tokens are still good.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// The user.
    pub account: Account,
    /// How often all of their tokens have been ended. Tokens of an earlier generation are no longer good.
    pub generation: i64,
    /// When they were last ended. Tokens of outside issuers have no generation; they are no longer good if they were
    /// made before this.
    pub since: Time,
}

/// The log-in that goes on when all other log-ins of a user end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The digests of its cookie sessions.
    pub sessions: Vec<String>,
    /// Its family of refresh tokens.
    pub family: Option<Family>,
}

/// The log-ins of a user that were ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// The cookie sessions, by their digests.
    pub sessions: Vec<String>,
    /// The families of refresh tokens.
    pub families: Vec<Family>,
}

/// What became of a refresh token that somebody presented.
#[derive(Clone, Debug, PartialEq)]
pub enum Rotation {
    /// It was good, and the new one has replaced it.
    Rotated(Account, Grant),
    /// It had been used before, so its whole family has been revoked.
    Reused(UserId, Family),
    /// It is not known, was revoked, or has expired.
    Unknown,
}

impl Holder {
    /// Whether a token that rests on this grant is of the present generation. Whether its family stands is asked
    /// elsewhere.
    pub fn honours(&self, grant: Grant) -> bool {
        grant.generation >= self.generation
    }

    /// Whether a token that an outside issuer made at this time is still good. After a user's tokens were ended, a
    /// token without a time is refused, because it may be an old one.
    pub fn honours_issued(&self, issued: Option<Time>) -> bool {
        issued.is_none_or(|issued| issued >= self.since)
    }
}
