//! One client's connection as the layers above see it: its way out, its pending orders, and the codes that end it.

pub(crate) mod away;
pub(crate) mod closes;
pub(crate) mod closings;
pub(crate) mod line;
pub(crate) mod socket;
pub(crate) mod tag;
mod word;
