//! The roulette: looking for strangers.

use chat_domain::Command;
use chat_domain::view::Match;
use chat_protocol::Trouble;
use chat_protocol::rest::{Reply, answer};

use super::call::Call;
use crate::account::caller::Caller;

pub(super) async fn search(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    call.execute(caller.id(), Command::Search).await?;
    Ok(answered(call, call.app.journal.roulette(caller.id()).await?.as_ref()))
}

pub(super) async fn stop(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    call.execute(caller.id(), Command::StopSearch).await?;
    Ok(answer::done(call.target.tree))
}

pub(super) async fn next(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    call.execute(caller.id(), Command::LeaveRoulette).await?;
    let searched = call.execute(caller.id(), Command::Search).await;
    let found = call.app.journal.roulette(caller.id()).await?;
    // Another searcher may have found the caller in between. The search is refused then, but there is a match.
    if found.is_none() {
        searched?;
    }
    Ok(answered(call, found.as_ref()))
}

pub(super) async fn leave(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    call.execute(caller.id(), Command::LeaveRoulette).await?;
    Ok(answer::done(call.target.tree))
}

fn answered(call: &Call<'_>, found: Option<&Match>) -> Reply {
    let online = found.is_some_and(|found| call.app.hub.looks_online(found.partner.id()));
    answer::roulette(found, online, call.now)
}
