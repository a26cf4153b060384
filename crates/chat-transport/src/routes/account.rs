//! Accounts: registering, logging in, staying logged in, logging out.

use std::time::Instant;

use chat_domain::directory::{NewAccount, Update};
use chat_domain::grant::{Family, Grant, Rotation};
use chat_domain::{Account, Person, UserId};
use chat_protocol::Trouble;
use chat_protocol::rest::body::{Login, Logout, Refresh, Register, UpdateMe};
use chat_protocol::rest::{Reply, answer};
use tracing::{info, warn};

use super::call::{Answered, Call, unexpected};
use super::whom;
use crate::account::caller::{By, Caller, How, Pass};
use crate::account::cookie;
use crate::account::password::Unhashed;
use crate::account::secret::Secret;

pub(super) async fn register(call: &Call<'_>) -> Result<Answered, Trouble> {
    local_only(call)?;
    if !call.app.settings.http.registration {
        return Err(Trouble::Forbidden("nobody registers here"));
    }
    let body = Register::read(&call.body)?;
    within_rate(call)?;
    let new = NewAccount { username: body.username, name: body.name, avatar: body.avatar, password: String::new() };
    // Checked before the expensive hashing.
    new.check()?;
    if call.app.directory.by_username(new.username.clone()).await?.is_some() {
        return Err(chat_domain::Refusal::NameTaken.into());
    }
    let password = call.app.passwords.hash(call.from, Secret::new(body.password)).await.map_err(unhashed)?;
    let account = call.app.directory.register(NewAccount { password, ..new }).await?;
    sign_in(call, 201, &account).await
}

pub(super) async fn login(call: &Call<'_>) -> Result<Answered, Trouble> {
    local_only(call)?;
    let Login { username, password } = Login::read(&call.body)?;
    within_rate(call)?;
    // Names longer than any that may exist are cut, so that they take no more memory in the counters.
    let counted: String = username.chars().take(33).collect();
    call.app.rates.login(&counted, call.from, call.now).map_err(Trouble::TooFast)?;
    let known = call.app.directory.credential(username).await?;
    let claimed = known.as_ref().map(|(account, stored)| (account.person.id(), Some(stored.clone())));
    let right = is_right(call, password, claimed).await?;
    let (account, _) = known.filter(|_| right).ok_or(Trouble::WrongPassword)?;
    call.app.rates.logged_in(&counted, call.from);
    call.app.gate.let_through(account.person.id(), call.now).await?;
    sign_in(call, 200, &account).await
}

pub(super) async fn refresh(call: &Call<'_>) -> Result<Answered, Trouble> {
    local_only(call)?;
    let shown = Secret::new(Refresh::read(&call.body)?.refresh_token);
    within_rate(call)?;
    // Checked before the token is used up: after the suspension it must still be good.
    if let Some((user, _)) = call.app.directory.family(shown.digest()).await? {
        call.app.gate.let_through(user, call.now).await?;
    }
    let new = random()?;
    let expires = call.now.after(call.app.settings.http.refresh_ttl);
    match call.app.directory.rotate(shown.digest(), new.digest(), call.now, expires).await? {
        Rotation::Rotated(account, grant) => Ok(signed_in(call, 200, &account.person, grant, &new)?.into()),
        Rotation::Reused(user, family) => {
            warn!(user = user.number(), "a refresh token came twice: its family is ended");
            call.app.family_ended(user, family, call.now);
            Err(Trouble::Denied(OLD))
        }
        Rotation::Unknown => Err(Trouble::Denied(OLD)),
    }
}

/// Ends the log-ins whose credentials come with the request. A refresh token alone is enough, since the access token may have
/// expired.
pub(super) async fn logout(call: &Call<'_>) -> Result<Answered, Trouble> {
    let shown = Logout::read(&call.body)?.refresh_token.map(|token| Secret::new(token).digest());
    let app = call.app;
    let family = match shown {
        Some(digest) => app.directory.family(digest).await?,
        None => None,
    };
    let caller = match (app.gate.authenticate(call.parts, How::Http, call.now).await, family) {
        (Ok(caller), _) => Some(caller),
        (Err(Trouble::Unauthorized), Some(_)) => None,
        (Err(Trouble::Unauthorized), None) => return Err(Trouble::Denied(NOBODY)),
        (Err(trouble), _) => return Err(trouble),
    };
    let owner = caller.as_ref().map(Caller::id);
    let family = family.filter(|(user, _)| owner.is_none_or(|owner| owner == *user));
    for (user, family) in family.into_iter().chain(caller.as_ref().and_then(own_family)) {
        app.end_family(user, family, call.now).await?;
    }
    // A client that sends a token and a cookie wants both log-ins ended.
    let beside = cookie::session(&call.parts.headers).map(|session| session.digest());
    let session = match caller.as_ref().map(|caller| &caller.by) {
        Some(By::Cookie { digest }) => Some(digest.clone()),
        Some(By::Token(_) | By::Backend(..)) => own_session(call, owner, beside).await?,
        None => None,
    };
    let mut answered = Answered::from(answer::done(call.target.tree));
    if let Some(digest) = session {
        app.directory.close_session(digest.clone()).await?;
        app.hub.end_session(&digest);
        answered.cookie = Some(cookie::forget(call.secure));
    }
    Ok(answered)
}

/// Returns the caller's account. The cookie is sent again, so that the browser keeps it for as long as the session lasts here.
pub(super) fn me(call: &Call<'_>, caller: &Caller) -> Result<Answered, Trouble> {
    let mut answered = Answered::from(answer::me(call.target.tree, &caller.account.person));
    if let (By::Cookie { .. }, Some(session)) = (&caller.by, cookie::session(&call.parts.headers)) {
        answered.cookie = keep(call, &session);
    }
    Ok(answered)
}

