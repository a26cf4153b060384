//! The claims of an access token.

use std::fmt;

use chat_domain::grant::{Family, Grant};
use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

/// The claims of a verified token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The user it is about.
    pub sub: Subject,
    /// When it ends, in seconds since 1970.
    #[serde(deserialize_with = "seconds")]
    pub exp: u64,
    /// From when on it is good.
    #[serde(default, deserialize_with = "some_seconds", skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    /// When it was issued.
    #[serde(default, deserialize_with = "some_seconds", skip_serializing_if = "Option::is_none")]
    pub iat: Option<u64>,
    /// Its own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// In our own tokens: the family of its refresh token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_family: Option<i64>,
    /// In our own tokens: the generation of the user's tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_generation: Option<i64>,
    /// In our own tokens: the user's UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// The user's name, if the issuer says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address of the user's picture, if the issuer says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    /// The audience. It is verified elsewhere; the field is here so that a token in which it stands twice is refused.
    #[serde(default, skip_serializing)]
    pub(super) aud: Option<IgnoredAny>,
    /// Whether the token is from the first issuer, whose numbers and UUIDs are the users' ids here.
    #[serde(skip)]
    pub(super) is_first: bool,
}

/// A subject, as its issuer writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Subject {
    /// A number without quotes.
    Number(i64),
    /// Any other string.
    Text(String),
}

/// Reads a time of a JWT: seconds since 1970, with a fraction from some issuers.
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
    /// Returns the family and generation of one of our own tokens. Old tokens that name no generation are of the first one.
    pub(super) fn grant(&self) -> Grant {
        Grant { family: self.chat_family.map(Family), generation: self.chat_generation.unwrap_or(0) }
    }
}

impl Subject {
    /// Returns the subject as a number, if it is one, with or without quotes.
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
