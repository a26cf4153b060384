//! Bodies of requests of back ends, in the spelling of `/api/v2`.

use chat_domain::{ClientId, NotificationKind, Value};

use super::super::fields::{Fields, wrong};
use super::super::{Tree, Whom};
use super::account::{AVATAR, NAME};
use super::chat::MEMBERS;
use super::{NewChat, SendMessage};
use crate::trouble::Trouble;

/// The body of `POST notifications`.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The user who gets it.
    pub user: Whom,
    /// The kind of notification.
    pub kind: NotificationKind,
    /// The headline that is shown.
    pub title: String,
    /// The text below the headline.
    pub body: String,
    /// A map of whatever the client needs to act on it.
    pub data: Value,
    /// The back end's own name for the request.
    pub client_id: Option<ClientId>,
}

/// The body of `POST posts/{id}/liked`.
#[derive(Clone, Debug, PartialEq)]
pub struct PostLikedNotice {
    /// The user who likes the post.
    pub user: Whom,
    /// The name of the user who likes it.
    pub user_name: String,
    /// How many likes the post has.
    pub likes_count: u64,
    /// The users who are to be told.
    pub followers: Vec<Whom>,
}

/// The body of `POST posts/{id}/commented`.
#[derive(Clone, Debug, PartialEq)]
pub struct PostCommentedNotice {
    /// The author of the post, who is to be told.
    pub author: Whom,
    /// The comment, passed on as it is.
    pub comment: Value,
    /// How many comments the post has.
    pub comments_count: u64,
}

/// The body of `POST chats`.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerChat {
    /// The user in whose name the chat is made.
    pub owner: Whom,
    /// The chat to be made.
    pub chat: NewChat,
}

/// The body of `POST chats/{id}/messages`.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerMessage {
    /// The user in whose name the message is sent.
    pub user: Whom,
    /// The message to be sent.
    pub message: SendMessage,
}

/// The body of `PUT users/{subject}`. A field that is missing stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// The name to show.
    pub name: Option<String>,
    /// The username.
    pub username: Option<String>,
    /// The address of a picture.
    pub avatar: Option<String>,
}

/// The body of `POST tokens`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// The user who is to get the token.
    pub user: Whom,
    /// For how many seconds the token is to be good; `None` for the usual time.
    pub ttl: Option<u64>,
}

impl NewToken {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<NewToken, Trouble> {
        let mut fields = Fields::parse(body)?;
        let user = fields.user("user_id", Tree::V2)?;
        let ttl = if fields.has("ttl") { Some(fields.count("ttl")?) } else { None };
        match ttl {
            Some(ttl) if !(1..=LONGEST_TOKEN).contains(&ttl) => Err(wrong("ttl", "must be from 1 second to 30 days")),
            ttl => Ok(NewToken { user, ttl }),
        }
    }
}

/// The longest time that a back end's token can be good, in seconds.
pub const LONGEST_TOKEN: u64 = 30 * 24 * 3600;

/// The body of `POST users/{id}/disconnect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisconnectNotice {
    /// Whether the user's access tokens that were made until now end, too.
    pub tokens: bool,
}

impl DisconnectNotice {
    /// Reads a body, which may be empty.
    pub fn read(body: &[u8]) -> Result<DisconnectNotice, Trouble> {
        Ok(DisconnectNotice { tokens: Fields::parse(body)?.optional_flag("tokens")?.unwrap_or(false) })
    }
}

impl Notice {
    /// Reads a body; `key` is the `Idempotency-Key` header.
    pub fn read(body: &[u8], key: Option<&str>) -> Result<Notice, Trouble> {
        let mut fields = Fields::parse(body)?;
        let user = fields.user("user_id", Tree::V2)?;
        let kind = NotificationKind::from_word(&fields.text("type")?);
        Ok(Notice {
            user,
            kind: kind.ok_or_else(|| wrong("type", "is not a type of notification"))?,
            title: fields.short_text("title", TITLE)?,
            body: fields.short_text("body", TEXT)?,
            data: fields.map("data")?,
            client_id: fields.client_id(key)?,
        })
    }
}

impl PostLikedNotice {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<PostLikedNotice, Trouble> {
        let mut fields = Fields::parse(body)?;
        Ok(PostLikedNotice {
            user: fields.user("user_id", Tree::V2)?,
            user_name: fields.short_text("user_name", NAME)?,
            likes_count: fields.count("likes_count")?,
            followers: fields.users("followers", Tree::V2, MEMBERS)?,
        })
    }
}

impl PostCommentedNotice {
    /// Reads a body. The fields of the comment that clients show must be texts.
    pub fn read(body: &[u8]) -> Result<PostCommentedNotice, Trouble> {
        let mut fields = Fields::parse(body)?;
        let (author, comments_count) = (fields.user("author_id", Tree::V2)?, fields.count("comments_count")?);
        let mut comment = fields.object("comment")?;
        let whole = comment.whole();
        let within = |trouble: Trouble| Trouble::Malformed(format!("`comment`: {}", trouble.message()));
        for name in ["id", "content"] {
            comment.text(name).map_err(within)?;
        }
        for name in ["author_id", "author_name", "author_avatar", "created_at"] {
            comment.optional_text(name).map_err(within)?;
        }
        Ok(PostCommentedNotice { author, comment: whole, comments_count })
    }
}

impl ServerChat {
    /// Reads a body; `key` is the `Idempotency-Key` header. For a direct chat, `member_ids` names the other person.
    pub fn read(body: &[u8], key: Option<&str>) -> Result<ServerChat, Trouble> {
        let mut fields = Fields::parse(body)?;
        let owner = fields.user("owner_id", Tree::V2)?;
        let chat = match fields.text("type")?.as_str() {
            "direct" => NewChat::Direct(only_other(&owner, fields.users("member_ids", Tree::V2, MEMBERS)?)?),
            "group" => NewChat::Group {
                title: fields.text("title")?,
                members: fields.users("member_ids", Tree::V2, MEMBERS)?,
                client_id: fields.client_id(key)?,
            },
            _ => return Err(wrong("type", "must be \"direct\" or \"group\"")),
        };
        Ok(ServerChat { owner, chat })
    }
}

impl ServerMessage {
    /// Reads a body; `key` is the `Idempotency-Key` header.
    pub fn read(body: &[u8], key: Option<&str>) -> Result<ServerMessage, Trouble> {
        let mut fields = Fields::parse(body)?;
        let user = fields.user("user_id", Tree::V2)?;
        Ok(ServerMessage { user, message: SendMessage::from_fields(Tree::V2, &mut fields, key)? })
    }
}

impl NewPerson {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<NewPerson, Trouble> {
        let mut fields = Fields::parse(body)?;
        Ok(NewPerson {
            name: fields.optional_short_text("name", NAME)?,
            username: fields.optional_short_text("username", NAME)?,
            avatar: fields.optional_short_text("avatar", AVATAR)?,
        })
    }
}

/// Returns the only other person of a direct chat. `members` may name the owner, too.
fn only_other(owner: &Whom, mut members: Vec<Whom>) -> Result<Whom, Trouble> {
    if members.len() > 1 {
        members.retain(|member| member != owner);
    }
    match members.pop() {
        Some(other) if members.is_empty() => Ok(other),
        _ => Err(wrong("member_ids", "must name one user for a direct chat")),
    }
}

/// The longest headline of a notification, in bytes.
const TITLE: usize = 255;
/// The longest text of a notification, in bytes.
const TEXT: usize = 4096;
