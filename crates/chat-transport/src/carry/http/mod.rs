//! HTTP, plain or over TLS: accepting connections, requests, answers and routes.

mod answering;
mod body;
mod guard;
mod listen;
mod patient;
mod per_address;
mod proxied;
mod read;
mod respond;
mod router;
mod serve;
mod settings;
mod talk;
mod tally;
#[cfg(test)]
mod tests;
mod tls;

pub use body::Body;
pub use listen::{Listener, Unix, listen, listen_unix};
pub use patient::Duplex;
pub(crate) use patient::Patient;
pub(crate) use read::ignore;
pub use read::{Unread, read};
pub(crate) use respond::stream;
pub use respond::{JSON, empty, json, respond, unavailable};
pub(crate) use router::{Found, Router};
pub use serve::{Served, serve};
pub use settings::HttpSettings;
pub use talk::Peer;
pub use tally::Tally;
pub use tls::{BadCertificate, Pair, Tls};
