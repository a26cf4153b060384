//! What a credential rests on, and how it ends before its time.

use alloc::string::String;
use alloc::vec::Vec;

use crate::account::Account;
use crate::id::UserId;
use crate::time::Time;

/// A log-in's refresh tokens, each of which took the place of the one before. Its access tokens name it and end with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Family(pub i64);

/// What an access token rests on: it is good while its family stands and its person's tokens were not ended since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// The family, if it came with a refresh token.
    pub family: Option<Family>,
    /// How often all tokens of the person had been ended when it was made.
    pub generation: i64,
}

/// Somebody, and which of their tokens are still good.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// Who holds the tokens.
    pub account: Account,
    /// How often all of their tokens have been ended: those of an earlier generation are no good.
    pub generation: i64,
    /// When that was the last time: tokens of outside issuers, which know no generation, are no good if they are older.
    pub since: Time,
}

/// The log-in that goes on when all others of somebody end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The digests of its cookie sessions.
    pub sessions: Vec<String>,
    /// Its family of refresh tokens.
    pub family: Option<Family>,
}

/// What of somebody's was ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Cookie sessions, by their digests.
    pub sessions: Vec<String>,
    /// Families of refresh tokens.
    pub families: Vec<Family>,
}

/// What became of a refresh token that was shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Rotation {
    /// It was good; the new one stands in its place.
    Rotated(Account, Grant),
    /// It had been used before: its whole family is revoked now.
    Reused(UserId, Family),
    /// Nobody knows it, it was revoked, or it is too old.
    Unknown,
}

impl Holder {
    /// Whether a token that rests on this is still good; its family is looked at elsewhere.
    pub fn honours(&self, grant: Grant) -> bool {
        grant.generation >= self.generation
    }

    /// Whether a token that an outside issuer made at this time is still good. One that does not say its time cannot be told from
    /// those of later.
    pub fn honours_issued(&self, issued: Option<Time>) -> bool {
        issued.is_none_or(|issued| issued >= self.since)
    }
}
