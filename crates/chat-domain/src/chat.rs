//! A chat: decides commands, remembers what came of them.

use crate::command::{Command, Stamp};
use crate::event::Outcome;
use crate::known::{Known, Written};
use crate::refusal::Refusal;

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
///
/// A whole chat ([`Chat::new`]) knows everything that happened in it. A partial one ([`Chat::partial`]) knows what it was
/// told and what its own commands did; asking it for anything else is a mistake in [`Command::needs`] and panics, naming the
/// [`Fact`](crate::Fact).
#[derive(Clone, Debug, Default)]
pub struct Chat {
    limits: Limits,
    whole: bool,
}

impl Chat {
    /// An empty chat that knows everything about itself.
    pub fn new(limits: Limits) -> Chat {
        Chat { limits, whole: true }
    }

    /// A working set that knows nothing until it is told.
    pub fn partial(limits: Limits) -> Chat {
        Chat { limits, whole: false }
    }

    /// Takes over what is known. All that a batch of commands needs is told before the first of them is executed; telling
    /// the same twice does no harm.
    pub fn tell(&mut self, known: Known) {
        unimplemented!("lands next: {known:?} {self:?}")
    }

    /// Decides a command and applies it. A refusal changes nothing.
    pub fn execute(&mut self, stamp: Stamp, command: Command) -> Result<Outcome, Refusal> {
        unimplemented!("lands next: {stamp:?} {command:?} {self:?}")
    }

    /// The rows that became new or changed since the last call, to be kept by whoever keeps them.
    pub fn take_written(&mut self) -> Written {
        unimplemented!("lands next: {self:?}")
    }
}
