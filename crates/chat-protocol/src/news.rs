//! What a socket can be told.

use std::sync::Arc;

use chat_domain::{Event, Mood, Notification, Person, RoomId, Time, UserId, Value, view::Match, view::Summary};

/// Something that people are told.
#[derive(Clone, Debug)]
pub enum News {
    /// Something happened in a room.
    Event(Arc<Event>),
    /// A person types, or has stopped typing.
    Typing(Typing),
    /// A person came online, went offline, or changed their mood.
    Presence(Presence),
    /// A line of a user's chat list has changed.
    Summary {
        /// The line as it is now.
        line: Arc<Summary>,
        /// When it changed.
        at: Time,
    },
    /// A notification for its user (dialect 5).
    Notification(Arc<Notification>),
    /// A post was liked (dialect 5).
    PostLiked(Arc<PostLiked>),
    /// A post was commented (dialect 5).
    PostCommented(Arc<PostCommented>),
    /// A stranger was found (dialect 4), as the user who is told sees it.
    Match {
        /// The chat and the stranger.
        found: Arc<Match>,
        /// Whether the stranger looks online.
        online: bool,
        /// When this is told. A stranger who was never seen leaving counts as last seen now.
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

/// A sign of typing.
#[derive(Clone, Debug, PartialEq)]
pub struct Typing {
    /// The room in which they type.
    pub room: RoomId,
    /// The person who types.
    pub person: Arc<Person>,
    /// Whether they still type.
    pub is_typing: bool,
    /// When the sign came.
    pub at: Time,
}

/// How a person looks to others.
#[derive(Clone, Debug, PartialEq)]
pub struct Presence {
    /// The person.
    pub person: Arc<Person>,
    /// The room whose sockets are told, for dialect 4, whose frame names it; `None` becomes null there.
    pub room: Option<RoomId>,
    /// Whether they have an open connection. If their mood is `Offline`, they look offline nevertheless.
    pub online: bool,
    /// The mood that they chose.
    pub mood: Mood,
    /// When they were last seen.
    pub last_seen: Option<Time>,
    /// When they came to look like this.
    pub at: Time,
}

/// A like of a post, as a back end told it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PostLiked {
    /// The post's id, which is the back end's.
    pub post_id: String,
    /// The user who liked it.
    pub user_id: UserId,
    /// The UUID of who liked it.
    pub user_uuid: chat_domain::Uuid,
    /// The name of who liked it.
    pub user_name: String,
    /// How many likes the post has.
    pub likes_count: u64,
}

/// A comment on a post, as a back end told it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PostCommented {
    /// The post's id, which is the back end's.
    pub post_id: String,
    /// The comment, passed on as the back end gave it.
    pub comment: Value,
    /// How many comments the post has.
    pub comments_count: u64,
}
