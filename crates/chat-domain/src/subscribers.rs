//! The port to whatever remembers webhooks and how far each was told.

use alloc::string::String;
use alloc::vec::Vec;

use crate::devices::Devices;
use crate::id::{RoomId, Uuid};
use crate::journal::Answer;
use crate::time::Time;

/// A webhook: an address of a back end, to which everything is posted that happens after it was subscribed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The id of the webhook.
    pub id: Uuid,
    /// Where the events are posted.
    pub address: String,
    /// The kinds of events that it wants; empty for all.
    pub wants: Vec<String>,
    /// The rooms that it wants; empty for all.
    pub rooms: Vec<RoomId>,
    /// The secret that signs the posts.
    pub secret: String,
    /// The secret before, and until when it signs the posts as well.
    pub former: Option<(String, Time)>,
    /// When it was subscribed.
    pub created_at: Time,
}

/// How far a webhook was told, and how that goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Everything up to this entry of the feed was told, except what is owed.
    pub fed: u64,
    /// The rooms of which something earlier is still to be told.
    pub owed: Vec<Owed>,
    /// Since when posts to it fail; `None` if they do not.
    pub failing: Option<Time>,
    /// Why the last post failed.
    pub why: String,
    /// When it ended: nothing is posted to it any more.
    pub ended: Option<Time>,
}

/// Changes of one room, or reports, that are still to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The room; `None` for reports.
    pub room: Option<RoomId>,
    /// The `seq` of the first change that was not told, or the number of the first report.
    pub next: u64,
    /// The last one, likewise.
    pub upto: u64,
    /// How often posting the first one has failed.
    pub tries: u32,
    /// When it first failed.
    pub since: Option<Time>,
    /// When it is posted next.
    pub due: Time,
}

/// A webhook with its progress, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribed {
    /// The webhook.
    pub webhook: Webhook,
    /// How far it was told. What is owed is not listed, only counted in `rooms_behind`.
    pub progress: Progress,
    /// How many rooms are owed something.
    pub rooms_behind: u64,
    /// How many entries of the feed it is behind; counted up to 10,000.
    pub entries_behind: u64,
}

/// Whatever remembers webhooks and how far each was told. One node at a time tells them: the one that writes the feed.
pub trait Subscribers: Devices {
    /// Whether this node is that one, as far as it knows. If it is not, what it notes is refused.
    fn tells(&self) -> bool;

    /// Returns all webhooks, oldest first.
    fn webhooks(&self) -> Answer<'_, Vec<Subscribed>>;

    /// Remembers a webhook, which is told of what comes after the feed's entry `fed`. Returns `false` if there are
    /// `most` webhooks already that have not ended.
    fn subscribe(&self, webhook: Webhook, fed: u64, most: usize) -> Answer<'_, bool>;

    /// Gives a webhook another secret, and lets the present one sign as well until a moment. Returns `false` if it is
    /// not known.
    fn change_secret(&self, webhook: Uuid, secret: String, until: Time) -> Answer<'_, bool>;

    /// Removes a webhook. Returns `false` if it is not known.
    fn unsubscribe(&self, webhook: Uuid) -> Answer<'_, bool>;

    /// Returns how far a webhook was told; `None` if it is not known.
    fn progress(&self, webhook: Uuid) -> Answer<'_, Option<Progress>>;

    /// Notes how far a webhook was told. Returns `false` and notes nothing if it is not known any more, or if another
    /// node tells now.
    fn note_progress(&self, webhook: Uuid, progress: Progress) -> Answer<'_, bool>;
}
