//! Somebody who was let in, and the credential that they showed.

use std::sync::Arc;

use chat_domain::grant::{Grant, Holder};
use chat_domain::{Account, Time, UserId};

use super::introspection::Credential;

/// The kind of request by which somebody comes in. It decides where a token may stand, and when the cookie counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// An ordinary request: the token is in a header. With the cookie, only our own pages and those of trusted origins may change
    /// anything.
    Http,
    /// A server-sent stream: as `Http`, and the token may also be in the address, since browsers cannot set headers there.
    Stream,
    /// A socket: as `Stream`, but the cookie always needs a page of our own or a trusted origin. Browsers apply no other
    /// protection to sockets: they send cookies with cross-site ones.
    Socket,
}

/// Somebody who was let in.
#[derive(Clone, Debug, PartialEq)]
pub struct Caller {
    /// The account that the credential belongs to.
    pub account: Account,
    /// The credential.
    pub by: By,
}

/// The credential by which somebody was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// An access token.
    Token(Pass),
    /// A credential that a back end vouches for, and until when its word counts.
    Backend(Arc<Credential>, Pass),
    /// The cookie session with this digest.
    Cookie {
        /// The digest of the cookie.
        digest: String,
    },
}

/// Until when a token is good, and what may end it earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// When it ends.
    pub expires: Time,
    /// The family and generation it was issued under, if it is one of our own.
    pub grant: Option<Grant>,
    /// When it was issued, if an outside issuer says so; for a back end, when it was asked.
    pub issued: Option<Time>,
}

impl Pass {
    /// Tells whether the token is still good, given which of the holder's tokens have been ended.
    pub(crate) fn is_honoured(&self, holder: &Holder) -> bool {
        match self.grant {
            Some(grant) => holder.honours(grant),
            None => holder.honours_issued(self.issued),
        }
    }
}

impl By {
    /// Returns until when the credential is good; `None` for a cookie, which is looked up each time.
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
