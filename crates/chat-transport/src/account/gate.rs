//! Authentication: by a token, or by the cookie together with the page's origin.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::directory::{Subject, Visitor};
use chat_domain::grant::{Family, Holder};
use chat_domain::{Account, Directory, Failure, Time, UserId, Uuid};
use chat_protocol::Trouble;
use chat_protocol::rest::Query;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use tracing::info;

use super::caller::{By, Caller, How, Pass};
use super::cookie;
use super::endings::Endings;
use super::introspection::{Credential, Introspection};
use super::origins::Origins;
use super::remembered::Remembered;
use super::secret::Secret;
use super::suspended::Suspended;
use super::token::{self, Claims, Denied, Tokens};
use crate::sparing::Sparing;

/// Decides who may come in: checks access tokens, cookie sessions, and the origins of the pages that bring a cookie.
pub struct Gate {
    tokens: Tokens,
    pub(super) directory: Arc<dyn Directory>,
    remembered: Remembered,
    endings: Endings,
    pub(super) suspended: Suspended,
    origins: Origins,
    /// How long a cookie session lasts after it was last used.
    session_ttl: Duration,
}

impl Gate {
    /// Creates a gate for these tokens and for the cookie sessions in this directory.
    pub(crate) fn new(tokens: Tokens, directory: Arc<dyn Directory>, origins: Origins, session_ttl: Duration) -> Gate {
        Gate {
            tokens,
            directory,
            remembered: Remembered::default(),
            endings: Endings::default(),
            suspended: Suspended::default(),
            origins,
            session_ttl,
        }
    }

    /// Lets somebody in by the credential of a request. If there is a token, only the token counts, even if it is bad and the
    /// cookie is good. The cookie counts only from trusted pages, as [`How`] says.
    pub async fn authenticate(&self, parts: &Parts, how: How, now: Time) -> Result<Caller, Trouble> {
        let caller = self.recognise(parts, how, now).await?;
        self.let_through(caller.id(), now).await?;
        Ok(caller)
    }

    async fn recognise(&self, parts: &Parts, how: How, now: Time) -> Result<Caller, Trouble> {
        if let Some(token) = brought_token(parts, how) {
            return self.recognise_token(&token, now).await;
        }
        let harmless = how != How::Socket && parts.method.is_safe();
        let judge_page = || match harmless || self.origins.are_own(parts) {
            true => Ok(()),
            false => Err(Trouble::Forbidden("with a cookie, `Origin` must be this host or an allowed one")),
        };
        if let Some(backend) = self.tokens.backend() {
            let cookies = Credential::cookies(&parts.headers).ok_or(Trouble::Unauthorized)?;
            judge_page()?;
            return self.authenticate_elsewhere(backend, cookies, now).await;
        }
        let session = cookie::session(&parts.headers).ok_or(Trouble::Unauthorized)?;
        judge_page()?;
        let digest = session.digest();
        let account = self.whose_session(digest.clone(), now).await?.ok_or(Trouble::Unauthorized)?;
        Ok(Caller { account, by: By::Cookie { digest } })
    }

    /// Returns the account of a cookie session that is still good, and prolongs the session.
    pub(crate) async fn whose_session(&self, digest: String, now: Time) -> Result<Option<Account>, Trouble> {
        Ok(self.directory.session(digest, now, now.after(self.session_ttl)).await?)
    }

    /// Lets somebody in by a token, wherever in the request it was.
    pub(crate) async fn authenticate_token(&self, token: &Secret, now: Time) -> Result<Caller, Trouble> {
        let caller = self.recognise_token(token, now).await?;
        self.let_through(caller.id(), now).await?;
        Ok(caller)
    }

    async fn recognise_token(&self, token: &Secret, now: Time) -> Result<Caller, Trouble> {
        if let Some(backend) = self.tokens.backend() {
            let token = Credential::token(token).ok_or(Trouble::Unauthorized)?;
            return self.authenticate_elsewhere(backend, token, now).await;
        }
        let digest = token.digest();
        if let Some(caller) = self.remembered.caller(&digest, now) {
            return Ok(caller);
        }
        let caller = self.check(token, now).await?;
        self.let_in(digest, caller, now)
    }

