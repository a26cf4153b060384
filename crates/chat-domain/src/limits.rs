//! How large things may be, and how many.

use core::time::Duration;

/// How large things may be, how many of them, and how many members make a room quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Limits {
    /// The largest content of a message, in bytes.
    pub content: usize,
    /// The largest metadata of a message, in bytes of their canonical spelling.
    pub metadata: usize,
    /// The longest title of a room, in bytes.
    pub title: usize,
    /// The largest number of people in a new group.
    pub founders: usize,
    /// How many different emoji, besides the like, can be reactions to one message.
    pub emoji: usize,
    /// Rooms of more members than this are quiet: delivered positions are not told, and a read position tells only the
    /// newest message of each sender.
    pub quiet_room: u32,
    /// How long a lease in the lobby lasts without a connection.
    pub lease: Duration,
}

impl Limits {
    /// Whether a room of so many members is quiet.
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
