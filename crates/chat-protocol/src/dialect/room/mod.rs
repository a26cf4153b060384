//! Dialect 3: a WebSocket per room, integer ids, flat objects with `type`, texts in Russian or English.

mod decode;
mod encode;
mod reply;
mod words;

pub(super) use decode::decode;
pub(super) use encode::{audience, encode};
pub(crate) use reply::{joined, refused, resync, settled};
