//! Chats: listing, opening and changing them, ending groups, hiding direct chats.

use std::collections::HashSet;

use chat_domain::view::{ChatView, MemberView};
use chat_domain::{Command, Failure, Refusal, RoomId, UserId};
use chat_protocol::Trouble;
use chat_protocol::rest::body::{ChangeChat, NewChat};
use chat_protocol::rest::{Reply, answer};

use super::call::Call;
use super::whom;
use crate::account::caller::Caller;

pub(super) async fn list(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (tree, limit) = (call.target.tree, call.query.limit()?);
    let before = call.query.room("before_id", tree)?;
    let page = call.app.journal.chats(caller.id(), before, limit).await?;
    let online = online(call, page.chats.iter().flat_map(|chat| &chat.members));
    Ok(answer::chats(tree, call.features, &page, &|user| online.contains(&user)))
}

pub(super) async fn open(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let chat = NewChat::read(call.target.tree, &call.body, call.key()?)?;
    if let NewChat::Group { members, .. } = &chat {
        call.app.rates.change(caller.id(), members.len(), call.now).map_err(Trouble::TooFast)?;
    }
    open_for(call, caller.id(), chat).await
}

/// Opens a chat in somebody's name.
pub(super) async fn open_for(call: &Call<'_>, actor: UserId, chat: NewChat) -> Result<Reply, Trouble> {
    let (event, status) = match chat {
        NewChat::Direct(with) => {
            let with = whom::in_body(call.app, with).await?;
            let (event, is_new) = call.event(actor, Command::OpenDirect { with }).await?;
            (event, if is_new { 201 } else { 200 })
        }
        NewChat::Group { title, members, client_id } => {
            let members = whom::all_in_body(call.app, members).await?;
            // A repeated request gets the same answer as the first one.
            (call.event(actor, Command::CreateGroup { title, members, client_id }).await?.0, 201)
        }
    };
    match call.app.journal.chat(actor, event.room).await {
        // They have left the chat since the first request. The current state is not theirs to see, but the repeat still gets an
        // answer.
        Err(Failure::Refused(Refusal::NotMember)) => Ok(in_full(call, status, &ChatView::from_outside(&event))),
        view => Ok(in_full(call, status, &view?)),
    }
}

pub(super) async fn show(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    shown(call, caller.id(), call.room()?).await
}

pub(super) async fn change(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (room, ChangeChat(amendment)) = (call.room()?, ChangeChat::read(&call.body)?);
    call.execute(caller.id(), Command::Change { room, amendment }).await?;
    shown(call, caller.id(), room).await
}

pub(super) async fn end(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    call.execute(caller.id(), Command::EndGroup { room: call.room()? }).await?;
    Ok(answer::done(call.target.tree))
}

pub(super) async fn hide(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    call.app.journal.hide(caller.id(), call.room()?).await?;
    Ok(answer::done(call.target.tree))
}

/// Returns those of these members who are online.
pub(super) fn online<'m>(call: &Call<'_>, members: impl Iterator<Item = &'m MemberView>) -> HashSet<UserId> {
    let users: Vec<UserId> = members.map(|member| member.person.id()).collect();
    call.app.hub.online(&users)
}

async fn shown(call: &Call<'_>, reader: UserId, room: RoomId) -> Result<Reply, Trouble> {
    Ok(in_full(call, 200, &call.app.journal.chat(reader, room).await?))
}

fn in_full(call: &Call<'_>, status: u16, view: &ChatView) -> Reply {
    let online = online(call, view.members.iter());
    answer::chat(call.target.tree, call.features, status, view, &|user| online.contains(&user))
}
