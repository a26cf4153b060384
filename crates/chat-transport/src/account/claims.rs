//! What an access token says.

use std::fmt;

use chat_domain::grant::{Family, Grant};
use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

/// What a verified token says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Who it is about.
    pub sub: Subject,
    /// When it ends, in seconds since 1970.
    #[serde(deserialize_with = "seconds")]
    pub exp: u64,
    /// When it begins to be good.
    #[serde(default, deserialize_with = "some_seconds", skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    /// When it was issued.
    #[serde(default, deserialize_with = "some_seconds", skip_serializing_if = "Option::is_none")]
    pub iat: Option<u64>,
    /// Its own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// The family of its refresh token, in our own tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_family: Option<i64>,
    /// The generation of the user's tokens, in our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_generation: Option<i64>,
    /// The user's UUID, in our own tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// The user's name, from issuers that say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address of the user's picture, from issuers that say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    /// For whom it is, which is compared before: here so that nobody says it twice.
    #[serde(default, skip_serializing)]
    pub(super) aud: Option<IgnoredAny>,
    /// Whether the issuer's numbers and UUIDs are its users' ids here.
    #[serde(skip)]
    pub(super) is_first: bool,
}

/// A subject as its issuer writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Subject {
    /// A number without quotes.
    Number(i64),
    /// Any other string.
    Text(String),
}

/// A time as JWTs write it: a number of seconds, of which some issuers write fractions.
fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    Moment::deserialize(from)?.whole().ok_or_else(|| Error::custom("no time"))
}

fn some_seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let said: Option<Moment> = Option::deserialize(from)?;
    said.map(|moment| moment.whole().ok_or_else(|| Error::custom("no time"))).transpose()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Moment {
    Whole(u64),
    Fraction(f64),
}

impl Moment {
    fn whole(self) -> Option<u64> {
        match self {
            Moment::Whole(seconds) => Some(seconds),
            Moment::Fraction(seconds) => (0.0..1e15).contains(&seconds).then_some(seconds as u64),
        }
    }
}

impl Claims {
    /// What one of our own tokens rests on. Those that were made before tokens could be ended are of the first generation.
    pub(super) fn grant(&self) -> Grant {
        Grant { family: self.chat_family.map(Family), generation: self.chat_generation.unwrap_or(0) }
    }
}

impl Subject {
    /// The number that this is, written either way.
    pub(crate) fn number(&self) -> Option<i64> {
        match self {
            Subject::Number(number) => Some(*number),
            Subject::Text(text) => text.parse().ok().filter(|number: &i64| number.to_string() == *text),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Number(number) => number.fmt(f),
            Subject::Text(text) => text.fmt(f),
        }
    }
}
