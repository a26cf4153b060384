//! Bodies of the back ends' API, in the spelling of `/api/v2`.

use chat_domain::{ClientId, NotificationKind, Value};

use super::super::fields::{Fields, wrong};
use super::super::{Tree, Whom};
use super::account::{AVATAR, NAME};
use super::chat::MEMBERS;
use super::{NewChat, SendMessage};
use crate::trouble::Trouble;

/// What `POST notifications` takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The user who gets it.
    pub user: Whom,
    /// The sort of notification.
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

/// What `POST posts/{id}/liked` takes.
#[derive(Clone, Debug, PartialEq)]
pub struct PostLikedNotice {
    /// Who likes it.
    pub user: Whom,
    /// The name of who liked it.
    pub user_name: String,
    /// How many likes there are.
    pub likes_count: u64,
    /// Who is to hear of it.
    pub followers: Vec<Whom>,
}

/// What `POST posts/{id}/commented` takes.
#[derive(Clone, Debug, PartialEq)]
pub struct PostCommentedNotice {
    /// Whose post it is: who is to hear of it.
    pub author: Whom,
    /// The comment, passed on as it was given.
    pub comment: Value,
    /// How many comments there are.
    pub comments_count: u64,
}

/// What `POST chats` takes of a back end.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerChat {
    /// In whose name.
    pub owner: Whom,
    /// The chat that is to be made.
    pub chat: NewChat,
}

/// What `POST chats/{id}/messages` takes of a back end.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerMessage {
    /// In whose name.
    pub user: Whom,
    /// What is to be sent.
    pub message: SendMessage,
}

/// `PUT users/{subject}`. What is not said stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// The name to show.
    pub name: Option<String>,
    /// The unique name.
    pub username: Option<String>,
    /// The address of a picture.
    pub avatar: Option<String>,
}

/// What `POST tokens` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// The user who is to get the token.
    pub user: Whom,
    /// For how many seconds; as long as others are good, if nothing is said.
    pub ttl: Option<u64>,
}

impl NewToken {
    /// Understands a body.
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

/// For how many seconds a token of a back end may be good.
pub const LONGEST_TOKEN: u64 = 30 * 24 * 3600;

/// What `POST users/{id}/disconnect` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisconnectNotice {
    /// Whether the access tokens that were made until now end, too.
    pub tokens: bool,
}

impl DisconnectNotice {
    /// Understands a body, which need not be there.
    pub fn read(body: &[u8]) -> Result<DisconnectNotice, Trouble> {
        Ok(DisconnectNotice { tokens: Fields::parse(body)?.optional_flag("tokens")?.unwrap_or(false) })
    }
}

impl Notice {
    /// Understands a body; `key` is the `Idempotency-Key` header.
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
    /// Understands a body.
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
    /// Understands a body. Of the comment, the fields that its readers show must be texts.
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
    /// Understands a body; `key` is the `Idempotency-Key` header. A direct chat is with the only one of `member_ids`.
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
    /// Understands a body; `key` is the `Idempotency-Key` header.
    pub fn read(body: &[u8], key: Option<&str>) -> Result<ServerMessage, Trouble> {
        let mut fields = Fields::parse(body)?;
        let user = fields.user("user_id", Tree::V2)?;
        Ok(ServerMessage { user, message: SendMessage::from_fields(Tree::V2, &mut fields, key)? })
    }
}

impl NewPerson {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<NewPerson, Trouble> {
        let mut fields = Fields::parse(body)?;
        Ok(NewPerson {
            name: fields.optional_short_text("name", NAME)?,
            username: fields.optional_short_text("username", NAME)?,
            avatar: fields.optional_short_text("avatar", AVATAR)?,
        })
    }
}

/// The only one beside the owner, who may be named too.
fn only_other(owner: &Whom, mut members: Vec<Whom>) -> Result<Whom, Trouble> {
    if members.len() > 1 {
        members.retain(|member| member != owner);
    }
    match members.pop() {
        Some(other) if members.is_empty() => Ok(other),
        _ => Err(wrong("member_ids", "must name one user for a direct chat")),
    }
}

/// Bytes of a notification's headline.
const TITLE: usize = 255;
/// Bytes of a notification's text.
const TEXT: usize = 4096;
