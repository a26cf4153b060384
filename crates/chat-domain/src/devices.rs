//! The port to whatever remembers the devices to which people are pushed what they miss.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::feed::FeedEntry;
use crate::find::searched;
use crate::grant::Family;
use crate::id::{MessageId, RoomId, UserId, Uuid};
use crate::journal::Answer;
use crate::message::Message;
use crate::quote::excerpt;
use crate::room::RoomKind;
use crate::time::Time;

/// One device of a person, which can be reached under its address while the person has no connection here.
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: Uuid,
    /// The person whose device it is.
    pub person: UserId,
    /// The address to which pushes are posted.
    pub address: String,
    /// The public key with which pushes to it are encrypted, as the device gave it.
    pub key: String,
    /// The secret that it shares with this server, as the device gave it.
    pub auth: String,
    /// The tree of addresses whose words its pushes use.
    pub tree: String,
    /// The log-in by which it was registered, if that was one with tokens of this server: the device is removed when it
    /// ends.
    pub family: Option<Family>,
    /// The cookie session by which it was registered, by its digest: the device is removed when it ends.
    pub session: Option<String>,
    /// When it was first registered.
    pub created_at: Time,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address and the secrets stay out: whoever knows them can push to the device.
        f.debug_struct("Device").field("id", &self.id).field("person", &self.person).finish_non_exhaustive()
    }
}

/// Of which messages of a room a member is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// All of them.
    All,
    /// Those that mention them or everybody.
    Mentions,
    /// None at all.
    None,
}

impl Level {
    /// All levels.
    pub const EVERY: [Level; 3] = [Level::All, Level::Mentions, Level::None];

    /// Returns the level of a member who has set none.
    pub fn unsaid(kind: RoomKind) -> Level {
        match kind {
            RoomKind::Group => Level::Mentions,
            RoomKind::Direct | RoomKind::Roulette => Level::All,
        }
    }

    /// Whether a message is pushed at this level; `mentions` says whether it mentions the member.
    pub fn wants(self, mentions: bool) -> bool {
        self == Level::All || self == Level::Mentions && mentions
    }

    /// Returns the word for it on the wire and in databases.
    pub const fn word(self) -> &'static str {
        match self {
            Level::All => "all",
            Level::Mentions => "mentions",
            Level::None => "none",
        }
    }

    /// Returns the level that a word stands for.
    pub fn of(word: &str) -> Option<Level> {
        Level::EVERY.into_iter().find(|level| level.word() == word)
    }
}

/// A message that waits to be pushed to a device, once its person is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The device.
    pub device: Uuid,
    /// The person whose device it is.
    pub person: UserId,
    /// The room of the message.
    pub room: RoomId,
    /// The newest message of the room that waits; it stands for all older ones.
    pub message: MessageId,
    /// When it began to wait.
    pub since: Time,
}

/// How the last pushes to a device went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// How often a push has failed since one was accepted.
    pub tries: u32,
    /// When it may be tried again.
    pub due: Time,
    /// What the device's push service answered last.
    pub answer: String,
    /// When it answered; `None` if nothing was ever pushed to the device.
    pub at: Option<Time>,
}

/// What is to be pushed, for a node that begins to push.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushes {
    /// The last entry of the feed that was looked at.
    pub fed: u64,
    /// The messages that wait.
    pub waiting: Vec<Waiting>,
    /// The devices to which pushes have failed.
    pub tried: Vec<(Uuid, Tried)>,
}

/// Changes of [`Pushes`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushNotes {
    /// The last entry of the feed that was looked at.
    pub fed: u64,
    /// What waits from now on for a device in a room; `None` if nothing does any more.
    pub waiting: Vec<((Uuid, RoomId), Option<Waiting>)>,
    /// How the last pushes to devices went.
    pub tried: Vec<(Uuid, Tried)>,
    /// Devices to be removed, because their push service no longer knows them.
    pub ended: Vec<Uuid>,
}

/// What is pushed to a device about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The device to which it goes.
    pub device: Device,
    /// The room of the message.
    pub room: RoomId,
    /// The newest message that the person has not read and wants to be pushed.
    pub message: MessageId,
    /// The name of its sender, or the title of the group.
    pub title: String,
    /// The beginning of its text.
    pub words: String,
}

impl Push {
    /// Makes the push for a message of a room of this kind and title.
    pub fn of(device: Device, kind: RoomKind, title: Option<String>, message: &Message) -> Push {
        let title = match kind {
            RoomKind::Group => title.unwrap_or_default(),
            RoomKind::Direct | RoomKind::Roulette => message.sender.name.clone(),
        };
        let words = searched(message).map_or_else(String::new, |words| excerpt(&words));
        Push { device, room: message.room, message: message.id, title, words }
    }
}

/// What is to be done about a message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "it is made once for each push")]
pub enum Ready {
    /// It is to be pushed.
    Push(Push),
    /// There is nothing to push: the message was read, is not wanted at the member's level, or was deleted.
    Nothing,
    /// The device was removed, or the log-in that registered it has ended.
    Gone,
}

/// Whatever remembers devices and what is still to be pushed to them. One node at a time pushes: the one that
/// [tells](crate::Subscribers::tells).
pub trait Devices: Send + Sync {
    /// Returns the private key that signs pushes, as text. `fresh` becomes that key if there is none yet.
    fn push_key(&self, fresh: String) -> Answer<'_, String>;

    /// Remembers a device, which is told of what comes after the feed's entry `fed`. Returns `true` if its address was
    /// not known. An address belongs to whoever registered it last. If the person has more than `most` devices, the
    /// oldest are removed.
    fn add_device(&self, device: Device, fed: u64, most: usize) -> Answer<'_, bool>;

    /// Removes a device, if it is this person's.
    fn remove_device(&self, person: UserId, address: String) -> Answer<'_, ()>;

    /// Returns a person's devices, oldest first, and how the last pushes to each went.
    fn devices(&self, person: UserId) -> Answer<'_, Vec<(Device, Tried)>>;

    /// Sets of which messages of a room a member is pushed.
    fn set_level(&self, member: UserId, room: RoomId, level: Level) -> Answer<'_, ()>;

    /// Returns the member's level in a room.
    fn level(&self, member: UserId, room: RoomId) -> Answer<'_, Level>;

    /// Returns what is to be pushed; `None` if there are no devices.
    fn pushes(&self) -> Answer<'_, Option<Pushes>>;

    /// Returns what these entries of the feed bring to devices, waiting since `at`.
    fn to_push(&self, entries: Vec<FeedEntry>, at: Time) -> Answer<'_, Vec<Waiting>>;

    /// Returns what is to be done at `at` about a message that waits.
    fn push_of(&self, waiting: Waiting, at: Time) -> Answer<'_, Ready>;

    /// Notes these changes. Returns `false` and notes nothing if another node pushes now.
    fn note_pushes(&self, notes: PushNotes) -> Answer<'_, bool>;
}
