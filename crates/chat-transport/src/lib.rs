//! The sockets, the HTTP routes, the accounts and the hub of a chat server that speaks five dialects.
//!
//! The example is a whole server over a chat in memory, with a route of its own on the same port. Over a database it is the same,
//! with `chat_store::Store` in place of [`InMemory`](chat_domain::memory::InMemory):
//!
//! ```
//! use std::sync::Arc;
//!
//! use chat_domain::{Limits, memory::InMemory};
//! use chat_transport::account::{secret::Secret, token::Tokens};
//! use chat_transport::beside::{Answering, Beside};
//! use chat_transport::carry::http::{Body, Peer, listen, respond};
//! use chat_transport::{hub::Inbox, server::Builder};
//! use http::{HeaderValue, Request, StatusCode};
//! use hyper::body::Incoming;
//! use tokio_util::sync::CancellationToken;
//!
//! struct Hello;
//!
//! impl Beside for Hello {
//!     fn claims(&self, path: &str) -> bool {
//!         path == "/hello"
//!     }
//!
//!     fn answer(&self, _: Request<Incoming>, _: Peer) -> Answering<'_> {
//!         let plain = HeaderValue::from_static("text/plain");
//!         Box::pin(async move { respond(StatusCode::OK, plain, "Hello!".into()) })
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let inbox = Inbox::new(2);
//! let memory = Arc::new(InMemory::new(Limits::default(), inbox.clone()));
//! let tokens = Tokens::local(&[Secret::new("at least thirty-two bytes of a secret")], 24 * 3_600);
//! let server = Builder::new(inbox, memory.clone(), memory, tokens).beside(Arc::new(Hello)).build()?;
//!
//! let stop = CancellationToken::new();
//! let serving = server.serve(listen(([127, 0, 0, 1], 0).into())?, stop.clone());
//! # stop.cancel();
//! serving.await;
//! # Ok(())
//! # }
//! ```
//!
//! The layers, from below: [`carry`] moves bytes (HTTP, WebSocket, the queues to clients); `connection` is one client's
//! connection; [`hub`] decides who hears what; [`account`] decides who may come in; `session`, [`socketio`] and [`routes`] are
//! the entrances; and [`service`] serves all of them on one port.
//!
//! Public are the parts of which a server is composed, and what an embedder's own routes and sockets need:
//! [`account::gate::Gate::authenticate`] authenticates their callers; [`client`] asks other servers, also at addresses that
//! strangers name ([`client::Only`], [`client::is_public`]); [`carry::websocket::WebSocket`] carries another protocol beside the
//! dialects (`examples/echo`).

pub mod account;
pub mod address;
mod again;
pub mod app;
pub mod beside;
pub mod carry;
pub mod check;
pub mod client;
pub mod clock;
pub mod cluster;
pub(crate) mod connection;
mod drain;
pub mod erasing;
pub mod files;
mod follow;
pub mod hooks;
pub mod hub;
mod lobby;
mod mentions;
pub(crate) mod metrics;
mod mistakes;
pub mod notify;
pub mod operators;
mod purge;
pub mod push;
pub mod rates;
pub mod redis;
mod request_id;
mod retention;
pub mod routes;
pub mod server;
pub mod service;
pub(crate) mod session;
mod sharing;
#[cfg(test)]
mod simulation_tests;
pub mod socketio;
mod sparing;
mod suspension;
pub mod traces;
mod vouched;
