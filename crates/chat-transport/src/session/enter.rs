//! The doors of the dialects: from a request to an open connection, or to an answer that says why there is none.

use std::sync::Arc;

use chat_domain::{Command, Order, Refusal, RoomId, Uuid};
use chat_protocol::rest::{Query, Tree};
use chat_protocol::{Context, Endpoint, Entrance, Lang, News, Trouble, Verb};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use hyper::body::Incoming;

use super::{Session, sse};
use crate::account::caller::How;
use crate::app::App;
use crate::carry::http::{Body, Peer};
use crate::carry::outbox::Outbox;
use crate::carry::websocket::{Handshake, Refused};
use crate::connection::line::Line;
use crate::routes::{asked_features, refuse, wrong_method};

/// An address at which a socket or stream is opened, and the part of it that names a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Door<'a> {
    kind: Kind,
    room: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Stream,
    Bare,
    Multiplexed,
    Room,
    Roulette,
}

impl<'a> Door<'a> {
    /// Returns the door at this path.
    pub(crate) fn at(path: &'a str) -> Option<Door<'a>> {
        let (kind, room) = match path {
            "/ws" => (Kind::Multiplexed, ""),
            "/api/v1/ws" => (Kind::Roulette, ""),
            _ => {
                let within = |before: &str, after: &str| path.strip_prefix(before)?.strip_suffix(after);
                let stream = within("/api/chats/", "/stream").map(|room| (Kind::Stream, room));
                let of_room = within("/ws/chat/", "").map(|room| (Kind::Room, room.strip_suffix('/').unwrap_or(room)));
                stream.or(of_room).or(within("/chat/", "").map(|room| (Kind::Bare, room)))?
            }
        };
        (!room.contains('/')).then_some(Door { kind, room })
    }

    /// Lets a client in.
    pub(crate) async fn enter(self, app: &Arc<App>, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let tree = Tree::of_path(request.uri().path());
        if request.method() != Method::GET {
            return wrong_method(tree, &request.into_parts().0, HeaderValue::from_static("GET"), app.now());
        }
        let entered = match self.kind {
            Kind::Stream => {
                let (parts, _) = request.into_parts();
                self.stream(app, &parts, peer).await
            }
            _ => self.web_socket(app, request, peer).await,
        };
        entered.unwrap_or_else(|trouble| {
            app.hub.metrics().turned_away(trouble.code());
            refuse(tree, &trouble, app.now())
        })
    }

    async fn stream(self, app: &Arc<App>, parts: &Parts, peer: Peer) -> Result<Response<Body>, Trouble> {
        let caller = app.gate.authenticate(parts, How::Stream, app.now()).await?;
        let endpoint = self.endpoint(&query(parts), &parts.headers)?;
        let room = endpoint.room.ok_or(Refusal::UnknownRoom)?;
        let last = parts.headers.get("last-event-id").and_then(|id| id.to_str().ok());
        let resume = query(parts).resume(Tree::Api, last)?;
        sse::open(app, caller, endpoint, room, &resume, peer).await
    }

    async fn web_socket(
        self,
        app: &Arc<App>,
        mut request: Request<Incoming>,
        peer: Peer,
    ) -> Result<Response<Body>, Trouble> {
        let handshake = match Handshake::of(&mut request) {
            Ok(handshake) => handshake,
            Err(refused) => return Ok(self.unasked(app, refused)),
        };
        let (parts, _) = request.into_parts();
        let caller = app.gate.authenticate(&parts, How::Socket, app.now()).await?;
        let query = query(&parts);
        let endpoint = self.endpoint(&query, &parts.headers)?;
        let outbox = Outbox::queued(app.hub.depot().clone(), caller.id().number() as u64);
        let session = Session::open(app.clone(), caller, endpoint, "", Line::WebSocket(outbox.clone())).await?;
        let pull = match endpoint.room {
            Some(room) => {
                let resume = query.resume(self.tree(), None)?;
                let pull = session.join(room, &resume, &joining(room)).await?;
                session.arrive(room);
                pull
            }
            None => None,
        };
        session.appear();
        session.remember_match().await?;
        let (response, upgrading) = handshake.accept();
        let beginning = Box::pin(session.begin(upgrading, outbox, pull));
        tokio::spawn(async move {
            if let Some((session, socket)) = beginning.await {
                session.live(socket).await;
            }
            drop(peer);
        });
        Ok(response)
    }

    /// Answers a request that is not a valid request for a WebSocket.
    fn unasked(self, app: &App, refused: Refused) -> Response<Body> {
        let mut response = refuse(self.tree(), &Trouble::Malformed(refused.to_string()), app.now());
        *response.status_mut() = refused.status();
        if let Some((name, value)) = refused.header() {
            response.headers_mut().insert(name, value);
        }
        response
    }

    /// Returns where the door leads. An impossible room id is answered as not found.
    fn endpoint(self, query: &Query, headers: &HeaderMap) -> Result<Endpoint, Trouble> {
        let room = || self.tree().room(self.room).ok_or(Refusal::UnknownRoom);
        let (entrance, room) = match self.kind {
            Kind::Stream => (Entrance::Sse, Some(room()?)),
            Kind::Bare => (Entrance::Bare, Some(room()?)),
            Kind::Multiplexed => (Entrance::Multiplexed, None),
            Kind::Room => {
                let english = query.text("lang") == Some("en");
                (Entrance::Room(if english { Lang::English } else { Lang::Russian }), Some(room()?))
            }
            Kind::Roulette => match query.text("chat_id") {
                // Document 4 builds its address from a variable that may be unset.
                None | Some("" | "undefined" | "null") => (Entrance::Personal, None),
                Some(room) => (Entrance::Roulette, Some(self.named_room(room)?)),
            },
        };
        Ok(Endpoint { entrance, room, features: asked_features(query, headers) })
    }

    /// Reads a room in a query. Text that is no id is malformed, rather than a room that is not found.
    fn named_room(self, text: &str) -> Result<RoomId, Trouble> {
        let room = self.tree().room(text);
        room.ok_or_else(|| match text.parse::<Uuid>() {
            Ok(_) => Refusal::UnknownRoom.into(),
            Err(_) => Trouble::Malformed("`chat_id` must be a UUID".into()),
        })
    }

    fn tree(self) -> Tree {
        if self.kind == Kind::Roulette { Tree::V1 } else { Tree::Api }
    }
}

impl Session {
    /// In dialect 4, tells a client that reconnects during a match about the match again, unless its address names the room.
    async fn remember_match(&self) -> Result<(), Trouble> {
        if !matches!(self.socket.endpoint.entrance, Entrance::Roulette | Entrance::Personal) {
            return Ok(());
        }
        let user = self.socket.user();
        self.app.journal.renew_leases(vec![user], self.app.now()).await?;
        let found = self.app.journal.roulette(user).await?;
        // The page of document 4 reconnects with the room in its address when it is told. Told again, it would do so for ever.
        if let Some(found) = found.filter(|found| self.socket.endpoint.room != Some(found.room)) {
            let online = self.app.hub.looks_online(found.partner.id());
            self.app.hub.tell_socket(&self.socket, &News::Match { found: Arc::new(found), online, at: self.app.now() });
        }
        Ok(())
    }

