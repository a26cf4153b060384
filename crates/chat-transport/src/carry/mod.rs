//! Carrying bytes: outboxes, WebSockets and HTTP. Nothing here knows a dialect.

pub mod http;
pub(crate) mod keepalive;
pub mod outbox;
pub mod websocket;
