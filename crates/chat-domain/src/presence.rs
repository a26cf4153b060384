//! Who is online.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::time::Duration;

use crate::id::UserId;
use crate::person::Mood;
use crate::time::Time;

/// One connection of somebody. A node may stand for all sockets that one user has on another node with one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Socket {
    /// On which node.
    pub node: u64,
    /// Which of that node's.
    pub number: u64,
}

/// Something from which presence is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PresenceSign {
    /// A connection was opened. Opening it again changes nothing.
    Opened {
        /// Whose connection it is.
        user: UserId,
        /// The connection that was opened.
        socket: Socket,
    },
    /// The user said on this connection how they want to look. What the newest connection says counts.
    Says {
        /// Who says it.
        user: UserId,
        /// On which connection.
        socket: Socket,
        /// How they want to look.
        mood: Mood,
    },
    /// A connection was closed.
    Closed {
        /// Whose connection it was.
        user: UserId,
        /// The connection that was closed.
        socket: Socket,
    },
    /// A node is gone with all its connections.
    NodeLost {
        /// The node that is gone.
        node: u64,
    },
    /// Some time has passed.
    Tick,
}

/// A change that whoever shares a room with the user is to hear, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Shift {
    /// Whose look has changed.
    pub user: UserId,
    /// How they looked.
    pub from: Mood,
    /// How they look.
    pub to: Mood,
    /// Since when: for somebody who went away, when their last connection was closed (they were last seen then).
    pub at: Time,
}

/// Who is online: a count of connections for every user, with a grace after the last, so that a reload does not flap.
/// Driven by its owner: signs go in with the present time, changes come out; at [`Presence::deadline`] the owner gives a
/// [`PresenceSign::Tick`].
#[derive(Clone, Debug)]
pub struct Presence {
    grace: Duration,
    people: BTreeMap<UserId, Readership>,
    leaving: BTreeSet<(Time, UserId)>,
    opened: u64,
}

#[derive(Clone, Debug)]
struct Readership {
    sockets: Vec<Opened>,
    shown: Mood,
    left: Option<Time>,
}

#[derive(Clone, Copy, Debug)]
struct Opened {
    socket: Socket,
    turn: u64,
    mood: Mood,
}

impl Presence {
    /// Nobody is there; who leaves looks online for this long.
    pub fn new(grace: Duration) -> Presence {
        Presence { grace, people: BTreeMap::new(), leaving: BTreeSet::new(), opened: 0 }
    }

    /// Takes in a sign, and says what has changed for the others.
    pub fn handle(&mut self, now: Time, sign: PresenceSign) -> Vec<Shift> {
        let mut shifts = self.expired(now);
        match sign {
            PresenceSign::Opened { user, socket } => shifts.extend(self.opened(now, user, socket)),
            PresenceSign::Says { user, socket, mood } => shifts.extend(self.says(now, user, socket, mood)),
            PresenceSign::Closed { user, socket } => shifts.extend(self.closed(now, user, |one| one == socket)),
            PresenceSign::NodeLost { node } => {
                let users: Vec<_> = self.people.keys().copied().collect();
                let lost = users.into_iter().filter_map(|user| self.closed(now, user, |one| one.node == node));
                shifts.extend(lost);
            }
            PresenceSign::Tick => {}
        }
        shifts
    }

    /// When the next grace ends.
    pub fn deadline(&self) -> Option<Time> {
        self.leaving.first().map(|&(left, _)| left.after(self.grace))
    }

    /// How somebody looks now.
    pub fn mood(&self, user: UserId) -> Mood {
        self.people.get(&user).map_or(Mood::Offline, |seen| seen.shown)
    }

    /// How many connections somebody has open.
    pub fn connections(&self, user: UserId) -> usize {
        self.people.get(&user).map_or(0, |seen| seen.sockets.len())
    }

    fn opened(&mut self, now: Time, user: UserId, socket: Socket) -> Option<Shift> {
        self.opened += 1;
        let turn = self.opened;
        let seen =
            self.people.entry(user).or_insert(Readership { sockets: Vec::new(), shown: Mood::Offline, left: None });
        if seen.sockets.iter().all(|one| one.socket != socket) {
            seen.sockets.push(Opened { socket, turn, mood: Mood::Online });
        }
        if let Some(left) = seen.left.take() {
            self.leaving.remove(&(left, user));
        }
        seen.look(user, now)
    }

    fn says(&mut self, now: Time, user: UserId, socket: Socket, mood: Mood) -> Option<Shift> {
        let seen = self.people.get_mut(&user)?;
        seen.sockets.iter_mut().find(|one| one.socket == socket)?.mood = mood;
        seen.look(user, now)
    }

    fn closed(&mut self, now: Time, user: UserId, gone: impl Fn(Socket) -> bool) -> Option<Shift> {
        let seen = self.people.get_mut(&user)?;
        let before = seen.sockets.len();
        seen.sockets.retain(|one| !gone(one.socket));
        if seen.sockets.is_empty() && before > 0 {
            seen.left = Some(now);
            self.leaving.insert((now, user));
            return None;
        }
        seen.look(user, now)
    }

    /// Those whose grace is over; also those who left in the future, after the clock was set back.
    fn expired(&mut self, now: Time) -> Vec<Shift> {
        let due = |&&(left, _): &&(Time, UserId)| left.after(self.grace) <= now || left > now;
        let (early, late) = (self.leaving.iter().take_while(due), self.leaving.iter().rev().take_while(due));
        let due: BTreeSet<_> = early.chain(late).copied().collect();
        due.into_iter().filter_map(|(left, user)| self.gone(left.min(now), left, user)).collect()
    }

    fn gone(&mut self, at: Time, left: Time, user: UserId) -> Option<Shift> {
        self.leaving.remove(&(left, user));
        let from = self.people.remove(&user)?.shown;
        (from != Mood::Offline).then_some(Shift { user, from, to: Mood::Offline, at })
    }
}

impl Readership {
    /// Looks as the newest connection says; nothing changes while there is none.
    fn look(&mut self, user: UserId, at: Time) -> Option<Shift> {
        let to = self.sockets.iter().max_by_key(|one| one.turn)?.mood;
        let from = core::mem::replace(&mut self.shown, to);
        (from != to).then_some(Shift { user, from, to, at })
    }
}

#[cfg(test)]
#[path = "presence_tests.rs"]
mod tests;
