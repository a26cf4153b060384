//! Reading a request's body, with bounds on its size and time.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::EXPECT;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::time::timeout;

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// It is longer than allowed.
    #[error("the body is too large")]
    TooLarge,
    /// It did not come in time.
    #[error("the body came too slowly")]
    TooSlow,
    /// The connection broke, or the body's framing was wrong.
    #[error("the body is broken")]
    Broken,
}

impl Unread {
    /// Returns the status that tells the client.
    pub fn status(self) -> StatusCode {
        match self {
            Unread::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Unread::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Unread::Broken => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads a whole body of at most `limit` bytes within `patience`. If it is longer, the rest is read and thrown away, since most
/// clients look for an answer only after they have sent everything. A client that waits for `100 Continue` is answered at once
/// instead.
pub async fn read(headers: &HeaderMap, mut body: Incoming, limit: usize, patience: Duration) -> Result<Bytes, Unread> {
    if headers.contains_key(EXPECT) && body.size_hint().lower() > limit as u64 {
        return Err(Unread::TooLarge);
    }
    let mut late = Unread::TooSlow;
    let whole = async {
        match collect(&mut body, limit).await {
            Err(Unread::TooLarge) => {
                late = Unread::TooLarge;
                pass_over(&mut body).await
            }
            read => read,
        }
    };
    let read = timeout(patience, whole).await;
    read.unwrap_or(Err(late))
}

/// Reads and throws away a body that is not wanted, within `patience`, since most clients look for an answer only after they have
/// sent everything.
pub(crate) async fn ignore(headers: &HeaderMap, mut body: Incoming, patience: Duration) {
    if !headers.contains_key(EXPECT) {
        let _ = timeout(patience, pass_over(&mut body)).await;
    }
}

async fn collect(body: &mut Incoming, limit: usize) -> Result<Bytes, Unread> {
    if body.size_hint().lower() > limit as u64 {
        return Err(Unread::TooLarge);
    }
    let Some(first) = chunk(body).await? else { return Ok(Bytes::new()) };
    within(first.len(), limit)?;
    if body.is_end_stream() {
        return Ok(first);
    }
    let mut whole = BytesMut::from(first);
    while let Some(more) = chunk(body).await? {
        within(whole.len() + more.len(), limit)?;
        whole.extend_from_slice(&more);
    }
    Ok(whole.freeze())
}

async fn pass_over(body: &mut Incoming) -> Result<Bytes, Unread> {
    let mut passed = 0;
    while passed < PASSED_OVER {
        let Some(more) = chunk(body).await? else { break };
        passed += more.len();
    }
    Err(Unread::TooLarge)
}

/// Returns the next bytes of the body. Trailers are skipped.
async fn chunk(body: &mut Incoming) -> Result<Option<Bytes>, Unread> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

fn within(len: usize, limit: usize) -> Result<(), Unread> {
    if len > limit { Err(Unread::TooLarge) } else { Ok(()) }
}

/// How many bytes beyond the limit are read and thrown away. A client that sends even more may not get the answer.
const PASSED_OVER: usize = 16 << 20;
