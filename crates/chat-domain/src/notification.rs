//! Notifications: what back ends tell people outside of any room.

use alloc::string::{String, ToString};
use alloc::sync::Arc;

use crate::checks::{check_size, check_text, spelled};
use crate::command::ClientId;
use crate::id::{MessageId, NotificationId, RoomId, UserId};
use crate::limits::Limits;
use crate::metadata::Value;
use crate::refusal::Refusal;
use crate::time::Time;

/// The sorts of notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum NotificationKind {
    /// Somebody asks for an appointment.
    BookingRequest,
    /// An appointment was confirmed.
    BookingConfirmed,
    /// An appointment was cancelled.
    BookingCancelled,
    /// Somebody asks to be a friend.
    FriendRequest,
    /// A friend request was accepted.
    FriendAccepted,
    /// Somebody liked a post.
    PostLiked,
    /// Somebody commented on a post.
    PostCommented,
    /// Somebody reposted a post.
    PostReposted,
    /// Somebody was mentioned.
    Mention,
    /// A review came.
    ReviewReceived,
    /// An appointment is proposed automatically.
    AutoBookingProposal,
}

impl NotificationKind {
    /// All of them.
    pub const ALL: [NotificationKind; 11] = [
        NotificationKind::BookingRequest,
        NotificationKind::BookingConfirmed,
        NotificationKind::BookingCancelled,
        NotificationKind::FriendRequest,
        NotificationKind::FriendAccepted,
        NotificationKind::PostLiked,
        NotificationKind::PostCommented,
        NotificationKind::PostReposted,
        NotificationKind::Mention,
        NotificationKind::ReviewReceived,
        NotificationKind::AutoBookingProposal,
    ];

    /// The word for it on every wire and in every database.
    pub const fn word(self) -> &'static str {
        match self {
            NotificationKind::BookingRequest => "booking_request",
            NotificationKind::BookingConfirmed => "booking_confirmed",
            NotificationKind::BookingCancelled => "booking_cancelled",
            NotificationKind::FriendRequest => "friend_request",
            NotificationKind::FriendAccepted => "friend_accepted",
            NotificationKind::PostLiked => "post_liked",
            NotificationKind::PostCommented => "post_commented",
            NotificationKind::PostReposted => "post_reposted",
            NotificationKind::Mention => "mention",
            NotificationKind::ReviewReceived => "review_received",
            NotificationKind::AutoBookingProposal => "auto_booking_proposal",
        }
    }

    /// The sort that this word stands for.
    pub fn from_word(word: &str) -> Option<NotificationKind> {
        NotificationKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A notification before it is stored.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NewNotification {
    /// The user who gets it.
    pub user: UserId,
    /// The sort of notification, by which clients choose how they show it.
    pub kind: NotificationKind,
    /// The headline that is shown.
    pub title: String,
    /// The text below the headline.
    pub body: String,
    /// A map of whatever the client needs to act on it.
    pub data: Value,
    /// Names this request, so that repeating it makes no second notification.
    pub client_id: Option<ClientId>,
}

impl NewNotification {
    /// Whether it says the same as one that was stored under its name.
    pub fn is_repeat_of(&self, stored: &Notification) -> bool {
        (self.kind, &self.title, &self.body) == (stored.kind, &stored.title, &stored.body)
            && self.data.to_string() == *stored.data
    }

    /// Whether it may be stored; and its data in the canonical spelling.
    pub fn check(&self, limits: &Limits) -> Result<Arc<str>, Refusal> {
        check_text("title", &self.title, limits.title)?;
        check_size("body", &self.body, limits.content)?;
        let data = spelled("data", &self.data)?;
        if data.len() > limits.metadata {
            return Err(Refusal::TooLarge { field: "data", limit: limits.metadata });
        }
        Ok(data)
    }
}

/// A notification as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Notification {
    /// Its own id.
    pub id: NotificationId,
    /// Who is notified.
    pub user: UserId,
    /// The sort of notification, by which clients choose how they show it.
    pub kind: NotificationKind,
    /// The headline that is shown.
    pub title: String,
    /// The text below the headline.
    pub body: String,
    /// An object spelled canonically ([`crate::Value`]'s `Display`).
    pub data: Arc<str>,
    /// When it was made.
    pub created_at: Time,
    /// When it was first read.
    pub read_at: Option<Time>,
}

impl Notification {
    /// What somebody is told whom a message mentions: who wrote it, and the beginning of what it says now.
    pub fn of_mention(
        id: NotificationId,
        user: UserId,
        (room, message): (RoomId, MessageId),
        author: &str,
        excerpt: &str,
    ) -> Notification {
        let data = alloc::format!("{{\"chat_id\":\"{}\",\"message_id\":\"{}\"}}", room.uuid(), message.uuid());
        let (kind, title, body) = (NotificationKind::Mention, author.into(), excerpt.into());
        Notification { id, user, kind, title, body, data: data.into(), created_at: Time::default(), read_at: None }
    }

    /// The same, made then.
    pub fn made(self, at: Time) -> Notification {
        Notification { created_at: at, ..self }
    }
}

/// The page of notifications that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NotificationPage {
    /// Only read ones, or only unread ones.
    pub is_read: Option<bool>,
    /// Only those older than this one.
    pub before: Option<NotificationId>,
    /// How many at most.
    pub limit: usize,
}
