//! A room that is active on this node: what was told, what is to be told, and to whom.

use chat_domain::{Head, MessageId, Time, UserId};

use super::encode::Encoded;
use super::gathering::Gathering;
use super::log::Log;
use super::subs::Subs;
use super::telling::Telling;

/// An active room.
pub(super) struct Room {
    /// How many are in it; 0 until somebody says it.
    pub(super) members: u32,
    pub(super) log: Log,
    pub(super) subs: Subs,
    pub(super) telling: Telling,
    pub(super) gathering: Gathering,
    /// What the round under way has encoded.
    pub(super) encoded: Encoded,
    /// When somebody last needed it.
    pub(super) touched: Time,
    /// The newest message that is known to have reached somebody else, where that is not told per member.
    pub(super) reached: Option<MessageId>,
}

/// From where a socket wants to hear a room.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    /// From now on; the journal stood here a moment ago.
    Now {
        /// Where it stood.
        head: Head,
        /// The newest message that there was.
        newest: Option<MessageId>,
    },
    /// From here on, which it has reached by reading the journal.
    At {
        /// Where it stands.
        head: Head,
        /// The newest message that it was sent on the way; the newest there was, if it was sent none.
        newest: Option<MessageId>,
    },
}

/// What became of joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attached {
    /// It hears everything from here on.
    Live,
    /// The journal must be read again first: the hub no longer has what comes next.
    Behind,
    /// The user is not in the room.
    NotMember,
    /// Its connection has ended: it hears nothing more.
    Ended,
}

impl Room {
    /// A room that was told up to `head`.
    pub(super) fn new(members: u32, head: Head, now: Time) -> Room {
        Room {
            members,
            log: Log::new(head),
            subs: Subs::default(),
            telling: Telling::Idle,
            gathering: Gathering::default(),
            encoded: Encoded::default(),
            touched: now,
            reached: None,
        }
    }

    /// Forgets what everybody has heard, except for the newest events.
    pub(super) fn trim(&mut self, keep: usize) {
        if self.log.is_over(keep) {
            let heard = self.subs.iter().map(|sub| sub.next).min().unwrap_or_else(|| self.log.end());
            self.log.trim(keep, heard);
        }
    }

    /// Whether a socket listens.
    pub(super) fn has(&self, socket: u64) -> bool {
        self.subs.iter().any(|sub| sub.socket.id == socket)
    }

    /// Whether a user listens.
    pub(super) fn is_heard_by(&self, user: UserId) -> bool {
        self.subs.iter().any(|sub| sub.socket.user() == user)
    }
}
