//! Bodies of requests about chats and their members.

use chat_domain::{Amendment, ClientId, Role, Sentence};

use super::super::fields::{Fields, missing, wrong};
use super::super::{Tree, Whom};
use super::retention;
use crate::trouble::Trouble;

/// The body of `POST chats`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewChat {
    /// The direct chat with this user.
    Direct(Whom),
    /// A new group.
    Group {
        /// The title of the group.
        title: String,
        /// The other members.
        members: Vec<Whom>,
        /// The creator's own name for the request.
        client_id: Option<ClientId>,
    },
}

/// The body of `PATCH chats/{id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeChat(
    /// What is to be changed; at least one thing.
    pub Amendment,
);

/// The body of `PATCH chats/{id}/members/{user}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetRole(
    /// The new rank.
    pub Role,
);

/// The body of `PUT chats/{id}/mutes/{user}` and `PUT chats/{id}/bans/{user}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restrain {
    /// For how long and why.
    pub sentence: Sentence,
    /// For a ban: whether the messages that the user sent lately are to be deleted.
    pub delete_messages: bool,
}

/// The body of `POST chats/{id}/members`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember(
    /// The user who is to be added.
    pub Whom,
);

impl NewChat {
    /// Reads a body; `key` is the `Idempotency-Key` header.
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
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<ChangeChat, Trouble> {
        let mut fields = Fields::parse(body)?;
        if fields.is_named(retention::FIELD) {
            return Err(wrong(retention::FIELD, "is for back ends to say"));
        }
        let title = fields.optional_text("title")?;
        let slow_mode = fields.optional_count("slow_mode")?.map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX));
        let amendment = Amendment { title, slow_mode, frozen: fields.optional_flag("frozen")? };
        if amendment == Amendment::default() { Err(missing("title")) } else { Ok(ChangeChat(amendment)) }
    }
}

impl SetRole {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<SetRole, Trouble> {
        let role = Role::from_word(&Fields::parse(body)?.text("role")?);
        role.map(SetRole).ok_or_else(|| wrong("role", "must be \"owner\", \"moderator\" or \"member\""))
    }
}

impl Restrain {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<Restrain, Trouble> {
        let mut fields = Fields::parse(body)?;
        let sentence = Sentence { seconds: fields.optional_count("seconds")?, reason: fields.optional_text("reason")? };
        Ok(Restrain { sentence, delete_messages: fields.optional_flag("delete_messages")?.unwrap_or(false) })
    }
}

impl NewMember {
    /// Reads a body.
    pub fn read(tree: Tree, body: &[u8]) -> Result<NewMember, Trouble> {
        somebody(&mut Fields::parse(body)?, tree).map(NewMember)
    }
}

/// Returns the user whom `user_id` or `username` names.
fn somebody(fields: &mut Fields, tree: Tree) -> Result<Whom, Trouble> {
    match (fields.has("user_id"), fields.has("username")) {
        (true, true) => Err(wrong("username", "must not stand beside `user_id`")),
        (true, false) => fields.user("user_id", tree),
        (false, true) => fields.text("username").map(Whom::Username),
        (false, false) => Err(missing("user_id")),
    }
}

/// The largest number of members that is read. The domain's limit is lower.
pub(super) const MEMBERS: usize = 10_000;
