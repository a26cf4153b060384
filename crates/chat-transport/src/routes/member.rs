//! Who is in a chat.

use chat_domain::view::MemberView;
use chat_domain::{Command, Outcome, Refusal, Role};
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
    Ok(answer::members(tree, &page, next, &|user| online.contains(&user)))
}

pub(super) async fn add(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (room, NewMember(named)) = (call.room()?, NewMember::read(call.target.tree, &call.body)?);
    let user = call.judged(caller.id(), room, whom::in_body(call.app, named).await).await?;
    let (_, is_new) = call.event(caller.id(), Command::AddMember { room, user }).await?;
    let owner = call.app.journal.chat(caller.id(), room).await?.room.owner;
    let account = whom::account(call.app, user).await?;
    let role = if owner == Some(user) { Role::Owner } else { Role::Member };
    let member = [MemberView { person: account.person, role, last_seen: account.last_seen }];
    let online = chat::online(call, member.iter());
    let status = if is_new { 201 } else { 200 };
    Ok(answer::member(call.target.tree, status, &member[0], &|user| online.contains(&user)))
}

pub(super) async fn remove(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let room = call.room()?;
    let Some(user) = whom::in_path(call.app, call.user()).await? else {
        call.app.journal.head(caller.id(), room).await?;
        return Err(Refusal::UnknownUser.into());
    };
    match call.execute(caller.id(), Command::RemoveMember { room, user }).await? {
        // Who left before is no member to be found.
        Outcome::Already(_) => Err(Refusal::UnknownUser.into()),
        Outcome::Happened(_) | Outcome::Quiet => Ok(answer::done(call.target.tree)),
    }
}
