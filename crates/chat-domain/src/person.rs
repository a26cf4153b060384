//! People as the others see them.

use alloc::string::String;

use crate::id::{UserId, Uuid};

/// Somebody, as everybody else in a room sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Person {
    /// Both spellings of who it is.
    pub handle: Handle,
    /// The unique name; for users of an outside issuer their subject unless the issuer named one.
    pub username: String,
    /// The name to show; the username where none was given.
    pub name: String,
    /// The address of a picture, or empty.
    pub avatar: String,
}

impl Person {
    /// Whether it was erased: there is no name to call it by.
    pub fn is_erased(&self) -> bool {
        self.username.is_empty()
    }

    /// The same without anything that says who it was.
    pub fn erased(&self) -> Person {
        Person { handle: self.handle, username: String::new(), name: String::new(), avatar: String::new() }
    }

    /// The integer id.
    pub fn id(&self) -> UserId {
        self.handle.id
    }
}

/// Both spellings of a user: the integer, and the UUID (computed, or the issuer's own).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Handle {
    /// The id as an integer.
    pub id: UserId,
    /// The id as a UUID.
    pub uuid: Uuid,
}

impl From<UserId> for Handle {
    /// The handle of a user whose UUID is the computed one.
    fn from(id: UserId) -> Handle {
        Handle { id, uuid: id.uuid() }
    }
}

/// What others see of somebody who has a socket open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Mood {
    /// Here, and nothing more is to be said of it.
    #[default]
    Online,
    /// Here, but away from the screen.
    Away,
    /// Here, but not to be disturbed.
    Busy,
    /// Here, but wishes to look gone.
    Offline,
}
