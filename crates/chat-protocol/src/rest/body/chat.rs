//! Bodies of `chats` and their members.

use chat_domain::{Amendment, ClientId, Role, Sentence};

use super::super::fields::{Fields, missing, wrong};
use super::super::{Tree, Whom};
use crate::trouble::Trouble;

/// What `POST chats` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewChat {
    /// The chat with somebody.
    Direct(Whom),
    /// A new group.
    Group {
        /// The title of the group.
        title: String,
        /// Who else is in it.
        members: Vec<Whom>,
        /// The creator's own name for the request.
        client_id: Option<ClientId>,
    },
}

/// What `PATCH chats/{id}` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeChat(
    /// What is to be changed: something.
    pub Amendment,
);

/// What `PATCH chats/{id}/members/{user}` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetRole(
    /// The new rank.
    pub Role,
);

/// `PUT chats/{id}/mutes/{user}` and `bans/{user}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restrain {
    /// For how long and why.
    pub sentence: Sentence,
    /// Of a ban: whether what they said lately is to be erased.
    pub delete_messages: bool,
}

/// What `POST chats/{id}/members` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember(
    /// Who is to come in.
    pub Whom,
);

impl NewChat {
    /// Understands a body; `key` is the `Idempotency-Key` header.
    pub fn read(tree: Tree, body: &[u8], key: Option<&str>) -> Result<NewChat, Trouble> {
        let mut fields = Fields::parse(body)?;
        match fields.text("type")?.as_str() {
            "direct" => {
                fields.client_id(key)?;
                somebody(&mut fields, tree).map(NewChat::Direct)
            }
            "group" => Ok(NewChat::Group {
                title: fields.text("title")?,
                members: fields.users("member_ids", tree, MEMBERS)?,
                client_id: fields.client_id(key)?,
            }),
            _ => Err(wrong("type", "must be \"direct\" or \"group\"")),
        }
    }
}

impl ChangeChat {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<ChangeChat, Trouble> {
        let mut fields = Fields::parse(body)?;
        let title = fields.optional_text("title")?;
        let slow_mode = fields.optional_count("slow_mode")?.map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX));
        let amendment = Amendment { title, slow_mode, frozen: fields.optional_flag("frozen")? };
        if amendment == Amendment::default() { Err(missing("title")) } else { Ok(ChangeChat(amendment)) }
    }
}

impl SetRole {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<SetRole, Trouble> {
        let role = Role::from_word(&Fields::parse(body)?.text("role")?);
        role.map(SetRole).ok_or_else(|| wrong("role", "must be \"owner\", \"moderator\" or \"member\""))
    }
}

impl Restrain {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<Restrain, Trouble> {
        let mut fields = Fields::parse(body)?;
        let sentence = Sentence { seconds: fields.optional_count("seconds")?, reason: fields.optional_text("reason")? };
        Ok(Restrain { sentence, delete_messages: fields.optional_flag("delete_messages")?.unwrap_or(false) })
    }
}

impl NewMember {
    /// Understands a body.
    pub fn read(tree: Tree, body: &[u8]) -> Result<NewMember, Trouble> {
        somebody(&mut Fields::parse(body)?, tree).map(NewMember)
    }
}

/// Who is named by `user_id` or `username`.
fn somebody(fields: &mut Fields, tree: Tree) -> Result<Whom, Trouble> {
    match (fields.has("user_id"), fields.has("username")) {
        (true, true) => Err(wrong("username", "must not stand beside `user_id`")),
        (true, false) => fields.user("user_id", tree),
        (false, true) => fields.text("username").map(Whom::Username),
        (false, false) => Err(missing("user_id")),
    }
}

/// More than this many are not worth looking up; the domain's own limit is lower.
pub(super) const MEMBERS: usize = 10_000;
