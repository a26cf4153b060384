//! People as the others see them.

use alloc::string::String;

use crate::id::{UserId, Uuid};

/// A person, as everybody else in a room sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Person {
    /// Both ids of the person.
    pub handle: Handle,
    /// The unique username. A user of an outside issuer has their subject as username, unless the issuer gave one.
    pub username: String,
    /// The name to show; equal to the username if none was given.
    pub name: String,
    /// The address of a picture; empty for none.
    pub avatar: String,
}

impl Person {
    /// Whether the person was erased, and has no name any more.
    pub fn is_erased(&self) -> bool {
        self.username.is_empty()
    }

    /// Returns the person without anything that says who they were.
    pub fn erased(&self) -> Person {
        Person { handle: self.handle, username: String::new(), name: String::new(), avatar: String::new() }
    }

    /// Returns the integer id.
    pub fn id(&self) -> UserId {
        self.handle.id
    }
}

/// Both ids of a user: the integer, and the UUID, which is computed or given by an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Handle {
    /// The id as an integer.
    pub id: UserId,
    /// The id as a UUID.
    pub uuid: Uuid,
}

impl From<UserId> for Handle {
    /// Returns the handle of a user whose UUID is computed.
    fn from(id: UserId) -> Handle {
        Handle { id, uuid: id.uuid() }
    }
}

/// How a person with an open connection looks to others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Mood {
    /// Connected, without anything more to say.
    #[default]
    Online,
    /// Connected, but away from the screen.
    Away,
    /// Connected, but not to be disturbed.
    Busy,
    /// Not connected, or wishing to look so.
    Offline,
}