    /// In dialect 3, entering a room marks its messages as read.
    fn arrive(&self, room: RoomId) {
        if let Entrance::Room(_) = self.socket.endpoint.entrance {
            let command = Command::Read { room, upto: None };
            let order = Order { actor: self.socket.user(), at: self.app.now(), command, origin: None };
            self.app.journal.submit(order);
        }
    }
}

/// Returns the context of a join that an address asks for by naming a room.
pub(super) fn joining(room: RoomId) -> Context {
    Context { verb: Verb::Join, room: Some(room), ..Context::default() }
}

fn query(parts: &Parts) -> Query {
    Query::parse(parts.uri.query().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_none_is_malformed_in_a_query_and_not_found_in_a_path() {
        let at = |path: &str, query: &str| {
            let door = Door::at(path).expect("a door");
            door.endpoint(&Query::parse(query), &HeaderMap::new()).map_err(|trouble| trouble.code())
        };
        for malformed in ["%20", "7", "x", "63686174-0002-8000-8000-00000000000"] {
            assert_eq!(at("/api/v1/ws", &format!("chat_id={malformed}")).err(), Some("INVALID_DATA"), "{malformed}");
        }
        for nobodys in ["63686174-0001-8000-8000-000000000001", "3f333df6-90a4-4fda-8dd3-9485d27cee36"] {
            assert_eq!(at("/api/v1/ws", &format!("chat_id={nobodys}")).err(), Some("CHAT_NOT_FOUND"), "{nobodys}");
        }
        for absent in ["", "chat_id=", "chat_id=undefined", "chat_id=null"] {
            assert_eq!(at("/api/v1/ws", absent).map(|endpoint| endpoint.room), Ok(None), "{absent}");
        }
        assert_eq!(at("/chat/x", "").err(), Some("CHAT_NOT_FOUND"));
    }

    #[test]
    fn every_dialect_has_its_door() {
        let at = |path| Door::at(path).map(|door| (door.kind, door.room));
        assert_eq!(at("/ws"), Some((Kind::Multiplexed, "")));
        assert_eq!(at("/ws/chat/7/"), Some((Kind::Room, "7")));
        assert_eq!(at("/ws/chat/7"), Some((Kind::Room, "7")));
        assert_eq!(at("/chat/7"), Some((Kind::Bare, "7")));
        assert_eq!(at("/api/v1/ws"), Some((Kind::Roulette, "")));
        assert_eq!(at("/api/chats/7/stream"), Some((Kind::Stream, "7")));
        for path in ["/", "/ws/", "/chat/7/8", "/api/chats/7", "/api/chats/7/8/stream"] {
            assert_eq!(at(path), None, "{path}");
        }
    }
}
