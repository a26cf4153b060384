//! Carrying bytes: outboxes, WebSockets and HTTP, without a word of any dialect.

pub mod http;
pub(crate) mod keepalive;
pub mod outbox;
pub mod websocket;