    /// Lets somebody in by a credential that the back end vouches for.
    async fn authenticate_elsewhere(
        &self,
        backend: &Introspection,
        credential: Credential,
        now: Time,
    ) -> Result<Caller, Trouble> {
        if let Some(caller) = self.remembered.caller(credential.digest(), now) {
            return Ok(caller);
        }
        let caller = self.vouched_for(backend, Arc::new(credential), now, Time::default()).await?;
        let digest = match &caller.by {
            By::Backend(credential, _) => credential.digest().to_owned(),
            By::Token(_) | By::Cookie { .. } => return Err(Trouble::Unauthorized),
        };
        self.let_in(digest, caller, now)
    }

    /// Tells whether the back end still says that this credential is this user's. An answer counts that is not older than half
    /// the time between two such questions. An error means that the back end gave no answer: then nothing is known.
    pub(crate) async fn still_vouched_for(
        &self,
        backend: &Introspection,
        credential: Arc<Credential>,
        user: UserId,
        now: Time,
    ) -> Result<bool, Trouble> {
        let since = Time(0).after(now.since(Time(0).after(backend.every() / 2)));
        match self.vouched_for(backend, credential, now, since).await {
            Ok(caller) => Ok(caller.id() == user),
            Err(Trouble::Unauthorized) => Ok(false),
            Err(trouble) => Err(trouble),
        }
    }

    async fn vouched_for(
        &self,
        backend: &Introspection,
        credential: Arc<Credential>,
        now: Time,
        since: Time,
    ) -> Result<Caller, Trouble> {
        let known = backend.ask(&credential, now, since).await.map_err(|_| Failure::Unavailable)?;
        let (expires, asked) = (known.until(), known.asked);
        let who = known.who.ok_or(Trouble::Unauthorized)?;
        let visitor = Visitor {
            issuer: backend.issuer().to_owned(),
            subject: subject(&who.id),
            name: who.name.filter(|name| !name.is_empty()),
            username: None,
            avatar: who.avatar,
        };
        let user = self.admitted(visitor).await?;
        let holder = self.directory.holder(user, None).await?.ok_or(Trouble::Unauthorized)?;
        let pass = Pass { expires, grant: None, issued: Some(asked) };
        match pass.is_honoured(&holder) {
            true => Ok(Caller { account: holder.account, by: By::Backend(credential, pass) }),
            false => Err(Trouble::Unauthorized),
        }
    }

    /// Remembers a caller whose credential was checked.
    fn let_in(&self, digest: String, caller: Caller, now: Time) -> Result<Caller, Trouble> {
        self.remembered.remember(digest, &caller, now);
        // The token may have been ended after the directory was asked. Whoever ended it has told everybody to forget the user,
        // perhaps before this caller was remembered: so look once more, after remembering.
        if self.is_ended(&caller) {
            self.forget(caller.id());
            return Err(Trouble::Unauthorized);
        }
        Ok(caller)
    }

    /// Returns how many tokens were found among the remembered ones, and how many had to be checked.
    pub(crate) fn looks(&self) -> (u64, u64) {
        self.remembered.looks()
    }

    /// Tells whether the caller's token was ended after they were let in.
    pub(crate) fn is_ended(&self, caller: &Caller) -> bool {
        caller.by.pass().is_some_and(|pass| self.endings.concern(caller.id(), pass))
    }

    /// Ends the access tokens of a family from here on.
    pub(crate) fn end_family(&self, user: UserId, family: Family, now: Time) {
        self.endings.family(family, now);
        self.forget(user);
    }

    /// Ends all tokens that the holder was issued until now.
    pub(crate) fn end_tokens(&self, holder: Holder, now: Time) {
        let user = holder.account.person.id();
        self.endings.person(holder, now);
        self.forget(user);
    }