pub(super) async fn update(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let UpdateMe { name, avatar } = UpdateMe::read(&call.body)?;
    let account = call.app.directory.update(caller.id(), Update { name, avatar }).await?;
    call.app.is_now(&account.person).await;
    Ok(answer::me(call.target.tree, &account.person))
}

pub(super) async fn search(call: &Call<'_>) -> Result<Reply, Trouble> {
    let (tree, limit) = (call.target.tree, call.query.limit()?);
    let query = call.query.text("query").unwrap_or_default().to_owned();
    // A search without any letter or digit would list everybody.
    if query.contains('\0') || !query.contains(char::is_alphanumeric) {
        return Err(Trouble::Malformed("`query` needs a letter or a digit, and no U+0000".into()));
    }
    let after = match call.query.user("before_id", tree)? {
        None => None,
        Some(last) => {
            let last = whom::in_body(call.app, last).await?;
            Some(whom::account(call.app, last).await?.person.username.clone())
        }
    };
    let mut found = call.app.directory.search(query, after, limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|account| account.person.handle);
    Ok(answer::users(tree, &found, next))
}

/// Opens a cookie session and a family of refresh tokens for somebody who has just given their password.
async fn sign_in(call: &Call<'_>, status: u16, account: &Account) -> Result<Answered, Trouble> {
    let (app, user) = (call.app, account.person.id());
    let (refresh, session) = (random()?, random()?);
    let grant =
        app.directory.open_family(user, refresh.digest(), call.now.after(app.settings.http.refresh_ttl)).await?;
    app.directory.open_session(user, session.digest(), call.now.after(app.settings.http.session_ttl)).await?;
    let reply = signed_in(call, status, &account.person, grant, &refresh)?;
    Ok(Answered { reply, cookie: keep(call, &session) })
}

fn signed_in(call: &Call<'_>, status: u16, person: &Person, grant: Grant, refresh: &Secret) -> Result<Reply, Trouble> {
    let seconds = call.now.since(chat_domain::Time(0)).as_secs();
    let uuid = Some(person.handle.uuid.to_string());
    let issued =
        call.app.gate.tokens().issue(person.id().number(), uuid, grant, random()?.reveal().to_owned(), seconds);
    let (access, expires_in) = issued.ok_or_else(unexpected)?;
    let tokens = answer::Tokens { access: access.reveal(), refresh: refresh.reveal(), expires_in };
    Ok(answer::signed_in(call.target.tree, status, person, &tokens))
}

/// Returns the family of the caller's access token.
fn own_family(caller: &Caller) -> Option<(UserId, Family)> {
    match caller.by {
        By::Token(Pass { grant: Some(Grant { family: Some(family), .. }), .. }) => Some((caller.id(), family)),
        _ => None,
    }
}

/// Returns the session of a cookie that came beside a token, if it is the same user's.
async fn own_session(
    call: &Call<'_>,
    caller: Option<UserId>,
    digest: Option<String>,
) -> Result<Option<String>, Trouble> {
    let Some(digest) = digest else { return Ok(None) };
    let owner = call.app.gate.whose_session(digest.clone(), call.now).await?;
    Ok(owner.filter(|owner| Some(owner.person.id()) == caller).map(|_| digest))
}

fn keep(call: &Call<'_>, session: &Secret) -> Option<http::HeaderValue> {
    cookie::keep(session, call.app.settings.http.session_ttl.as_secs(), call.secure)
}

/// Refuses what makes no sense where an outside issuer vouches for people.
pub(super) fn local_only(call: &Call<'_>) -> Result<(), Trouble> {
    if call.app.gate.tokens().is_local() { Ok(()) } else { Err(Trouble::Forbidden("accounts are made elsewhere")) }
}

/// Counts a log-in, registration or refresh against the limit of the client's address.
pub(super) fn within_rate(call: &Call<'_>) -> Result<(), Trouble> {
    call.app.rates.address(call.from, call.now).map_err(Trouble::TooFast)
}

/// Tells whether a password is right. It takes as long if there is no such user, so that the time does not tell names.
pub(super) async fn is_right(
    call: &Call<'_>,
    password: String,
    claimed: Option<(UserId, Option<String>)>,
) -> Result<bool, Trouble> {
    let (user, stored) = claimed.map_or((None, None), |(user, stored)| (Some(user), stored));
    let began = Instant::now();
    let right = call.app.passwords.verify(call.from, Secret::new(password), stored).await.map_err(unhashed)?;
    call.app.hub.metrics().checked(began.elapsed());
    if !right {
        // The name is not logged: people type passwords into that field, too.
        info!(user = user.map(UserId::number), "a log-in failed");
    }
    Ok(right)
}

pub(super) fn unhashed(unhashed: Unhashed) -> Trouble {
    match unhashed {
        Unhashed::Crowded => Trouble::Crowded(LATER),
        Unhashed::Failed => unexpected(),
    }
}

fn random() -> Result<Secret, Trouble> {
    Secret::random().map_err(|_| unexpected())
}

/// After how many seconds a client may try again when too many wait for hashing.
const LATER: u64 = 5;
/// The refusal of a refresh token that was exchanged, was ended, or never existed.
const OLD: &str = "this refresh token is not good (any more): log in again";
/// The refusal of a log-out without any good credential.
const NOBODY: &str = "nothing here says who is to be logged out: no access token, cookie or refresh token that is good";
