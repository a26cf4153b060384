//! One client's connection: what it says, in order, and where it stands in its rooms.

pub mod closes;
pub(crate) mod line;
pub(crate) mod socket;
