//! A request on its way through the routes.

use bytes::Bytes;
use chat_domain::{Command, Event, Failure, MessageId, NotificationId, Order, Outcome, Refusal, RoomId, Time, UserId};
use chat_protocol::rest::{Access, Query, Reply, Route, Tree, Whom, plain_segment};
use chat_protocol::{Features, Trouble};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use matchit::Params;
use std::sync::Arc;

use crate::address::Source;
use crate::app::App;
use crate::carry::http::Peer;

/// A request on its way through the routes.
pub(super) struct Call<'a> {
    pub(super) app: &'a App,
    pub(super) target: Target,
    params: Params<'a, 'a>,
    pub(super) parts: &'a Parts,
    pub(super) query: Query,
    /// The features beyond the documents that were asked for.
    pub(super) features: Features,
    pub(super) body: Bytes,
    pub(super) from: Source,
    /// Whether cookies are sent over TLS only.
    pub(super) secure: bool,
    /// Whether the client came over TLS.
    pub(super) is_tls: bool,
    pub(super) now: Time,
}

/// What the address of a request stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) tree: Tree,
    pub(super) route: Route,
    pub(super) access: Access,
}

/// An answer, with the cookie that is set by it.
pub(super) struct Answered {
    pub(super) reply: Reply,
    pub(super) cookie: Option<HeaderValue>,
}

impl<'a> Call<'a> {
    pub(super) fn new(
        app: &'a App,
        target: Target,
        params: Params<'a, 'a>,
        parts: &'a Parts,
        peer: &Peer,
        now: Time,
    ) -> Call<'a> {
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        let features = asked_features(&query, &parts.headers);
        let (proxies, address) = (&app.settings.proxies, peer.address.ip());
        let from = Source::of(proxies.client(address, &parts.headers));
        let is_tls = peer.is_tls || proxies.says_https(address, &parts.headers);
        let secure = app.settings.http.secure_cookie || is_tls;
        Call { app, target, params, parts, query, features, body: Bytes::new(), from, secure, is_tls, now }
    }

    /// Returns the room that the path names.
    pub(super) fn room(&self) -> Result<RoomId, Trouble> {
        self.target.tree.room(self.segment("chat")).ok_or(Refusal::UnknownRoom.into())
    }

    /// Returns the room and the message that the path names. Whether the reader may see the room is checked first.
    pub(super) async fn message(&self, reader: UserId) -> Result<(RoomId, MessageId), Trouble> {
        let room = self.room()?;
        match self.target.tree.message(self.segment("message")) {
            Some(message) => Ok((room, message)),
            None => {
                self.app.journal.head(reader, room).await?;
                Err(Refusal::UnknownMessage.into())
            }
        }
    }

    /// Returns `named`, what else a request names. If that is a refusal, the room is checked first, and its refusal comes before.
    pub(super) async fn judged<T>(
        &self,
        reader: UserId,
        room: RoomId,
        named: Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        if let Err(Trouble::Failure(Failure::Refused(_))) = &named {
            self.app.journal.head(reader, room).await?;
        }
        named
    }

    /// Returns the user whom the path names, if it is a possible name.
    pub(super) fn user(&self) -> Option<Whom> {
        self.target.tree.user(self.segment("user"))
    }

    /// Returns the notification that the path names.
    pub(super) fn notification(&self) -> Result<NotificationId, Trouble> {
        self.target.tree.notification(self.segment("notification")).ok_or(Refusal::UnknownNotification.into())
    }

    /// Returns a part of the path, decoded. A part that is not text is treated as not found.
    pub(super) fn plain(&self, name: &str) -> Result<String, Trouble> {
        plain_segment(self.segment(name)).ok_or(Trouble::NoRoute)
    }

    /// Returns the `Idempotency-Key`: the sender's own name for the request.
    pub(super) fn key(&self) -> Result<Option<&str>, Trouble> {
        let key = self.parts.headers.get("idempotency-key");
        let bad = |_| Trouble::Malformed("`Idempotency-Key` must have 1 to 64 printable characters".into());
        key.map(|key| std::str::from_utf8(key.as_bytes()).map_err(bad)).transpose()
    }

    /// Executes a command in somebody's name.
    pub(super) async fn execute(&self, actor: UserId, command: Command) -> Result<Outcome, Trouble> {
        use Command::{AddMember, Appoint, Ban, Change, Mute, RemoveMember};
        let weighs = matches!(command, Change { .. } | AddMember { .. } | RemoveMember { .. })
            || matches!(command, Appoint { .. } | Mute { .. } | Ban { .. });
        let order = Order { actor, at: self.now, command, origin: None };
        let outcome = self.app.journal.execute(order).await?;
        if weighs
            && self.target.access == Access::User
            && let Some(event) = outcome.happened().last()
        {
            self.app.rates.heard(actor, event.members.saturating_sub(1) as usize, self.now);
        }
        Ok(outcome)
    }

    /// Executes a command that always has an event, and returns it. The bool tells whether it happened just now.
    pub(super) async fn event(&self, actor: UserId, command: Command) -> Result<(Arc<Event>, bool), Trouble> {
        match self.execute(actor, command).await? {
            Outcome::Happened(event) | Outcome::Both(event, _) => Ok((event, true)),
            Outcome::Already(event) => Ok((event, false)),
            Outcome::Quiet => Err(unexpected()),
        }
    }

    /// Returns a part of the path without decoding it.
    pub(super) fn segment(&self, name: &str) -> &str {
        self.params.get(name).unwrap_or_default()
    }
}

/// Returns the features that a request asks for, in its address and in its header together.
pub(crate) fn asked_features(query: &Query, headers: &HeaderMap) -> Features {
    let header = headers.get_all("x-chat-features").iter().filter_map(|names| names.to_str().ok());
    header.fold(query.features(), |asked, names| asked.and(Features::named(names)))
}

impl From<Reply> for Answered {
    fn from(reply: Reply) -> Answered {
        Answered { reply, cookie: None }
    }
}

/// The error for an outcome that this command cannot have. The client must try again.
pub(super) fn unexpected() -> Trouble {
    chat_domain::Failure::Unavailable.into()
}
