//! The HTTP/1.1 client, plain or over TLS, by which the server asks others: key sets, introspection, webhooks, pushes, traces.
//!
//! Every wait and every body is bounded. Redirections are not followed: they are returned like any other answer.
//!
//! ```
//! # async fn ask() -> Result<(), chat_transport::client::Unreached> {
//! use bytes::Bytes;
//! use chat_transport::client::{Client, ClientSettings};
//! use http::Request;
//!
//! let client = Client::new(ClientSettings::default())?;
//! let question = Request::post("https://example.org/hook").header("content-type", "application/json");
//! let answer = client.send(question.body(Bytes::from("{}")).expect("a good request")).await?;
//! println!("{}: {} bytes", answer.status(), answer.body().len());
//! # Ok(())
//! # }
//! ```

mod connect;
mod reach;
#[cfg(test)]
pub(crate) mod tests;
mod unreached;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::USER_AGENT;
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

use connect::Connector;
pub use reach::{Dns, Only, Resolve, Resolving, is_public};
pub use unreached::Unreached;

/// A client for other servers. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    pool: legacy::Client<Connector, Outgoing>,
    settings: ClientSettings,
}

/// Limits and trust of a [`Client`].
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// How long finding the host and connecting may take.
    pub connect: Duration,
    /// How long a whole answer may take, the connection included.
    pub patience: Duration,
    /// How many bytes an answer's body may have.
    pub most: usize,
    /// Finds a host's addresses, and decides which of them may be reached.
    pub resolve: Arc<dyn Resolve>,
    /// A PEM file with the authorities to trust; `None` for the system's (or those of `SSL_CERT_FILE`).
    pub roots: Option<PathBuf>,
}

/// The body of a request made with [`Client::start`].
pub type Outgoing = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

impl Default for ClientSettings {
    fn default() -> ClientSettings {
        ClientSettings {
            connect: Duration::from_secs(5),
            patience: Duration::from_secs(10),
            most: 1 << 20,
            resolve: Arc::new(Dns),
            roots: None,
        }
    }
}

impl Client {
    /// Creates a client. A file of authorities is read now; the system's are read when TLS is first spoken.
    pub fn new(settings: ClientSettings) -> Result<Client, Unreached> {
        let connector = Connector::new(settings.resolve.clone(), settings.connect, settings.roots.as_deref())?;
        let pool = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(SPARE)
            .build(connector);
        Ok(Client { pool, settings })
    }

    /// Sends a GET request, and waits for the whole answer.
    pub async fn get(&self, address: &Uri) -> Result<Response<Bytes>, Unreached> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = address.clone();
        self.send(request).await
    }

    /// Sends a request, and waits for the whole answer.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Unreached> {
        let request = request.map(|body| Full::new(body).map_err(|never| match never {}).boxed_unsync());
        let whole = async {
            let (parts, body) = self.begin(request).await?.into_parts();
            Ok(Response::from_parts(parts, collect(body, self.settings.most).await?))
        };
        timeout(self.settings.patience, whole).await.unwrap_or(Err(Unreached::Slow))
    }

    /// Sends a request whose body may be long, and returns as soon as the head of the answer is there, within `patience`. How
    /// long the answer's body may take and how large it may be is up to the reader.
    pub async fn start(&self, request: Request<Outgoing>) -> Result<Response<Incoming>, Unreached> {
        timeout(self.settings.patience, self.begin(request)).await.unwrap_or(Err(Unreached::Slow))
    }

    async fn begin(&self, mut request: Request<Outgoing>) -> Result<Response<Incoming>, Unreached> {
        let address = request.uri();
        if !matches!(address.scheme_str(), Some("http" | "https")) || address.host().is_none_or(str::is_empty) {
            return Err(Unreached::Address(address.clone()));
        }
        request.headers_mut().entry(USER_AGENT).or_insert(OURSELVES);
        self.pool.request(request).await.map_err(|error| why(&error))
    }
}

async fn collect(mut body: Incoming, most: usize) -> Result<Bytes, Unreached> {
    if body.size_hint().lower() > most as u64 {
        return Err(Unreached::TooLarge);
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Unreached::Lost(chain(&error)))?;
        let Ok(more) = frame.into_data() else { continue };
        if whole.len() + more.len() > most {
            return Err(Unreached::TooLarge);
        }
        whole.extend_from_slice(&more);
    }
    Ok(whole.freeze())
}

/// Finds the connector's own error inside hyper's.
fn why(error: &legacy::Error) -> Unreached {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(inner) = cause {
        if let Some(known) = inner.downcast_ref::<Unreached>() {
            return known.clone();
        }
        cause = inner.source();
    }
    Unreached::Lost(chain(error))
}

/// Writes an error with its causes in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

const OURSELVES: HeaderValue = HeaderValue::from_static(concat!("chat-server/", env!("CARGO_PKG_VERSION")));
/// How long an unused connection is kept: shorter than most servers keep theirs, so that a request seldom meets a connection that
/// is just being closed.
const IDLE: Duration = Duration::from_secs(20);
/// How many unused connections to one server are kept.
const SPARE: usize = 8;
