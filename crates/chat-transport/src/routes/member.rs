//! The members of a chat.

use chat_domain::{Command, Outcome, Refusal, RoomId, UserId};
use chat_protocol::Trouble;
use chat_protocol::rest::body::NewMember;
use chat_protocol::rest::{Reply, answer};

use super::call::Call;
use super::{chat, whom};
use crate::account::caller::Caller;

pub(super) async fn list(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (tree, room, limit) = (call.target.tree, call.room()?, call.query.limit()?);
    let after = match call.query.user("before_id", tree)? {
        Some(last) => Some(whom::in_body(call.app, last).await?),
        None => None,
    };
    let mut page = call.app.journal.members(caller.id(), room, after, limit + 1).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|member| member.person.handle);
    let online = chat::online(call, page.iter());
    Ok(answer::members(tree, call.features, &page, next, &|user| online.contains(&user)))
}

pub(super) async fn add(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (room, NewMember(named)) = (call.room()?, NewMember::read(call.target.tree, &call.body)?);
    let user = call.judged(caller.id(), room, whom::in_body(call.app, named).await).await?;
    let (_, is_new) = call.event(caller.id(), Command::AddMember { room, user }).await?;
    one(call, caller, room, user, if is_new { 201 } else { 200 }).await
}

/// Returns one member in their current state.
pub(super) async fn one(
    call: &Call<'_>,
    caller: &Caller,
    room: RoomId,
    user: UserId,
    status: u16,
) -> Result<Reply, Trouble> {
    let member = [call.app.journal.member(caller.id(), room, user).await?];
    let online = chat::online(call, member.iter());
    Ok(answer::member(call.target.tree, call.features, status, &member[0], &|user| online.contains(&user)))
}

pub(super) async fn remove(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let room = call.room()?;
    let user = named(call, caller, room).await?;
    match call.execute(caller.id(), Command::RemoveMember { room, user }).await? {
        // Somebody who has left already is not found.
        Outcome::Already(_) => Err(Refusal::UnknownUser.into()),
        Outcome::Happened(_) | Outcome::Both(..) | Outcome::Quiet => Ok(answer::done(call.target.tree)),
    }
}

/// Returns the user whom the path names, after checking that the caller may see the room.
pub(super) async fn named(call: &Call<'_>, caller: &Caller, room: RoomId) -> Result<UserId, Trouble> {
    match whom::in_path(call.app, call.user()).await? {
        Some(user) => Ok(user),
        None => {
            call.app.journal.head(caller.id(), room).await?;
            Err(Refusal::UnknownUser.into())
        }
    }
}
