//! Sockets, HTTP, accounts and the hub that carry the five dialects.

pub mod account;
pub mod address;
pub mod app;
pub mod beside;
pub mod carry;
pub mod clock;
pub mod connection;
mod drain;
pub mod hub;
mod lobby;
pub mod metrics;
pub mod rates;
mod request_id;
pub mod routes;
pub mod service;
pub mod session;
pub mod socketio;
mod sparing;
