//! Everything that can go wrong, in the words of the wire.

use chat_domain::{Failure, MessageId, Refusal};

use crate::codes::code;

/// Why somebody does not get what they asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The journal or the directory said no.
    Failure(Failure),
    /// The frame, body, path or query was not understood: what is wrong with it.
    Malformed(String),
    /// No credential, or one that is not good (any more).
    Unauthorized,
    /// Nobody has this name and this password.
    WrongPassword,
    /// The credential is good, but not for this, and why.
    Forbidden(&'static str),
    /// Too fast; how many seconds to wait, at least 1.
    TooFast(u64),
    /// Too many ask for what takes long; how many seconds to wait, at least 1.
    Crowded(u64),
    /// The body is larger than allowed.
    BodyTooLarge,
    /// No such route.
    NoRoute,
    /// The route exists, but not with this method.
    NoMethod,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Trouble {
        Trouble::Failure(failure)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Trouble {
        Trouble::Failure(Failure::Refused(refusal))
    }
}

impl Trouble {
    /// The code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Trouble::Failure(Failure::Unavailable) | Trouble::Crowded(_) => "UNAVAILABLE",
            Trouble::Failure(Failure::Refused(refusal)) => refusal_code(refusal),
            Trouble::Malformed(_) => "INVALID_DATA",
            Trouble::Unauthorized | Trouble::WrongPassword => "UNAUTHORIZED",
            Trouble::Forbidden(_) => "FORBIDDEN",
            Trouble::TooFast(_) => "RATE_LIMIT",
            Trouble::BodyTooLarge => "MESSAGE_TOO_LARGE",
            Trouble::NoRoute => "NOT_FOUND",
            Trouble::NoMethod => "METHOD_NOT_ALLOWED",
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        code(self.code()).map_or(500, |code| code.status)
    }

    /// The sentence that people see.
    pub fn message(&self) -> String {
        match self {
            Trouble::Failure(failure) => failure.to_string(),
            Trouble::Malformed(problem) => problem.clone(),
            Trouble::Unauthorized => "Invalid or expired token".into(),
            Trouble::WrongPassword => "wrong username or password".into(),
            Trouble::Forbidden(why) => (*why).into(),
            Trouble::TooFast(seconds) => format!("too many requests; try again in {seconds} s"),
            Trouble::Crowded(seconds) => format!("too many at once; try again in {seconds} s"),
            Trouble::BodyTooLarge => "the body is too large".into(),
            Trouble::NoRoute => "there is nothing at this address".into(),
            Trouble::NoMethod => "this address does not take this method".into(),
        }
    }

    /// The first message under a `client_id` that was used twice.
    pub fn first_message(&self) -> Option<MessageId> {
        match self {
            Trouble::Failure(Failure::Refused(Refusal::Reused { message })) => *message,
            _ => None,
        }
    }
}

fn refusal_code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownRoom => "CHAT_NOT_FOUND",
        Refusal::UnknownMessage => "MESSAGE_NOT_FOUND",
        Refusal::UnknownUser => "USER_NOT_FOUND",
        Refusal::UnknownNotification => "NOTIFICATION_NOT_FOUND",
        Refusal::NotMember | Refusal::NotAuthor | Refusal::NotOwner | Refusal::NotGroup => "FORBIDDEN",
        Refusal::Closed | Refusal::InRoulette | Refusal::Reused { .. } | Refusal::NameTaken => "CONFLICT",
        Refusal::TooManyEmoji => "CONFLICT",
        Refusal::TooLarge { .. } => "MESSAGE_TOO_LARGE",
        Refusal::Invalid { .. } => "INVALID_DATA",
    }
}
