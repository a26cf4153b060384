//! Everything that can go wrong, as clients are told it.

use chat_domain::{Failure, MessageId, Refusal};

use crate::codes::code;

/// Why a client does not get what it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The journal or the directory failed or refused.
    Failure(Failure),
    /// The frame, body, path or query was not understood: what is wrong with it.
    Malformed(String),
    /// There is no credential, or it is not good any more.
    Unauthorized,
    /// No user has this username and this password.
    WrongPassword,
    /// Another credential than a token is missing, or is not good any more; which one.
    Denied(&'static str),
    /// The credential is good, but not for this; why not.
    Forbidden(&'static str),
    /// A back end refused it; why.
    Objection(String),
    /// The client is too fast; how many seconds to wait, at least 1.
    TooFast(u64),
    /// The user has as many connections as one user may have.
    TooManySockets,
    /// Too many clients ask for something costly; how many seconds to wait, at least 1.
    Crowded(u64),
    /// The uploaded bytes do not begin where the file's bytes so far end; where that is.
    Offset(u64),
    /// The body is larger than allowed.
    BodyTooLarge,
    /// There is no such address.
    NoRoute,
    /// The address does not have this method.
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
    /// Returns the code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Trouble::Failure(Failure::Unavailable) | Trouble::Crowded(_) => "UNAVAILABLE",
            Trouble::Failure(Failure::Refused(refusal)) => refusal_code(refusal),
            Trouble::Malformed(_) => "INVALID_DATA",
            Trouble::Unauthorized | Trouble::WrongPassword | Trouble::Denied(_) => "UNAUTHORIZED",
            Trouble::Forbidden(_) | Trouble::Objection(_) => "FORBIDDEN",
            Trouble::TooFast(_) | Trouble::TooManySockets => "RATE_LIMIT",
            Trouble::Offset(_) => "CONFLICT",
            Trouble::BodyTooLarge => "MESSAGE_TOO_LARGE",
            Trouble::NoRoute => "NOT_FOUND",
            Trouble::NoMethod => "METHOD_NOT_ALLOWED",
        }
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        code(self.code()).map_or(500, |code| code.status)
    }

    /// Returns the sentence that people see.
    pub fn message(&self) -> String {
        match self {
            Trouble::Failure(Failure::Refused(refusal)) => refused(refusal),
            Trouble::Failure(failure) => failure.to_string(),
            Trouble::Malformed(problem) | Trouble::Objection(problem) => problem.clone(),
            Trouble::Unauthorized => "Invalid or expired token".into(),
            Trouble::WrongPassword => "wrong username or password".into(),
            Trouble::Denied(why) | Trouble::Forbidden(why) => (*why).into(),
            Trouble::TooFast(seconds) => format!("too many requests; try again in {seconds} s"),
            Trouble::TooManySockets => "too many connections are open; close one of them first".into(),
            Trouble::Crowded(seconds) => format!("too many at once; try again in {seconds} s"),
            Trouble::Offset(next) => format!("{next} bytes of this file are there already"),
            Trouble::BodyTooLarge => "the body is too large".into(),
            Trouble::NoRoute => "there is nothing at this address".into(),
            Trouble::NoMethod => "this address does not take this method".into(),
        }
    }

    /// Returns the sentence for clients of dialect 4, who give the address of a picture, film or recording as
    /// `media_url`.
    pub(crate) fn roulette_message(&self) -> String {
        match self {
            Trouble::Failure(Failure::Refused(Refusal::Invalid { field: "content", rule: rule @ ADDRESS })) => {
                format!("`media_url` {rule}")
            }
            other => other.message(),
        }
    }

    /// Returns the first message that was sent under a `client_id` that was used twice.
    pub fn first_message(&self) -> Option<MessageId> {
        match self {
            Trouble::Failure(Failure::Refused(Refusal::Reused { message })) => *message,
            _ => None,
        }
    }
}

/// The domain's rule for the content of a picture, film or recording.
const ADDRESS: &str = "must be an http or https address";

/// Returns the domain's sentence, with the names that fields have on the wire.
fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Invalid { field, rule } => format!("`{}` {rule}", field_name(field)),
        Refusal::TooLarge { field, limit } => format!("`{}` is larger than {limit} bytes", field_name(field)),
        Refusal::Reused { .. } => "this client_id was already used for something else".into(),
        other => other.to_string(),
    }
}

/// Returns the name on the wire for a field of the domain.
fn field_name(field: &'static str) -> &'static str {
    match field {
        "person" => "user_id",
        "people" => "member_ids",
        "message" => "message_id",
        other => other,
    }
}

fn refusal_code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownRoom => "CHAT_NOT_FOUND",
        Refusal::UnknownMessage => "MESSAGE_NOT_FOUND",
        Refusal::UnknownUser => "USER_NOT_FOUND",
        Refusal::UnknownNotification => "NOTIFICATION_NOT_FOUND",
        Refusal::NotMember | Refusal::NotAuthor | Refusal::NotOwner => "FORBIDDEN",
        Refusal::NotGroup | Refusal::NotDirect => "FORBIDDEN",
        Refusal::Outranked | Refusal::Muted { .. } | Refusal::Banned => "FORBIDDEN",
        Refusal::Blocked | Refusal::Frozen => "FORBIDDEN",
        Refusal::TooSoon { .. } => "RATE_LIMIT",
        Refusal::Closed | Refusal::InRoulette | Refusal::Reused { .. } | Refusal::NameTaken => "CONFLICT",
        Refusal::TooMany { .. } => "CONFLICT",
        Refusal::TooLarge { .. } => "MESSAGE_TOO_LARGE",
        Refusal::Invalid { .. } => "INVALID_DATA",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_what_its_hearer_has_sent() {
        let invalid = |field, rule| Trouble::from(Refusal::Invalid { field, rule });
        assert_eq!(invalid("person", "must be somebody else").message(), "`user_id` must be somebody else");
        assert_eq!(invalid("people", "names too many people").message(), "`member_ids` names too many people");
        assert_eq!(invalid("message", "must name a text").message(), "`message_id` must name a text");
        let address = invalid("content", ADDRESS);
        assert_eq!(address.message(), "`content` must be an http or https address");
        assert_eq!(address.roulette_message(), "`media_url` must be an http or https address");
        let reused = Trouble::from(Refusal::Reused { message: None });
        assert_eq!(reused.message(), "this client_id was already used for something else");
    }

    #[test]
    fn who_has_too_many_sockets_is_not_told_to_come_back_in_a_second() {
        assert_eq!(Trouble::TooManySockets.code(), "RATE_LIMIT");
        assert!(!Trouble::TooManySockets.message().contains("try again"));
    }
}
