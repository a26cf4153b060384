//! The port to whatever remembers who outside is told of what happens.

use alloc::string::String;
use alloc::vec::Vec;

use crate::devices::Devices;
use crate::id::{RoomId, Uuid};
use crate::journal::Answer;
use crate::time::Time;

/// A back end's address to which everything is posted that happens after it was subscribed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The id of the webhook.
    pub id: Uuid,
    /// Where it is.
    pub address: String,
    /// Which sorts of events it wants; none means all.
    pub wants: Vec<String>,
    /// Of which rooms; none means all.
    pub rooms: Vec<RoomId>,
    /// What signs for it.
    pub secret: String,
    /// What signed before, and until when it signs too.
    pub former: Option<(String, Time)>,
    /// When it was subscribed.
    pub created_at: Time,
}

/// How far a webhook was told, and how that goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Everything up to this number of the feed was told, but for what is owed.
    pub fed: u64,
    /// The rooms of which something earlier is still to be told.
    pub owed: Vec<Owed>,
    /// Since when it fails, if it does.
    pub failing: Option<Time>,
    /// Why it failed last.
    pub why: String,
    /// When it ended: nothing is told there any more.
    pub ended: Option<Time>,
}

/// What is still to be told of a room, or of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The room; none of reports.
    pub room: Option<RoomId>,
    /// The first change that was not told.
    pub next: u64,
    /// The last one.
    pub upto: u64,
    /// How often the first one was tried in vain.
    pub tries: u32,
    /// When that began.
    pub since: Option<Time>,
    /// When it is tried next.
    pub due: Time,
}

/// A webhook as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribed {
    /// The webhook that is listed.
    pub webhook: Webhook,
    /// How far it was told; of what is owed only how many rooms.
    pub progress: Progress,
    /// How many rooms are owed something.
    pub rooms_behind: u64,
    /// How many turns of the feed were not looked at, 10,000 at most.
    pub turns_behind: u64,
}

/// Whatever remembers who outside is told of what happens, and how far they were told. One node at a time tells them: the one that
/// keeps the feed.
pub trait Subscribers: Devices {
    /// Whether this node is the one, as far as it knows. What it notes is refused when it is not.
    fn tells(&self) -> bool;

    /// All webhooks, the oldest first.
    fn webhooks(&self) -> Answer<'_, Vec<Subscribed>>;

    /// Remembers a webhook, to be told from this number of the feed on; `false` where there are so many already that have not ended.
    fn subscribe(&self, webhook: Webhook, fed: u64, most: usize) -> Answer<'_, bool>;

    /// Gives a webhook another secret, and lets the one that it has sign until then; `false` if it is not known.
    fn change_secret(&self, webhook: Uuid, secret: String, until: Time) -> Answer<'_, bool>;

    /// Forgets a webhook; `false` if it is not known.
    fn unsubscribe(&self, webhook: Uuid) -> Answer<'_, bool>;

    /// How far a webhook was told; nothing if it is not known.
    fn progress(&self, webhook: Uuid) -> Answer<'_, Option<Progress>>;

    /// Notes how far a webhook was told; `false`, and nothing is noted, if it is not known any more, or another node tells now.
    fn note_progress(&self, webhook: Uuid, progress: Progress) -> Answer<'_, bool>;
}
