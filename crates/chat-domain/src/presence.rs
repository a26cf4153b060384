//! Who is online.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::time::Duration;

use crate::id::UserId;
use crate::person::Mood;
use crate::time::Time;

/// A connection of a user. A node may use one number for all connections that a user has on another node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Socket {
    /// The node to which the connection goes.
    pub node: u64,
    /// Its number on that node.
    pub number: u64,
}

/// Something that changes who is online.
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
    /// The user set their mood on this connection. The newest connection's mood counts.
    Says {
        /// The user.
        user: UserId,
        /// The connection.
        socket: Socket,
        /// The mood.
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

/// A change of mood that everybody who shares a room with the user is to be told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Shift {
    /// The user.
    pub user: UserId,
    /// The mood before.
    pub from: Mood,
    /// The mood now.
    pub to: Mood,
    /// When it changed. For a user who went offline, when their last connection was closed: that is when they were last
    /// seen.
    pub at: Time,
}

/// Who is online. A user stays online for a grace after their last connection is closed, so that reloading a page does
/// not tell anybody. Its owner gives it signs with the present time and gets changes; at [`Presence::deadline`] it
/// gives a [`PresenceSign::Tick`].
#[derive(Clone, Debug)]
pub struct Presence {
    grace: Duration,
    people: BTreeMap<UserId, Connected>,
    leaving: BTreeSet<(Time, UserId)>,
    opened: u64,
}

/// A user who is online, or whose grace has not ended yet.
#[derive(Clone, Debug)]
struct Connected {
    sockets: Vec<Opened>,
    shown: Mood,
    left: Option<Time>,
}

#[derive(Clone, Copy, Debug)]
struct Opened {
    socket: Socket,
    /// How many connections had been opened with this one: the newest has the highest.
    no: u64,
    mood: Mood,
}

impl Presence {
    /// Starts with nobody online. A user stays online for `grace` after their last connection is closed.
    pub fn new(grace: Duration) -> Presence {
        Presence { grace, people: BTreeMap::new(), leaving: BTreeSet::new(), opened: 0 }
    }

    /// Takes in a sign, and returns which moods have changed.
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

    /// Returns when the next grace ends.
    pub fn deadline(&self) -> Option<Time> {
        self.leaving.first().map(|&(left, _)| left.after(self.grace))
    }

    /// Returns how a user looks now.
    pub fn mood(&self, user: UserId) -> Mood {
        self.people.get(&user).map_or(Mood::Offline, |seen| seen.shown)
    }

    /// Returns how many connections a user has open.
    pub fn connections(&self, user: UserId) -> usize {
        self.people.get(&user).map_or(0, |seen| seen.sockets.len())
    }

    fn opened(&mut self, now: Time, user: UserId, socket: Socket) -> Option<Shift> {
        self.opened += 1;
        let no = self.opened;
        let seen =
            self.people.entry(user).or_insert(Connected { sockets: Vec::new(), shown: Mood::Offline, left: None });
        if seen.sockets.iter().all(|one| one.socket != socket) {
            seen.sockets.push(Opened { socket, no, mood: Mood::Online });
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

    /// Users whose grace is over. Also users who left in the future: the clock was set back, and they would stay online
    /// until it is there again.
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

impl Connected {
    /// Takes over the mood of the newest connection. Without a connection, nothing changes.
    fn look(&mut self, user: UserId, at: Time) -> Option<Shift> {
        let to = self.sockets.iter().max_by_key(|one| one.no)?.mood;
        let from = core::mem::replace(&mut self.shown, to);
        (from != to).then_some(Shift { user, from, to, at })
    }
}

#[cfg(test)]
#[path = "presence_tests.rs"]
mod tests;
