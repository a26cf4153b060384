//! Finding what operators name: by UUID, number or username, whichever they have at hand.

use chat_domain::{Account, MessageId, Refusal, RoomId};
use chat_protocol::Trouble;
use chat_protocol::rest::{Tree, Whom};

use crate::app::App;

/// Reads a room's UUID or number.
pub(super) fn room(text: &str) -> Option<RoomId> {
    Tree::V2.room(text).or_else(|| Tree::Api.room(text))
}

/// Reads a message's UUID or number.
pub(super) fn message(text: &str) -> Option<MessageId> {
    Tree::V2.message(text).or_else(|| Tree::Api.message(text))
}

/// Finds a user by UUID, number or username.
pub(super) async fn user(app: &App, text: &str) -> Result<Account, Trouble> {
    let named = Tree::V2.user(text).or_else(|| Tree::Api.user(text));
    let found = match named {
        Some(Whom::Id(id)) => app.directory.people(vec![id]).await?.pop(),
        Some(Whom::Foreign(uuid)) => app.directory.by_uuid(uuid).await?,
        Some(Whom::Username(_)) | None => None,
    };
    let found = match found {
        None => app.directory.by_username(text.to_owned()).await?,
        found => found,
    };
    found.ok_or(Refusal::UnknownUser.into())
}
