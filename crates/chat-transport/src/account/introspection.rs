//! Introspection: asking the back end that issued a credential whose it is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chat_domain::Time;
use chat_protocol::vouched::Vouched;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use http::header::{ACCEPT, AUTHORIZATION, COOKIE, ORIGIN};
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::warn;

use super::secret::Secret;
use crate::client::{Client, ClientSettings, Unreached};
use crate::sparing::Sparing;

/// A back end that is asked whom a credential belongs to, and whose answer is believed.
pub struct Introspection(Arc<Backend>);

struct Backend {
    client: Client,
    address: Uri,
    issuer: String,
    every: Duration,
    /// Limits the questions under way. Others wait for a permit, within [`PATIENCE`].
    turns: Semaphore,
    state: Mutex<IntrospectionState>,
}

#[derive(Default)]
struct IntrospectionState {
    known: HashMap<String, BackendAnswer>,
    /// The questions under way: whoever has the same question waits for the same answer.
    asking: HashMap<String, Asking>,
    swept: Time,
}

/// The back end's answer about a credential, and when it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BackendAnswer {
    /// Whose credential it is; `None` if it is no good.
    pub(super) who: Option<Vouched>,
    /// When the back end was asked.
    pub(super) asked: Time,
}

/// The back end gave no answer that could be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Silent;

type Answer = Result<BackendAnswer, Silent>;
type Asking = Shared<BoxFuture<'static, Answer>>;

/// The credential from a client's log-in with the back end, as the headers that are passed on to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    headers: HeaderMap,
    digest: String,
}

impl Credential {
    /// Makes one of a token, wherever in the request it was; `None` if it cannot stand in a header.
    pub(super) fn token(token: &Secret) -> Option<Credential> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.reveal())).ok()?;
        value.set_sensitive(true);
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
        Some(Credential { headers, digest: Secret::new(format!("token {}", token.reveal())).digest() })
    }

    /// Makes one of all cookies of a request, whatever their names; `None` if there are none. The `Origin` is passed on too,
    /// since some back ends (Laravel's Sanctum for one) accept cookies from their own pages only.
    pub(super) fn cookies(brought: &HeaderMap) -> Option<Credential> {
        let brought_cookies: Vec<&str> = brought
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .filter(|line| !line.is_empty())
            .collect();
        if brought_cookies.is_empty() {
            return None;
        }
        let cookies = brought_cookies.join("; ");
        let mut value = HeaderValue::try_from(&cookies).ok()?;
        value.set_sensitive(true);
        let mut headers = HeaderMap::from_iter([(COOKIE, value)]);
        if let Some(origin) = brought.get(ORIGIN) {
            headers.insert(ORIGIN, origin.clone());
        }
        Some(Credential { headers, digest: Secret::new(format!("cookies {cookies}")).digest() })
    }

    /// Returns a digest that stands for the credential wherever the credential itself must not be seen.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }
}

impl Introspection {
    /// Asks the back end at this address. The people it names are known under `issuer`; those who stay connected are asked about
    /// again after `every`.
    pub fn new(address: Uri, issuer: String, every: Duration) -> Result<Introspection, Unreached> {
        let settings =
            ClientSettings { connect: PATIENCE, patience: PATIENCE, most: LONGEST, ..ClientSettings::default() };
        Ok(Introspection(Arc::new(Backend {
            client: Client::new(settings)?,
            address,
            issuer,
            every,
            turns: Semaphore::new(AT_ONCE),
            state: Mutex::default(),
        })))
    }

    /// Returns the issuer under which people are known here.
    pub(super) fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Returns after how long the back end is asked again about somebody who stays connected.
    pub(crate) fn every(&self) -> Duration {
        self.0.every
    }

    /// Returns whose credential this is. A remembered answer counts if it is not older than `since`; otherwise the back end is
    /// asked, once for all who have the same question.
    pub(super) async fn ask(&self, credential: &Credential, now: Time, since: Time) -> Answer {
        let asking = {
            let mut state = self.0.state();
            state.sweep(now);
            if let Some(known) =
                state.known.get(credential.digest()).filter(|known| known.holds(now) && known.asked >= since)
            {
                return Ok(known.clone());
            }
            let begin = || {
                let asking = self.0.clone().question(credential.clone(), now).boxed().shared();
                // A task of its own, so that the question goes on when the first who asked has gone: others may be waiting for
                // it.
                tokio::spawn(asking.clone());
                asking
            };
            state.asking.entry(credential.digest.clone()).or_insert_with(begin).clone()
        };
        asking.await
    }
}

impl Backend {
    async fn question(self: Arc<Backend>, credential: Credential, now: Time) -> Answer {
        let digest = credential.digest.clone();
        let answer =
            timeout(PATIENCE, self.answer(credential, now)).await.unwrap_or_else(|_| self.silence("no answer in time"));
        let mut state = self.state();
        state.asking.remove(&digest);
        if let Ok(known) = &answer
            && state.known.len() < MOST
        {
            state.known.insert(digest, known.clone());
        }
        answer
    }

    async fn answer(&self, credential: Credential, asked: Time) -> Answer {
        // An error would mean a closed semaphore, and nobody closes it.
        let _turn = self.turns.acquire().await;
        let mut request = Request::new(bytes::Bytes::new());
        *request.uri_mut() = self.address.clone();
        *request.headers_mut() = credential.headers;
        request.headers_mut().insert(ACCEPT, crate::carry::http::JSON);
        let answer = match self.client.send(request).await {
            Ok(answer) => answer,
            Err(error) => return self.silence(&error.to_string()),
        };
        match answer.status() {
            StatusCode::OK => match Vouched::read(answer.body()) {
                Ok(vouched) => Ok(BackendAnswer { who: Some(vouched), asked }),
                Err(why) => self.silence(why),
            },
            // Django's REST framework answers 403 where others answer 401.
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Ok(BackendAnswer { who: None, asked }),
            other => self.silence(&format!("it answers {other}")),
        }
    }

    fn silence(&self, why: &str) -> Answer {
        if let Some(left_out) = SILENT.line(Instant::now()) {
            warn!(why, left_out, "the back end at {} does not say whose a credential is", self.address);
        }
        Err(Silent)
    }

    fn state(&self) -> MutexGuard<'_, IntrospectionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BackendAnswer {
    /// Returns until when this answer counts.
    pub(super) fn until(&self) -> Time {
        self.asked.after(if self.who.is_some() { GOOD_FOR } else { BAD_FOR })
    }

    fn holds(&self, now: Time) -> bool {
        now < self.until()
    }
}

impl IntrospectionState {
    fn sweep(&mut self, now: Time) {
        if self.swept.after(BAD_FOR) <= now {
            self.known.retain(|_, known| known.holds(now));
            self.swept = now;
        }
    }
}

/// How long the back end may take, the wait for a permit included.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an answer counts that names somebody.
pub(super) const GOOD_FOR: Duration = Duration::from_secs(60);
/// How long an answer counts that the credential is nobody's. It is short, since they may log in at any time.
const BAD_FOR: Duration = Duration::from_secs(5);
/// How many bytes an answer may have.
const LONGEST: usize = 64 << 10;
/// How many questions may be under way.
const AT_ONCE: usize = 64;
/// How many answers are remembered; beyond that the back end is asked each time.
const MOST: usize = 100_000;
/// Limits the log to one line a second: when the back end is away, every request notices.
static SILENT: Sparing = Sparing::new();

#[cfg(test)]
mod tests;
