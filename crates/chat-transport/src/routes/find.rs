//! Finding messages by words.

use chat_domain::{Find, Found, Refusal};
use chat_protocol::Trouble;
use chat_protocol::rest::{FindMessages, Reply, answer};

use super::call::Call;
use super::whom;
use crate::account::caller::Caller;

pub(super) async fn messages(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (tree, asked) = (call.target.tree, FindMessages::read(call.target.tree, &call.query)?);
    let room = asked.chat.as_deref().map(|chat| tree.room(chat).ok_or(Refusal::UnknownRoom)).transpose()?;
    let from = whom::in_path(call.app, asked.from.clone()).await?;
    let nobody = from.is_none() && asked.from.is_some();
    let find = Find { room, from, ..asked.find };
    if nobody {
        // Nothing can be found, but whether the caller may see the room is checked nevertheless.
        if let Some(room) = room {
            call.app.journal.head(caller.id(), room).await?;
        }
        return Ok(answer::found(tree, call.features, &Found { hits: Vec::new(), next: None }));
    }
    let found = call.app.journal.find(caller.id(), find).await?;
    Ok(answer::found(tree, call.features, &found))
}
