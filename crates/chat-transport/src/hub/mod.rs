//! The hub decides who hears what: it tells the events of rooms, in the order of `seq`, to every socket that joined, each in its
//! own shape.
//!
//! Whatever the journal settles comes in through the [`Inbox`]. Rooms are spread over shards, each with its own lock and task.
//! The task puts what came into order, answers the sockets that asked, and writes to everybody else what has gathered, with one
//! write for each member and turn; its machine is `delivery`. `people` knows who is connected and in which rooms; it is asked
//! when somebody comes, joins or leaves. None of these machines' locks is held across an await or while another one is taken; the
//! locks of a socket and its outbox lie below them.

mod asides;
#[cfg(feature = "bench")]
pub mod bench;
mod delivery;
mod encode;
mod ending;
mod gathering;
mod handle;
mod here;
mod holdback;
mod inbox;
mod joining;
mod lists;
mod log;
mod map;
mod memberships;
mod missing;
mod names;
mod nodes;
mod overseen;
mod past;
mod people;
mod places;
mod presence;
mod recent;
mod room;
mod run;
mod settings;
mod settle;
mod sockets;
mod subs;
mod tell;
mod telling;
#[cfg(test)]
mod tests;
mod to_read;
mod typists;
mod ways;
mod weight;

pub use self::handle::Hub;
pub use self::inbox::Inbox;
pub use self::nodes::{Among, Reader, Written};
pub use self::settings::HubSettings;

pub(crate) use self::nodes::{OWN, Standing};
pub(crate) use self::people::Opened;
pub(crate) use self::room::{Attached, Start};
