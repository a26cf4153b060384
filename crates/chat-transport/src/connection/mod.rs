//! A client's connection as everybody above knows it: its way out, the orders that it waits for, the codes that end it.

pub(crate) mod away;
pub mod closes;
pub(crate) mod closings;
pub(crate) mod line;
pub(crate) mod socket;
pub(crate) mod tag;
mod word;
