//! A chat: decides commands, remembers what came of them.

/// How large things may be, and from where on rooms are quieter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a message's content.
    pub content: usize,
    /// Bytes of a message's metadata in its canonical spelling.
    pub metadata: usize,
    /// Bytes of a title.
    pub title: usize,
    /// People in a group at its making.
    pub founders: usize,
    /// In rooms of more members than this, deliveries are not announced and a read announces the newest message of each
    /// author.
    pub quiet_room: u32,
    /// How long a place in the lobby is good without a socket, in seconds.
    pub lease: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { content: 16 << 10, metadata: 4 << 10, title: 255, founders: 1000, quiet_room: 50, lease: 15 }
    }
}

/// A chat, whole or the part of one that a decision needs.
#[derive(Clone, Debug, Default)]
pub struct Chat {}
