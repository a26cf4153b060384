//! Somebody who was let in, and by what.

use std::sync::Arc;

use chat_domain::grant::{Grant, Holder};
use chat_domain::{Account, Time, UserId};

use super::introspection::Credential;

/// By which door somebody comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// An ordinary request: a token in its header, or the cookie, with which only pages of our own may change anything.
    Http,
    /// A server-sent stream: the token may also be in the address.
    Stream,
    /// A socket: the same, and the cookie is good on pages of our own only, since nothing else keeps other sites from using it.
    Socket,
}

/// Somebody who was let in.
#[derive(Clone, Debug, PartialEq)]
pub struct Caller {
    /// The account that the credential is good for.
    pub account: Account,
    /// The credential that said so.
    pub by: By,
}

/// By what somebody was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A token that is carried along.
    Token(Pass),
    /// The word of the back end that issued this credential.
    Backend(Arc<Credential>, Pass),
    /// The cookie session with this digest.
    Cookie {
        /// The digest of the cookie.
        digest: String,
    },
}

/// How long a token is good, and what may end it before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// The end of it.
    pub expires: Time,
    /// What it rests on, if it is one of our own.
    pub grant: Option<Grant>,
    /// When it was made, if an outside issuer says so, or when the back end was asked.
    pub issued: Option<Time>,
}

impl Pass {
    /// Whether it is still good, as far as its person's tokens have been ended.
    pub(crate) fn is_honoured(&self, holder: &Holder) -> bool {
        match self.grant {
            Some(grant) => holder.honours(grant),
            None => holder.honours_issued(self.issued),
        }
    }
}

impl By {
    /// How long it is good, where that is known.
    pub(crate) fn pass(&self) -> Option<&Pass> {
        match self {
            By::Token(pass) | By::Backend(_, pass) => Some(pass),
            By::Cookie { .. } => None,
        }
    }
}

impl Caller {
    /// The user's id.
    pub fn id(&self) -> UserId {
        self.account.person.id()
    }
}
