//! Who may come in: tokens, cookies, passwords, and the secrets behind them.

pub mod caller;
mod claims;
pub(crate) mod cookie;
pub(crate) mod door;
mod endings;
pub mod gate;
pub mod introspection;
pub mod issuer;
pub mod origins;
pub mod password;
mod remembered;
pub mod secret;
mod suspended;
pub mod token;
pub(crate) mod turns;
