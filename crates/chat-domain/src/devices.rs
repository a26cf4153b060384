//! The port to whatever remembers the devices on which people are pushed what they miss.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::feed::Fed;
use crate::find::searched;
use crate::grant::Family;
use crate::id::{MessageId, RoomId, UserId, Uuid};
use crate::journal::Answer;
use crate::message::Message;
use crate::quote::excerpt;
use crate::room::RoomKind;
use crate::time::Time;

/// An address under which one device of a person can be reached while it has nothing open here.
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    /// Its name.
    pub id: Uuid,
    /// Whose it is.
    pub person: UserId,
    /// Where it is reached.
    pub address: String,
    /// The public key for which its pushes are encrypted, as it was given.
    pub key: String,
    /// What only it and this server know, as it was given.
    pub auth: String,
    /// In whose words it is told.
    pub tree: String,
    /// The log-in that brought it, if that was one by tokens of our own: it ends with it.
    pub family: Option<Family>,
    /// The same of a cookie session, by its digest.
    pub session: Option<String>,
    /// When it was named first.
    pub created_at: Time,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever knows its address and secrets can push there.
        f.debug_struct("Device").field("id", &self.id).field("person", &self.person).finish_non_exhaustive()
    }
}

/// Which messages of a room somebody is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// All of them.
    All,
    /// Those that mention them, or everybody.
    Mentions,
    /// None at all.
    None,
}

impl Level {
    /// All levels.
    pub const EVERY: [Level; 3] = [Level::All, Level::Mentions, Level::None];

    /// What holds for who has said nothing.
    pub fn unsaid(kind: RoomKind) -> Level {
        match kind {
            RoomKind::Group => Level::Mentions,
            RoomKind::Direct | RoomKind::Roulette => Level::All,
        }
    }

    /// Whether a message is pushed at this level.
    pub fn wants(self, mentions: bool) -> bool {
        self == Level::All || self == Level::Mentions && mentions
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Level::All => "all",
            Level::Mentions => "mentions",
            Level::None => "none",
        }
    }

    /// The level that a word stands for.
    pub fn of(word: &str) -> Option<Level> {
        Level::EVERY.into_iter().find(|level| level.word() == word)
    }
}

/// That a device is to be told of a room, once its person is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which device.
    pub device: Uuid,
    /// Whose it is.
    pub person: UserId,
    /// Of which room.
    pub room: RoomId,
    /// Up to which message: of several the newest stands for all.
    pub message: MessageId,
    /// Since when it waits.
    pub since: Time,
}

/// How it went with a device last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// How often it was tried in vain since something was taken.
    pub tries: u32,
    /// When it may be tried again.
    pub due: Time,
    /// What was answered.
    pub answer: String,
    /// When; never, if nothing was pushed there.
    pub at: Option<Time>,
}

/// What waits to be pushed, for whoever begins to push.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushes {
    /// Everything up to this number of the feed was looked at.
    pub fed: u64,
    /// What waits.
    pub waiting: Vec<Waiting>,
    /// The devices that were tried in vain.
    pub tried: Vec<(Uuid, Tried)>,
}

/// What has changed of that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushNotes {
    /// Everything up to this number of the feed was looked at.
    pub fed: u64,
    /// What waits now of each device and room; nothing where all was pushed, or need not be.
    pub waiting: Vec<((Uuid, RoomId), Option<Waiting>)>,
    /// How it went with devices.
    pub tried: Vec<(Uuid, Tried)>,
    /// Devices that are there no more.
    pub ended: Vec<Uuid>,
}

/// A message as it is pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// Where to.
    pub device: Device,
    /// In which room.
    pub room: RoomId,
    /// The newest message that the person has not read and wants to know of.
    pub message: MessageId,
    /// Who sent it, or what the group is called.
    pub title: String,
    /// The beginning of its words.
    pub words: String,
}

impl Push {
    /// A message of a room of this kind and title.
    pub fn of(device: Device, kind: RoomKind, title: Option<String>, message: &Message) -> Push {
        let title = match kind {
            RoomKind::Group => title.unwrap_or_default(),
            RoomKind::Direct | RoomKind::Roulette => message.sender.name.clone(),
        };
        let words = searched(message).map_or_else(String::new, |words| excerpt(&words));
        Push { device, room: message.room, message: message.id, title, words }
    }
}

/// What becomes of something that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "it is made once for each push")]
pub enum Ready {
    /// It is to be pushed.
    Push(Push),
    /// It was read, is not wanted, or is gone.
    Nothing,
    /// The device is gone, or the log-in that brought it.
    Gone,
}

/// Whatever remembers devices, and what they are still to be told. One node at a time pushes: the one that
/// [tells](crate::Subscribers::tells).
pub trait Devices: Send + Sync {
    /// The key that signs pushes, as text: this one, unless there is one already.
    fn push_key(&self, fresh: String) -> Answer<'_, String>;

    /// Remembers a device, to be told from this number of the feed on; `true` if nobody had named its address before. An address
    /// belongs to who named it last. Of more than so many devices of one person the oldest goes.
    fn add_device(&self, device: Device, fed: u64, most: usize) -> Answer<'_, bool>;

    /// Forgets a device, if it is theirs.
    fn remove_device(&self, person: UserId, address: String) -> Answer<'_, ()>;

    /// Somebody's devices, the oldest first, and how it went with them.
    fn devices(&self, person: UserId) -> Answer<'_, Vec<(Device, Tried)>>;

    /// Which messages of a room one of its members is pushed from now on.
    fn set_level(&self, member: UserId, room: RoomId, level: Level) -> Answer<'_, ()>;

    /// Which that is now.
    fn level(&self, member: UserId, room: RoomId) -> Answer<'_, Level>;

    /// What waits to be pushed; nothing where there are no devices.
    fn pushes(&self) -> Answer<'_, Option<Pushes>>;

    /// What these turns of the feed have for devices, as it waits from this moment on.
    fn to_push(&self, turns: Vec<Fed>, at: Time) -> Answer<'_, Vec<Waiting>>;

    /// What there is to be pushed of something that waits.
    fn push_of(&self, waiting: Waiting, at: Time) -> Answer<'_, Ready>;

    /// Notes what has changed; `false`, and nothing is noted, if another node pushes now.
    fn note_pushes(&self, notes: PushNotes) -> Answer<'_, bool>;
}
