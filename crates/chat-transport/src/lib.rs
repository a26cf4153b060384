//! Sockets, HTTP, accounts and the hub that carry the five dialects.

pub mod account;
pub mod carry;
