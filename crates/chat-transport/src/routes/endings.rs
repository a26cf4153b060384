//! What ends log-ins, and people.

use chat_domain::grant::{Ended, Kept};
use chat_domain::{Command, Order, UserId};
use chat_protocol::Trouble;
use chat_protocol::rest::body::{EraseMe, NewPassword};
use chat_protocol::rest::{Reply, answer};
use futures_util::future::join_all;

use super::account::{is_right, local_only, unhashed, within_rate};
use super::call::Call;
use crate::account::caller::{By, Caller};
use crate::account::cookie;
use crate::account::secret::Secret;

/// Another password. Whoever was in by the old one has to come again, but not who asks.
pub(super) async fn change_password(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    local_only(call)?;
    let NewPassword { old, new } = NewPassword::read(&call.body)?;
    prove(call, caller, old).await?;
    let password = call.app.passwords.hash(call.from, Secret::new(new)).await.map_err(unhashed)?;
    let ended = call.app.directory.set_password(caller.id(), password, own(call, caller)).await?;
    end(call, caller.id(), ended);
    Ok(answer::done(call.target.tree))
}

/// Erases the asker. They leave every room before, so that nobody is left with a member who cannot be told from others.
pub(super) async fn erase(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    local_only(call)?;
    let EraseMe { password } = EraseMe::read(&call.body)?;
    prove(call, caller, password).await?;
    let user = caller.id();
    for command in [Command::StopSearch, Command::LeaveRoulette] {
        call.execute(user, command).await?;
    }
    let rooms = call.app.journal.memberships(user).await?;
    for some in rooms.chunks(AT_ONCE) {
        let part = |room| Order { actor: user, at: call.now, command: Command::Part { room }, origin: None };
        for parted in join_all(some.iter().map(|of| call.app.journal.execute(part(of.room)))).await {
            parted?;
        }
    }
    call.app.end_tokens(user, call.now).await?;
    let ended = call.app.directory.erase(user, call.now).await?;
    end(call, user, ended);
    call.app.hub.end_all(user, call.now);
    call.app.is_now(&caller.account.person.erased().into()).await;
    Ok(answer::done(call.target.tree))
}

/// Has the asker show their password, at the pace of log-ins.
async fn prove(call: &Call<'_>, caller: &Caller, password: String) -> Result<(), Trouble> {
    within_rate(call)?;
    let username = &caller.account.person.username;
    call.app.rates.login(username, call.from, call.now).map_err(Trouble::TooFast)?;
    let stored = call.app.directory.credential(username.clone()).await?.map(|(_, stored)| stored);
    if !is_right(call, password, Some((caller.id(), stored))).await? {
        return Err(Trouble::Denied("this is not your password"));
    }
    call.app.rates.logged_in(username, call.from);
    Ok(())
}

/// The log-in by which somebody asks: a token's family, a cookie's session, or both where both come.
fn own(call: &Call<'_>, caller: &Caller) -> Kept {
    let beside = cookie::session(&call.parts.headers).map(|session| session.digest());
    match &caller.by {
        By::Token(pass) | By::Backend(_, pass) => {
            Kept { sessions: beside.into_iter().collect(), family: pass.grant.and_then(|grant| grant.family) }
        }
        By::Cookie { digest } => Kept { sessions: vec![digest.clone()], family: None },
    }
}

/// Whatever these have opened goes.
fn end(call: &Call<'_>, user: UserId, ended: Ended) {
    ended.families.into_iter().for_each(|family| call.app.family_ended(user, family, call.now));
    ended.sessions.iter().for_each(|session| call.app.hub.end_session(session));
}

/// Rooms that are left in one go.
const AT_ONCE: usize = 64;
