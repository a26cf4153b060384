//! Ranks, mutes and bans, and blocking people.

use chat_domain::{Change, Command, Extra, Outcome, Sentence, Time};
use chat_protocol::Trouble;
use chat_protocol::rest::body::{Restrain, SetRole};
use chat_protocol::rest::{Reply, answer};

use super::call::{Call, unexpected};
use super::{member, whom};
use crate::account::caller::Caller;

pub(super) async fn appoint(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (room, SetRole(role)) = (call.room()?, SetRole::read(&call.body)?);
    let user = member::named(call, caller, room).await?;
    call.execute(caller.id(), Command::Appoint { room, user, role }).await?;
    member::one(call, caller, room, user, 200).await
}

pub(super) async fn mute(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (room, Restrain { sentence, .. }) = (call.room()?, Restrain::read(&call.body)?);
    let user = member::named(call, caller, room).await?;
    let command = Command::Mute { room, user, sentence: Some(sentence.clone()) };
    let outcome = call.execute(caller.id(), command).await?;
    restrained(call, &outcome, &sentence, |extra| match extra {
        Extra::Updated { standing, .. } => standing.muted,
        _ => None,
    })
}

pub(super) async fn unmute(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let room = call.room()?;
    let user = member::named(call, caller, room).await?;
    call.execute(caller.id(), Command::Mute { room, user, sentence: None }).await?;
    Ok(answer::done(call.target.tree))
}

pub(super) async fn ban(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (room, Restrain { sentence, delete_messages }) = (call.room()?, Restrain::read(&call.body)?);
    let user = member::named(call, caller, room).await?;
    let command = Command::Ban { room, user, sentence: Some(sentence.clone()), delete_messages };
    let outcome = call.execute(caller.id(), command).await?;
    if delete_messages {
        call.app.hub.purge();
    }
    restrained(call, &outcome, &sentence, |extra| match extra {
        Extra::Updated { standing, .. } => standing.banned,
        _ => None,
    })
}

pub(super) async fn unban(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let room = call.room()?;
    let user = member::named(call, caller, room).await?;
    let command = Command::Ban { room, user, sentence: None, delete_messages: false };
    call.execute(caller.id(), command).await?;
    Ok(answer::done(call.target.tree))
}

pub(super) async fn bans(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (room, limit) = (call.room()?, call.query.limit()?);
    let before = match call.query.user("before_id", call.target.tree)? {
        Some(last) => Some(whom::in_body(call.app, last).await?),
        None => None,
    };
    let mut page = call.app.journal.bans(caller.id(), room, call.now, before, limit + 1).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|ban| ban.person.handle);
    Ok(answer::bans(call.target.tree, &page, next))
}

pub(super) async fn audit(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (room, limit) = (call.room()?, call.query.limit()?);
    let before = Some(call.query.place_in_order("before")?).filter(|before| *before > 0);
    let mut page = call.app.journal.audit(caller.id(), room, before, limit + 1).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|done| done.seq);
    Ok(answer::audit(call.target.tree, &page, next))
}

pub(super) async fn block(call: &Call<'_>, caller: &Caller, stands: bool) -> Result<Reply, Trouble> {
    let user = whom::in_path(call.app, call.user()).await?.ok_or(chat_domain::Refusal::UnknownUser)?;
    call.execute(caller.id(), Command::Block { user, stands }).await?;
    Ok(answer::done(call.target.tree))
}

pub(super) async fn blocks(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let limit = call.query.limit()?;
    let before = match call.query.user("before_id", call.target.tree)? {
        Some(last) => Some(whom::in_body(call.app, last).await?),
        None => None,
    };
    let mut page = call.app.journal.blocked_by(caller.id(), before, limit + 1).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|person| person.handle);
    Ok(answer::blocks(call.target.tree, &page, next))
}

/// Answers a mute or a ban.
fn restrained(
    call: &Call<'_>,
    outcome: &Outcome,
    sentence: &Sentence,
    until: impl Fn(&Extra) -> Option<Time>,
) -> Result<Reply, Trouble> {
    // If it stood already, the answer is the same as for a new one.
    let said = outcome.happened().last().or(outcome.event()).and_then(|event| match &event.change {
        Change::Extra(extra @ Extra::Updated { person, .. }) => Some((person, until(extra)?)),
        _ => None,
    });
    let (person, until) = said.ok_or_else(unexpected)?;
    let of = answer::Restrained { person, until, reason: sentence.reason.as_deref() };
    Ok(answer::restrained(call.target.tree, &of))
}
