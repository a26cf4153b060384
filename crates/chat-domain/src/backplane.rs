//! What nodes tell each other: a bus that may lose, double and reorder what it is given, and numbers that catch it.
//!
//! What is committed is in the journal; the bus only says so early. A node numbers what must not be missed
//! ([`Numbering`]); the others count ([`Hearing`]), and where something is missing they compare with the journal where
//! their rooms stand. So a bus that fails costs a moment, never a message.

mod hearing;
mod numbering;
mod sign;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::event::Event;
use crate::id::RoomId;
use crate::journal::Answer;

pub use hearing::Hearing;
pub use numbering::Numbering;
pub use sign::{Coming, Going, Sign, Stated, Tell, TellKey, Told};

/// A bus between nodes. By contract it is lossy: what it is given comes to the others once, twice, late, in another order,
/// or never.
pub trait Backplane: Send + Sync {
    /// Gives these to the other nodes, as far as that can be done. Must not block.
    fn publish(&self, envelopes: Vec<Envelope>);

    /// Whether what this node says comes back to it, as it would come to others.
    fn is_well(&self) -> bool {
        true
    }
}

/// Hears what the other nodes publish. Given to a backplane when it is made. Must not block.
pub trait Ears: Send + Sync {
    /// Takes in what came from another node.
    fn heard(&self, envelope: Envelope);

    /// For a while until now nothing came, whatever was said.
    fn was_deaf(&self);

    /// These other nodes are alive, by what the database shows; said again and again.
    fn living(&self, nodes: Vec<u64>);
}

/// A bus as a database or a broker has it, for text: lossy by contract, like the [`Backplane`] that is made of it.
pub trait Wire: Send + Sync {
    /// How long what is said may be, in bytes.
    fn longest(&self) -> usize;

    /// Says these to all others who listen. Must not block.
    fn say(&self, texts: Vec<String>);

    /// Whether this node has heard itself a moment ago.
    fn is_well(&self) -> bool;
}

/// Which other nodes there are, as the database shows it.
pub trait Whereabouts: Send + Sync {
    /// The others that were alive a moment ago.
    fn neighbours(&self) -> Vec<Neighbour>;

    /// Those that are now: one that has begun just now is among them.
    fn look(&self) -> Answer<'_, Vec<Neighbour>>;
}

/// Another node, as the database shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// The number of the node.
    pub node: u64,
    /// Where others reach it, if they can.
    pub address: Option<String>,
}

/// Hears what comes over a [`Wire`], but not what this node has said itself. Must not block.
pub trait Listener: Send + Sync {
    /// Takes in a text that came over the wire.
    fn came(&self, text: &str);

    /// For a while until now nothing came, whatever was said.
    fn was_deaf(&self);

    /// These other nodes are alive, by what the database shows; said again and again.
    fn living(&self, nodes: Vec<u64>);
}

/// A node in one of its lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Speaker {
    /// Whose nodes these are: others on the same bus are not heard.
    pub cluster: u64,
    /// The life of the database.
    pub epoch: u64,
    /// The number of the node.
    pub node: u64,
    /// Which of its lives: it numbers anew in each.
    pub life: u64,
}

/// What one node tells the others.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Envelope {
    /// How it is to be read: [`VERSION`].
    pub version: u16,
    /// Who says it.
    pub speaker: Speaker,
    /// On which channel: everything about one room is on one.
    pub channel: u16,
    /// How many envelopes that count were sent on this channel in this life, this one included.
    pub n: u64,
    /// What it is about. A heartbeat is about nothing: it does not count, and says how many did.
    pub rooms: Vec<Moved>,
    /// What is told to people. It counts.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub tells: Vec<Tell>,
    /// What is worth nothing later. It does not count.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub signs: Vec<Sign>,
}

/// How far a room has gone.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Moved {
    /// The room that has gone on.
    pub room: RoomId,
    /// The `seq` of the first change that is told.
    pub from_seq: u64,
    /// The `seq` of the last one.
    pub to_seq: u64,
    /// The room's count of moves after it.
    pub moves: u64,
    /// Whether somebody came into the room by that, or left it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "core::ops::Not::not"))]
    pub comes: bool,
    /// The events themselves. Without them whoever listens reads the journal.
    pub events: Vec<Arc<Event>>,
}

impl Envelope {
    /// Whether it is counted.
    pub fn counts(&self) -> bool {
        !self.rooms.is_empty() || !self.tells.is_empty()
    }
}

/// The way in which envelopes are written now.
pub const VERSION: u16 = 1;
