//! A room in memory: what was told, what is to be told, and to whom.

use chat_domain::{Head, MessageId, Time, UserId};

use super::encode::Encoded;
use super::gathering::Gathering;
use super::log::Log;
use super::subs::Subs;
use super::telling::Telling;

/// A room in memory.
pub(super) struct Room {
    /// How many members it has; 0 until that is known.
    pub(super) members: u32,
    pub(super) log: Log,
    pub(super) subs: Subs,
    pub(super) telling: Telling,
    pub(super) gathering: Gathering,
    /// The payloads of the round under way.
    pub(super) encoded: Encoded,
    /// When it was last used.
    pub(super) touched: Time,
    /// The newest message that was delivered to somebody other than its author, in a room where that is not noted for each
    /// member.
    pub(super) reached: Option<MessageId>,
}

/// From where a socket wants to hear a room.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    /// From now on.
    Now {
        /// The room's head in the journal a moment ago.
        head: Head,
        /// The newest message then.
        newest: Option<MessageId>,
    },
    /// From where it has come by reading the journal.
    At {
        /// The head that it has reached.
        head: Head,
        /// The newest message that it was sent on the way, or the newest there was.
        newest: Option<MessageId>,
    },
}

/// The result of joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attached {
    /// The socket hears everything from here on.
    Live,
    /// The socket must read on in the journal first: the hub no longer has what comes next.
    Behind,
    /// The user is not in the room.
    NotMember,
    /// The connection has ended.
    Ended,
}

impl Room {
    /// Creates a room that was told up to `head`.
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

    /// Drops old events that everybody has heard.
    pub(super) fn trim(&mut self, keep: usize) {
        if self.log.is_over(keep) {
            self.log.trim(keep, self.heard());
        }
    }

    /// Forgets messages up to this one, and what quotes them.
    pub(super) fn forget(&mut self, upto: MessageId) {
        self.log.replace(|event| event.unquoted(upto));
        self.log.forget(upto, self.heard());
    }

    /// Up to which event everybody has heard.
    fn heard(&self) -> u64 {
        self.subs.iter().map(|sub| sub.next).min().unwrap_or_else(|| self.log.end())
    }

    /// Tells whether a socket listens.
    pub(super) fn has(&self, socket: u64) -> bool {
        self.subs.iter().any(|sub| sub.socket.id == socket)
    }

    /// Tells whether a user listens.
    pub(super) fn is_heard_by(&self, user: UserId) -> bool {
        self.subs.iter().any(|sub| sub.socket.user() == user)
    }
}
