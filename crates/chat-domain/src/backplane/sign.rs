//! What nodes tell each other besides the changes in rooms: signs, which are worth nothing later, and what is told to
//! people.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::grant::Family;
use crate::id::{RoomId, UserId};
use crate::notification::Notification;
use crate::person::{Mood, Person};
use crate::retention::Vanished;
use crate::time::Time;

/// Typing or presence, worth nothing later. Signs are not counted: if one is lost, a later one mends that.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Sign {
    /// Somebody types, or has stopped typing.
    Typing {
        /// The room in which somebody types.
        room: RoomId,
        /// The person who types.
        person: Arc<Person>,
        /// Whether they still type.
        is_typing: bool,
    },
    /// Somebody with a connection to the sending node came, went, or changed their mood.
    Here(Stated),
    /// How many people are connected to the sending node, and a checksum over their ids and moods. A receiver for whom
    /// these differ asks with [`Sign::Ask`].
    Count {
        /// How many people are connected to it.
        people: u64,
        /// The sum of [`Stated::hash`] over them.
        hash: u64,
    },
    /// Asks a node for its people, because what is known of them here does not match its [`Sign::Count`].
    Ask {
        /// The node that is asked.
        node: u64,
    },
    /// All people of the sending node in one of several parts. Anybody else who was known in that part is no longer
    /// connected to it.
    Part {
        /// How many parts there are.
        of: u64,
        /// Which part this is.
        part: u64,
        /// Everybody in this part.
        people: Vec<Stated>,
    },
    /// What people have used of their rates on the sending node, which counts against these on all nodes.
    Spent(Vec<Spent>),
}

/// How much one person or address has used of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Spent {
    /// The rate.
    pub of: Rated,
    /// Who has used it: the number of a user, or a digest of an address.
    pub who: u64,
    /// How much of it, in the unit of that rate.
    pub many: u64,
}

/// A rate that is counted over all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Rated {
    /// Messages, edits, deletes and likes of a user.
    Messages,
    /// Other lasting changes of a user, in tenths of a person who hears of them.
    Changes,
    /// Bytes of stored data that a user fetches.
    Replays,
    /// Typing signs and changes of mood of a user.
    Typing,
    /// Attempts to log in to an account from an address.
    Logins,
    /// Log-ins, registrations and refreshed tokens of an address.
    Addresses,
}

/// A person as the node to which they are connected describes them.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Stated {
    /// The person.
    pub person: Arc<Person>,
    /// Their mood; `None` once their last connection to the node is closed.
    pub mood: Option<Mood>,
    /// Those of their rooms in which coming and going is announced.
    pub rooms: Vec<RoomId>,
    /// How many connections they have there, once these are so many that other nodes are to count them; else 0.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "is_none"))]
    pub sockets: u32,
}

/// What is told to a person, or to everybody about a person. It is counted, so that its loss is noticed.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Tell {
    /// A notification, for its user.
    Notification(Arc<Notification>),
    /// All connections that this user had at this moment are to be closed.
    Disconnect(UserId, Time),
    /// All log-ins of this user were ended, with every access token made up to this moment.
    EndAll(UserId, Time),
    /// This log-in of the user was ended.
    EndFamily(UserId, Family, Time),
    /// The cookie session with this digest was ended.
    EndSession(String),
    /// This is what everybody sees of the person from now on.
    Now(Arc<Person>),
    /// Everything that this user ever said has become unreadable.
    Unsaid(UserId),
    /// Notes that the oldest messages of a room have vanished, because they were kept for long enough.
    Vanished(Vanished),
    /// What a back end posted to these people, as the sending node wrote it down.
    Post(Vec<UserId>, String),
}

impl Stated {
    /// A number that differs for different users, moods and [`Stated::sockets`], to be summed up in [`Sign::Count`].
    pub fn hash(user: UserId, mood: Mood, sockets: u32) -> u64 {
        let number = (user.number() as u64).wrapping_mul(8).wrapping_add(mood as u64 + 1);
        let number = number ^ u64::from(sockets).rotate_right(32);
        let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
    }
}

#[cfg(feature = "serde")]
fn is_none(sockets: &u32) -> bool {
    *sockets == 0
}

impl Tell {
    /// Returns what identifies this tell, so that a node which hears it twice acts once. `None` where acting twice does
    /// no harm.
    pub fn key(&self) -> Option<TellKey> {
        Some(match self {
            Tell::Notification(notification) => {
                (0, notification.user.number(), notification.id.number(), String::new())
            }
            Tell::Disconnect(user, at) => (1, user.number(), at.0, String::new()),
            Tell::EndAll(user, at) => (2, user.number(), at.0, String::new()),
            Tell::EndFamily(user, family, _) => (3, user.number(), family.0, String::new()),
            Tell::EndSession(digest) => (4, 0, 0, digest.clone()),
            Tell::Post(people, what) => (5, people.first().map_or(0, |user| user.number()), 0, what.clone()),
            Tell::Unsaid(user) => (6, user.number(), 0, String::new()),
            Tell::Now(_) | Tell::Vanished(_) => return None,
        })
    }
}

/// What identifies a [`Tell`].
pub type TellKey = (u8, i64, i64, String);

/// A tell as the journal remembers it for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its number. Later tells have higher numbers, but one may become visible before an earlier one.
    pub no: u64,
    /// When it was noted.
    pub at: Time,
    /// The tell itself.
    pub tell: Tell,
}

/// The coming or going of a user, as the journal remembers it for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coming {
    /// The room that somebody came into or left.
    pub room: RoomId,
    /// The `seq` of the change by which they came or left.
    pub seq: u64,
    /// Who came or left; if the room was closed, who closed it.
    pub user: UserId,
    /// Whether they came, left, or closed the room.
    pub going: Going,
}

/// Whether a user came into a room, left it, or closed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Going {
    /// The user came into the room.
    In,
    /// The user left the room, or was taken out.
    Out,
    /// The room was closed.
    Closed,
}
