//! Notifications: what people are told outside of any room, by back ends or because a message mentions them.

use alloc::string::{String, ToString};
use alloc::sync::Arc;

use crate::checks::{check_size, check_text, spelled};
use crate::command::ClientId;
use crate::id::{MessageId, NotificationId, RoomId, UserId};
use crate::limits::Limits;
use crate::metadata::Value;
use crate::refusal::Refusal;
use crate::time::Time;

/// The kinds of notification.
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
    /// All kinds.
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

    /// Returns the word for it on every wire and in every database.
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

    /// Returns the kind that this word stands for.
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
    /// The kind of notification, by which clients choose how to show it.
    pub kind: NotificationKind,
    /// The headline that is shown.
    pub title: String,
    /// The text below the headline.
    pub body: String,
    /// A [`Value::Map`] with whatever the client needs to act on it.
    pub data: Value,
    /// Names this request, so that repeating it makes no second notification.
    pub client_id: Option<ClientId>,
}

impl NewNotification {
    /// Whether it says the same as a stored one that has the same `client_id`.
    pub fn is_repeat_of(&self, stored: &Notification) -> bool {
        (self.kind, &self.title, &self.body) == (stored.kind, &stored.title, &stored.body)
            && self.data.to_string() == *stored.data
    }

    /// Refuses a notification that breaks a rule. Returns its data in their canonical spelling.
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
    /// The id of the notification.
    pub id: NotificationId,
    /// The user who gets it.
    pub user: UserId,
    /// The kind of notification, by which clients choose how to show it.
    pub kind: NotificationKind,
    /// The headline that is shown.
    pub title: String,
    /// The text below the headline.
    pub body: String,
    /// Its data in their canonical spelling ([`crate::Value`]'s `Display`).
    pub data: Arc<str>,
    /// When it was stored.
    pub created_at: Time,
    /// When it was first read; `None` if it is unread.
    pub read_at: Option<Time>,
}

impl Notification {
    /// Returns the notification of somebody whom a message mentions: it names the sender and quotes the beginning of
    /// the message as it is now.
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

    /// Returns the same notification with another `created_at`.
    pub fn made(self, at: Time) -> Notification {
        Notification { created_at: at, ..self }
    }
}

/// Which notifications of a user are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NotificationPage {
    /// Only read ones or only unread ones; `None` for both.
    pub is_read: Option<bool>,
    /// Only those that are older than this one.
    pub before: Option<NotificationId>,
    /// The largest number of notifications.
    pub limit: usize,
}
