//! What a socket can be told beside the events of rooms.

use std::sync::Arc;

use chat_domain::{Event, Mood, Notification, Person, RoomId, Time, UserId, Value, view::Match, view::Summary};

/// Something to tell people.
#[derive(Clone, Debug)]
pub enum News {
    /// What happened in a room.
    Event(Arc<Event>),
    /// Somebody is typing, or is no longer.
    Typing(Typing),
    /// Somebody came online, went offline, or looks different.
    Presence(Presence),
    /// A line of somebody's chat list changed.
    Summary {
        /// The line as it is now.
        line: Arc<Summary>,
        /// When it changed.
        at: Time,
    },
    /// A notification came (dialect 5).
    Notification(Arc<Notification>),
    /// A post was liked (dialect 5).
    PostLiked(Arc<PostLiked>),
    /// A post was commented (dialect 5).
    PostCommented(Arc<PostCommented>),
    /// A stranger was found (dialect 4), as the one who is told sees it.
    Match {
        /// The chat and the stranger.
        found: Arc<Match>,
        /// Whether the stranger looks online.
        online: bool,
        /// When this is told: who was never seen leaving was last seen now.
        at: Time,
    },
    /// The stranger left (dialect 4).
    Left {
        /// The chat that is over.
        room: RoomId,
        /// The person who left.
        person: Arc<Person>,
    },
}

/// A typing sign.
#[derive(Clone, Debug, PartialEq)]
pub struct Typing {
    /// The room in which they type.
    pub room: RoomId,
    /// The person who types.
    pub person: Arc<Person>,
    /// Whether it goes on.
    pub is_typing: bool,
    /// When the sign came.
    pub at: Time,
}

/// What others see of somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Presence {
    /// Who is seen.
    pub person: Arc<Person>,
    /// The room whose sockets are told, where the dialect's frame names one (4); `None` is spelled as null there.
    pub room: Option<RoomId>,
    /// Whether any of their sockets is open; one whose mood is `Offline` looks offline all the same.
    pub online: bool,
    /// What they wish to look like.
    pub mood: Mood,
    /// When they were last seen.
    pub last_seen: Option<Time>,
    /// When this was so.
    pub at: Time,
}

/// A like of a post, as a back end told it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PostLiked {
    /// The post that was liked, as its back end calls it.
    pub post_id: String,
    /// Who, in the back end's spelling of dialect 5.
    pub user_id: UserId,
    /// The UUID of who liked it.
    pub user_uuid: chat_domain::Uuid,
    /// The name of who liked it.
    pub user_name: String,
    /// How many likes there are.
    pub likes_count: u64,
}

/// A comment on a post, as a back end told it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PostCommented {
    /// The post that was commented, as its back end calls it.
    pub post_id: String,
    /// The comment, passed on as it was given.
    pub comment: Value,
    /// How many comments there are.
    pub comments_count: u64,
}
