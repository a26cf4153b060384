//! Pinned messages.

use chat_domain::Command;
use chat_domain::view::Page;
use chat_protocol::Trouble;
use chat_protocol::rest::{Reply, answer};

use super::call::Call;
use crate::account::caller::Caller;

pub(super) async fn pin(call: &Call<'_>, caller: &Caller, stands: bool) -> Result<Reply, Trouble> {
    let (room, message) = call.message(caller.id()).await?;
    call.execute(caller.id(), Command::Pin { room, message, stands }).await?;
    Ok(answer::pin(call.target.tree, stands))
}

pub(super) async fn pins(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let pinned = call.app.journal.history(caller.id(), call.room()?, Page::Pinned, 0).await?;
    Ok(answer::pins(call.target.tree, call.features, &pinned))
}
