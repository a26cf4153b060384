//! HTTP/1.1: accepting connections, answers, bodies and routes.

mod answering;
mod body;
mod guard;
mod patient;
mod places;
mod read;
mod respond;
mod router;
mod serve;
mod tally;
#[cfg(test)]
mod tests;

pub use body::Body;
pub(crate) use patient::Patient;
pub use read::{Unread, read};
pub use respond::{JSON, empty, json, respond, stream, unavailable};
pub use router::{Found, Router};
pub use serve::{HttpSettings, Peer, Served, listen, serve};
pub use tally::Tally;
pub use tokio::net::TcpListener as Listener;
