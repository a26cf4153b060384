//! What a client knows of a room: what it loaded, and everything that it heard since.

use std::collections::{BTreeMap, BTreeSet};

use chat_domain::RoomId;
use chat_protocol::Cursor;

use super::ears::{Frame, Heard};
use super::words::From;

/// What a client knows of a room.
#[derive(Clone, Debug)]
pub(super) struct Fold {
    pub(super) room: RoomId,
    /// Whether the room was loaded, so that everything since then must be heard.
    pub(super) is_loaded: bool,
    /// Whether its socket hears the room now.
    pub(super) is_joined: bool,
    /// Whether a join was requested and not answered yet. A client that requests two joins from one cursor is told everything twice.
    pub(super) is_joining: bool,
    /// The cursor of the load, and the present one.
    pub(super) loaded: Option<Cursor>,
    pub(super) cursor: Option<String>,
    /// The newest message.
    pub(super) last: u64,
    pub(super) messages: BTreeMap<u64, String>,
    pub(super) likes: BTreeMap<u64, u64>,
    /// Up to which message people have read.
    pub(super) read: BTreeMap<u64, u64>,
    /// The people who type.
    pub(super) typing: BTreeSet<u64>,
    /// Every message that was ever heard.
    pub(super) heard: BTreeSet<u64>,
}

/// A broken promise: its name, and what happened.
pub(super) type Broke = (&'static str, String);

impl Fold {
    /// Creates it for a room of which nothing is known.
    pub(super) fn new(room: RoomId) -> Fold {
        Fold {
            room,
            is_loaded: false,
            is_joined: false,
            is_joining: false,
            loaded: None,
            cursor: None,
            last: 0,
            messages: BTreeMap::new(),
            likes: BTreeMap::new(),
            read: BTreeMap::new(),
            typing: BTreeSet::new(),
            heard: BTreeSet::new(),
        }
    }

    /// Replaces everything by what was loaded.
    pub(super) fn load(&mut self, messages: BTreeMap<u64, String>, cursor: String) {
        let heard = messages.keys().copied().collect();
        let last = messages.keys().next_back().copied().unwrap_or(0);
        *self = Fold { messages, heard, last, loaded: cursor.parse().ok(), is_loaded: true, ..Fold::new(self.room) };
        self.cursor = Some(cursor);
    }

    /// Forgets what held only for the last connection.
    pub(super) fn begin(&mut self) {
        (self.is_joined, self.is_joining) = (false, false);
        self.typing.clear();
    }

    /// Returns from where to resume. After resuming by a message there is no cursor until one is told.
    pub(super) fn from(&mut self, by_message: bool) -> From {
        self.cursor = self.cursor.take().filter(|_| !by_message || self.last == 0);
        self.cursor.clone().map_or(From::Message(self.last), From::Cursor)
    }

    /// Takes in a frame about the room. The error is the promise that it breaks.
    pub(super) fn take(&mut self, frame: &Frame) -> Result<(), Broke> {
        match &frame.heard {
            Heard::Sent { id, content } => self.sent(*id, content)?,
            Heard::Edited { id, content } => {
                // A replay may tell of an edit of a message that was deleted later.
                self.messages.entry(*id).and_modify(|known| known.clone_from(content));
                check("gap", self.heard.contains(id), || format!("message {id} is edited and was never sent"))?;
            }
            Heard::Deleted { id } => {
                self.messages.remove(id);
                self.likes.remove(id);
            }
            Heard::Likes { id, count } => {
                self.likes.insert(*id, *count);
            }
            Heard::Read { user, upto } => {
                let before = self.read.insert(*user, *upto).unwrap_or(0);
                check("positions", *upto >= before, || format!("{user} has read up to {before}, then up to {upto}"))?;
            }
            Heard::Joined => self.is_joining = false,
            Heard::Types { user, is_typing: true } => drop(self.typing.insert(*user)),
            Heard::Types { user, is_typing: false } => drop(self.typing.remove(user)),
            _ => {}
        }
        match &frame.cursor {
            Some(cursor) => self.goes_on(cursor),
            None => Ok(()),
        }
    }

    /// Checks that a message comes once, and in the room's order.
    fn sent(&mut self, id: u64, content: &str) -> Result<(), Broke> {
        let is_new = self.heard.insert(id);
        check("twice", is_new, || format!("message {id} comes twice"))?;
        let last = self.last;
        check("reordered", id > last, || format!("message {id} comes after {last}"))?;
        self.last = id;
        self.messages.insert(id, content.to_owned());
        Ok(())
    }

    /// Checks that the cursor does not go back.
    fn goes_on(&mut self, cursor: &str) -> Result<(), Broke> {
        let before = self.cursor.as_deref().and_then(|before| before.parse::<Cursor>().ok());
        let after: Option<Cursor> = cursor.parse().ok();
        self.cursor = Some(cursor.to_owned());
        let (Some(before), Some(after)) = (before, after) else {
            return check("cursor", after.is_some(), || format!("{cursor:?} is no cursor"));
        };
        let is_later = after.head.seq >= before.head.seq && after.head.moves >= before.head.moves;
        check("cursor", before.epoch != after.epoch || is_later, || format!("{before} is followed by {after}"))
    }
}

fn check(promise: &'static str, is_kept: bool, how: impl FnOnce() -> String) -> Result<(), Broke> {
    if is_kept { Ok(()) } else { Err((promise, how())) }
}
