//! Somebody who was let in, and by what.

use chat_domain::grant::{Grant, Holder};
use chat_domain::{Account, Time, UserId};

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
    /// Who.
    pub account: Account,
    /// By what.
    pub by: By,
}

/// By what somebody was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A token.
    Token(Pass),
    /// The cookie session with this digest.
    Cookie {
        /// The digest.
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
    /// When it was made, if an outside issuer says so.
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

impl Caller {
    /// The user's id.
    pub fn id(&self) -> UserId {
        self.account.person.id()
    }
}
