//! What nodes tell each other beside what happened in rooms: signs that are worth nothing later, and what is told to a person.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::grant::Family;
use crate::id::{RoomId, UserId};
use crate::notification::Notification;
use crate::person::{Mood, Person};
use crate::time::Time;

/// Something that is worth nothing later. It is not counted: what is lost of it mends itself.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Sign {
    /// Somebody types, or has stopped.
    Typing {
        /// The room in which somebody types.
        room: RoomId,
        /// The person who types.
        person: Arc<Person>,
        /// Whether it goes on.
        is_typing: bool,
    },
    /// Somebody with a connection to the node came, went, or looks otherwise.
    Here(Stated),
    /// How many people the node has, and what tells their names and moods from all others: whoever knows it otherwise asks.
    Count {
        /// How many people that node knows of.
        people: u64,
        /// The sum of [`Stated::hash`].
        hash: u64,
    },
    /// Asks a node for its people: what is known of them here does not add up.
    Ask {
        /// Of which node.
        node: u64,
    },
    /// All people of the node in one of so many parts. Whoever else was known to be in that part has gone.
    Part {
        /// How many parts.
        of: u64,
        /// Which of them.
        part: u64,
        /// Everybody in it.
        people: Vec<Stated>,
    },
}

/// Somebody as the node states them to which they are connected.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Stated {
    /// The person of whom it is stated.
    pub person: Arc<Person>,
    /// How they look there; nothing once their last connection has gone.
    pub mood: Option<Mood>,
    /// The rooms that they are in in which coming and going is announced.
    pub rooms: Vec<RoomId>,
}

/// What is told to a person, or to everybody about one. It is counted.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Tell {
    /// A notification for its user.
    Notification(Arc<Notification>),
    /// All connections that somebody had then are closed.
    Disconnect(UserId, Time),
    /// All log-ins of somebody were ended, with the access tokens that were made until then.
    EndAll(UserId, Time),
    /// A log-in was ended.
    EndFamily(UserId, Family, Time),
    /// A cookie session was ended, by its digest.
    EndSession(String),
    /// Somebody shows this of themselves from now on.
    Now(Arc<Person>),
    /// Nobody reads any more what somebody has said.
    Unsaid(UserId),
    /// What a back end told these people of a post, as it is written.
    Post(Vec<UserId>, String),
}

impl Stated {
    /// What tells somebody with a mood from all others.
    pub fn hash(user: UserId, mood: Mood) -> u64 {
        let number = (user.number() as u64).wrapping_mul(8).wrapping_add(mood as u64 + 1);
        let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
    }
}

impl Tell {
    /// What tells it from all others; nothing where hearing it again changes nothing.
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
            Tell::Now(_) => return None,
        })
    }
}

/// What tells a tell from all others.
pub type TellKey = (u8, i64, i64, String);

/// Something that was told to people, as the journal remembers it for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its number; later ones have higher ones, but may be seen before it.
    pub no: u64,
    /// When it was told.
    pub at: Time,
    /// What was told.
    pub tell: Tell,
}

/// Somebody came into a room or left it, as the journal remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coming {
    /// The room that somebody came into or left.
    pub room: RoomId,
    /// With which change.
    pub seq: u64,
    /// Who; where the room was closed, who closed it.
    pub user: UserId,
    /// The way that they went.
    pub going: Going,
}

/// Where somebody went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Going {
    /// Into the room.
    In,
    /// Out of it.
    Out,
    /// The room was closed.
    Closed,
}
