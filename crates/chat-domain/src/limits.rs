//! How large things may be.

use core::time::Duration;

/// How large things may be, and from where on rooms are quieter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Limits {
    /// Bytes of a message's content.
    pub content: usize,
    /// Bytes of a message's metadata in its canonical spelling.
    pub metadata: usize,
    /// Bytes of a title.
    pub title: usize,
    /// People in a group at its making.
    pub founders: usize,
    /// Different emoji that a message has as reactions, the like aside.
    pub emoji: usize,
    /// In rooms of more members than this, deliveries are not announced and a read announces the newest message of each
    /// author.
    pub quiet_room: u32,
    /// How long a place in the lobby is good without a socket.
    pub lease: Duration,
}

impl Limits {
    /// Whether a room of so many members is a quiet one.
    pub fn is_quiet(&self, members: u32) -> bool {
        members > self.quiet_room
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            content: 16 << 10,
            metadata: 4 << 10,
            title: 255,
            founders: 1000,
            emoji: 20,
            quiet_room: 50,
            lease: Duration::from_secs(15),
        }
    }
}
