//! Ending log-ins, and erasing people.

use chat_domain::grant::Kept;
use chat_domain::{Account, Refusal};
use chat_protocol::Trouble;
use chat_protocol::rest::body::{EraseMe, NewPassword};
use chat_protocol::rest::{Reply, answer};

use super::account::{is_right, local_only, unhashed, within_rate};
use super::call::Call;
use super::whom;
use crate::account::caller::{By, Caller};
use crate::account::cookie;
use crate::account::secret::Secret;

/// Changes the caller's password. All other log-ins of theirs end.
pub(super) async fn change_password(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    local_only(call)?;
    let NewPassword { old, new } = NewPassword::read(&call.body)?;
    prove(call, caller, old).await?;
    let password = call.app.passwords.hash(call.from, Secret::new(new)).await.map_err(unhashed)?;
    let ended = call.app.directory.set_password(caller.id(), password, own(call, caller)).await?;
    call.app.have_ended(caller.id(), ended);
    Ok(answer::done(call.target.tree))
}

/// Erases the caller. Their messages stay, without a name.
pub(super) async fn erase(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    local_only(call)?;
    let EraseMe { password } = EraseMe::read(&call.body)?;
    prove(call, caller, password).await?;
    call.app.erase(caller.id(), false).await?;
    Ok(answer::done(call.target.tree))
}

/// Erases a user for a back end, which decides whether their messages stay.
pub(super) async fn erase_user(call: &Call<'_>) -> Result<Reply, Trouble> {
    let unsaid = match call.query.text("messages") {
        Some("keep") => false,
        Some("delete") => true,
        _ => return Err(Trouble::Malformed("`messages` must be `keep` or `delete`".into())),
    };
    let account = named(call).await?;
    let erasure = call.app.erase(account.person.id(), unsaid).await?;
    Ok(answer::erased(account.person.handle, erasure.at))
}

/// Shows a user to a back end, also one who was erased.
pub(super) async fn show_user(call: &Call<'_>) -> Result<Reply, Trouble> {
    let account = named(call).await?;
    let erasing = call.app.directory.erasing(account.person.id()).await?;
    Ok(answer::whoever(&account.person, erasing.map(|erasing| erasing.erasure.at)))
}

/// Returns the user whom the path names.
async fn named(call: &Call<'_>) -> Result<Account, Trouble> {
    let whom = call.target.tree.user(call.segment("subject"));
    whom::account(call.app, whom::in_path(call.app, whom).await?.ok_or(Refusal::UnknownUser)?).await
}

/// Makes the caller give their password, with the limits of log-ins.
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

/// Returns the log-in that the caller is using: the family of a token, the session of a cookie, or both.
fn own(call: &Call<'_>, caller: &Caller) -> Kept {
    let beside = cookie::session(&call.parts.headers).map(|session| session.digest());
    match &caller.by {
        By::Token(pass) | By::Backend(_, pass) => {
            Kept { sessions: beside.into_iter().collect(), family: pass.grant.and_then(|grant| grant.family) }
        }
        By::Cookie { digest } => Kept { sessions: vec![digest.clone()], family: None },
    }
}
