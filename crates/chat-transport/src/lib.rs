//! Sockets, HTTP, accounts and the hub that carry the five dialects.
//!
//! A whole server over a chat in memory, with a route of one's own on the same port; over a database it is the same with
//! `chat_store::Store` in the place of [`InMemory`](chat_domain::memory::InMemory):
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
//! Its floors, from below: [`carry`] moves bytes (HTTP, WebSocket, queues to clients), [`connection`] is what one
//! client's connection is, [`hub`] says who hears what, [`account`] who may come in; [`session`], [`socketio`] and [`routes`] are the
//! entrances, and [`service`] is all of them on one port.
//!
//! Public beside what a server is composed of is what an embedder's own routes and sockets need: the gate
//! ([`account::gate::Gate::authenticate`]) lets in who calls them, [`client`] asks other servers, also at addresses that strangers name
//! ([`client::Only`], [`client::is_public`]), a [`carry::websocket::WebSocket`] talks another protocol beside the dialects
//! (`examples/echo`); and the errors that all of these return.

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
pub mod connection;
mod drain;
mod erasing;
pub mod files;
mod follow;
pub mod hooks;
pub mod hub;
mod lobby;
mod mentions;
pub mod metrics;
mod mistakes;
pub mod notify;
pub mod operators;
mod purge;
pub mod push;
pub mod rates;
pub mod redis;
mod request_id;
pub mod routes;
pub mod server;
pub mod service;
pub mod session;
#[cfg(test)]
mod simulation_tests;
pub mod socketio;
mod sparing;
mod suspension;
pub mod traces;
mod vouched;
