//! Passwords, tokens and the secrets behind them.

pub mod cookie;
pub mod password;
pub mod secret;
pub mod token;