    async fn check(&self, token: &Secret, now: Time) -> Result<Caller, Trouble> {
        let seconds = now.since(Time(0)).as_secs();
        let mut verified = self.tokens.verify(token, seconds);
        if verified.is_err() && self.tokens.look_again(token).await {
            verified = self.tokens.verify(token, seconds);
        }
        let claims = verified.map_err(|denied| {
            if let Some(left_out) = DENIED.line(Instant::now()) {
                info!(%denied, left_out, "a token was refused");
            }
            match denied {
                Denied::Unknown => Failure::Unavailable.into(),
                Denied::Expired | Denied::Invalid => Trouble::Unauthorized,
            }
        })?;
        let expires = Time(0).after(Duration::from_secs(claims.exp));
        let issued = claims.iat.map(|at| Time(0).after(Duration::from_secs(at)));
        let (user, grant) = match self.tokens.is_local() {
            true => (claims.sub.number().and_then(UserId::new).ok_or(Trouble::Unauthorized)?, Some(claims.grant())),
            false => (self.admitted(visitor(claims)?).await?, None),
        };
        let family = grant.and_then(|grant| grant.family);
        let holder = self.directory.holder(user, family).await?.ok_or(Trouble::Unauthorized)?;
        let pass = Pass { expires, grant, issued };
        if !pass.is_honoured(&holder) {
            return Err(Trouble::Unauthorized);
        }
        Ok(Caller { account: holder.account, by: By::Token(pass) })
    }

    /// Returns what verifies tokens, and issues our own.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Returns the trusted origins.
    pub(crate) fn origins(&self) -> &Origins {
        &self.origins
    }

    /// Forgets a user's remembered tokens, so that the next request looks them up again: their name or picture has changed, or a
    /// token was ended.
    pub(crate) fn forget(&self, user: UserId) {
        self.remembered.forget(user);
    }
}

/// Reads a subject as an issuer or a back end writes it.
pub(crate) fn subject(text: &str) -> Subject {
    let number = chat_protocol::rest::Tree::Api.user(text);
    match number {
        Some(chat_protocol::rest::Whom::Id(id)) if id.number() < chat_domain::id::FIRST_FOREIGN_USER => {
            Subject::Number(id)
        }
        _ => text.parse::<Uuid>().map_or_else(|_| Subject::Text(text.to_owned()), Subject::Uuid),
    }
}

fn visitor(claims: Claims) -> Result<Visitor, Trouble> {
    let subject = match claims.sub {
        // Only the first issuer's numbers and UUIDs are users' ids: two issuers may both have a 7.
        subject if !claims.is_first => Subject::Text(subject.to_string()),
        token::Subject::Number(number) => UserId::new(number)
            .filter(|id| id.number() < chat_domain::id::FIRST_FOREIGN_USER)
            .map_or_else(|| Subject::Text(number.to_string()), Subject::Number),
        token::Subject::Text(text) if text.is_empty() || text.contains('\0') => return Err(Trouble::Unauthorized),
        token::Subject::Text(text) => subject(&text),
    };
    let issuer = claims.iss.unwrap_or_else(|| UNNAMED.to_owned());
    // Some issuers write an empty name for somebody without one.
    let name = claims.name.filter(|name| !name.is_empty());
    Ok(Visitor { issuer, subject, name, username: None, avatar: claims.avatar })
}

fn brought_token(parts: &Parts, how: How) -> Option<Secret> {
    if let Some(token) = bearer(&parts.headers) {
        return Some(token);
    }
    let query = parts.uri.query().filter(|_| how != How::Http)?;
    Query::parse(query).text("token").filter(|token| !token.is_empty()).map(Secret::new)
}

/// Returns the token in a request's `Authorization` header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim()))
}

/// Limits the log to one line a second: anybody can bring bad tokens.
static DENIED: Sparing = Sparing::new();
/// The name of the only issuer, when its tokens do not name it.
const UNNAMED: &str = "-";

#[cfg(test)]
mod tests;
