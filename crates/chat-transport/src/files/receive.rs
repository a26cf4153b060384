//! Bytes on their way into a file.

use std::io;
use std::time::Duration;

use bytes::BytesMut;
use chat_domain::Failure;
use chat_protocol::Trouble;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;

use super::Begun;

/// Takes so many bytes of a file. What came before the sender broke off is kept; of a piece that has not the length that it was to
/// have nothing is.
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
        // Trailers are passed over.
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

/// The operator hears why.
pub(crate) fn unkept(error: io::Error) -> Trouble {
    tracing::warn!(%error, "a file could not be kept or read");
    Failure::Unavailable.into()
}

/// Bytes that are written at once.
const AT_ONCE: usize = 256 << 10;
