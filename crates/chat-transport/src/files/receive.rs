//! Receiving the bytes of an upload.

use std::io;
use std::time::Duration;

use bytes::BytesMut;
use chat_domain::Failure;
use chat_protocol::Trouble;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;

use super::Begun;

/// Receives `length` bytes and appends them. If the connection breaks, what came is kept, so that the client can go on from
/// there. A body of another length is an error, and nothing of it is kept.
pub(crate) async fn receive(
    mut begun: Begun,
    mut body: Incoming,
    length: u64,
    patience: Duration,
) -> Result<Begun, Trouble> {
    let (from, mut left) = (begun.length, length);
    let mut waiting = BytesMut::new();
    loop {
        let frame = match timeout(patience, body.frame()).await {
            Ok(None) => break,
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(_))) | Err(_) => {
                begun.write(waiting.freeze()).await.map_err(unkept)?;
                return Err(Trouble::Malformed("the body broke off; what came of it is kept".into()));
            }
        };
        // Trailers are skipped.
        let Ok(more) = frame.into_data() else { continue };
        if more.len() as u64 > left {
            return wrong(begun, from, length).await;
        }
        left -= more.len() as u64;
        waiting.extend_from_slice(&more);
        if waiting.len() >= AT_ONCE {
            begun = begun.write(waiting.split().freeze()).await.map_err(unkept)?;
        }
    }
    if left > 0 {
        return wrong(begun, from, length).await;
    }
    begun.write(waiting.freeze()).await.map_err(unkept)
}

async fn wrong(begun: Begun, from: u64, length: u64) -> Result<Begun, Trouble> {
    begun.cut(from).await.map_err(unkept)?;
    Err(Trouble::Malformed(format!("the body must have the {length} bytes that were announced")))
}

/// Logs the error for the operator, and returns what the client is told.
pub(crate) fn unkept(error: io::Error) -> Trouble {
    tracing::warn!(%error, "a file could not be kept or read");
    Failure::Unavailable.into()
}

/// How many bytes are gathered for one write.
const AT_ONCE: usize = 256 << 10;
