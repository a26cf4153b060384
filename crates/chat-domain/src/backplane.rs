//! What nodes tell each other: over a bus that may lose, repeat and reorder envelopes, with numbers that reveal it.
//!
//! The journal holds everything that is committed; the bus only announces it early. Each node numbers the envelopes
//! that must not be missed ([`Numbering`]); the others look for gaps ([`Hearing`]), and on a gap they ask the journal
//! how far their rooms have come. So a failing bus costs a moment, never a message.

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
pub use sign::{Coming, Going, Rated, Sign, Spent, Stated, Tell, TellKey, Told};

/// A bus between nodes. It may deliver an envelope to the other nodes once, twice, late, out of order, or never.
pub trait Backplane: Send + Sync {
    /// Sends these envelopes to the other nodes, as far as that is possible now. Must not block.
    fn publish(&self, envelopes: Vec<Envelope>);

    /// Whether the bus works: what this node publishes comes back to it, as it would reach others.
    fn is_well(&self) -> bool {
        true
    }
}

/// What receives the envelopes of other nodes. It is given to a backplane when that is made. Its methods must not
/// block.
pub trait Ears: Send + Sync {
    /// Takes in an envelope of another node.
    fn heard(&self, envelope: Envelope);

    /// Notes that the bus was interrupted until now, so that envelopes may have been missed.
    fn was_deaf(&self);

    /// Notes which other nodes are alive, as the database shows it. Called again and again.
    fn living(&self, nodes: Vec<u64>);
}

/// A bus for texts, as a database or a broker offers it. It may lose, repeat and reorder texts, like the [`Backplane`]
/// that is built on it.
pub trait Wire: Send + Sync {
    /// The longest text that it carries, in bytes.
    fn longest(&self) -> usize;

    /// Sends these texts to everybody who listens. Must not block.
    fn say(&self, texts: Vec<String>);

    /// Whether this node received a text of its own a moment ago.
    fn is_well(&self) -> bool;
}

/// Tells which other nodes there are, as the database shows it.
pub trait Whereabouts: Send + Sync {
    /// Returns the other nodes that were alive when the database was last asked.
    fn neighbours(&self) -> Vec<Neighbour>;

    /// Asks the database now, so that a node which has just begun is included.
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

/// What receives the texts of a [`Wire`] that other nodes sent. Its methods must not block.
pub trait Listener: Send + Sync {
    /// Takes in a text of another node.
    fn came(&self, text: &str);

    /// Notes that the wire was interrupted until now, so that texts may have been missed.
    fn was_deaf(&self);

    /// Notes which other nodes are alive, as the database shows it. Called again and again.
    fn living(&self, nodes: Vec<u64>);
}

/// One life of a node, from its start to its end: the sender of envelopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Speaker {
    /// Whose nodes these are: others on the same bus are not heard.
    pub cluster: u64,
    /// The life of the database. Envelopes of another life are ignored.
    pub epoch: u64,
    /// The number of the node.
    pub node: u64,
    /// The life of the node; its numbers begin anew in each.
    pub life: u64,
}

/// What one node tells the others at once, on one channel.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Envelope {
    /// The form that it is written in: [`VERSION`]. An envelope in another form is ignored.
    pub version: u16,
    /// The node that sends it.
    pub speaker: Speaker,
    /// The channel. Everything about one room goes over the same channel.
    pub channel: u16,
    /// How many counted envelopes the node has sent on this channel in this life, this one included if it
    /// [counts](Envelope::counts).
    pub n: u64,
    /// The rooms that have gone forward.
    pub rooms: Vec<Moved>,
    /// What is to be told to people.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub tells: Vec<Tell>,
    /// Typing and presence, which are worth nothing later.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub signs: Vec<Sign>,
}

/// How far a room has gone forward.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Moved {
    /// The room that has gone forward.
    pub room: RoomId,
    /// The `seq` of the first new change.
    pub from_seq: u64,
    /// The `seq` of the last new change.
    pub to_seq: u64,
    /// The room's `moves` after it.
    pub moves: u64,
    /// Whether one of the changes brings somebody into the room, or takes somebody out of it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "core::ops::Not::not"))]
    pub comes: bool,
    /// The events of these changes. If it is empty, receivers read them from the journal.
    pub events: Vec<Arc<Event>>,
}

impl Envelope {
    /// Whether the envelope is counted, so that its loss is noticed: it has rooms or tells. Signs and heartbeats are
    /// not counted.
    pub fn counts(&self) -> bool {
        !self.rooms.is_empty() || !self.tells.is_empty()
    }
}

/// The form in which envelopes are written now.
pub const VERSION: u16 = 1;
