//! HTTP requests, each on a connection of its own.

use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::DuplexStream;
use tokio::time::{sleep, timeout};

use super::link::{Broken, Dial};

/// A request that is not sent yet. It borrows nothing from its client.
pub(super) struct Asked {
    stream: Option<DuplexStream>,
    request: http::Result<Request<Full<Bytes>>>,
}

impl Asked {
    /// Creates a request to the node that this client uses now.
    pub(super) fn new(dial: &impl Dial, method: &str, path: &str, body: String) -> Asked {
        let request = Request::builder().method(method).uri(path).header("host", "sim");
        let request = request.header("authorization", format!("Bearer {}", dial.token()));
        Asked { stream: dial.dial(), request: request.body(Full::new(Bytes::from(body))) }
    }

    /// Sends it and returns the answer, whose body may still be coming.
    pub(super) async fn answer(self) -> Result<Response<Incoming>, Broken> {
        let (stream, request) = (self.stream.ok_or(Broken::Lost)?, self.request.map_err(|_| Broken::Lost)?);
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| Broken::Lost)?;
        tokio::spawn(async move {
            // An error shows in the answer as well.
            let _ = connection.await;
        });
        sender.send_request(request).await.map_err(|_| Broken::Lost)
    }

    /// Sends it and returns the status and the whole body.
    pub(super) async fn body(self) -> Result<(u16, Bytes), Broken> {
        let answer = self.answer().await?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.map_err(|_| Broken::Lost)?;
        Ok((status, body.to_bytes()))
    }
}

/// Sends a request on a connection of its own, and returns the answer.
pub(super) async fn fetch(
    dial: &impl Dial,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Result<(u16, Value), Broken> {
    match fetch_once(dial, method, path, body.as_ref()).await? {
        // After a clock was set back, the first request may be limited.
        (429, _) => {
            sleep(Duration::from_secs(3)).await;
            fetch_once(dial, method, path, body.as_ref()).await
        }
        answer => Ok(answer),
    }
}

async fn fetch_once(dial: &impl Dial, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value), Broken> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let answered = timeout(PATIENCE, Asked::new(dial, method, path, body).body()).await;
    let (status, bytes) = answered.map_err(|_| Broken::Lost)??;
    Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
}

/// How long a client waits for an answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
