//! HTTP as any client would speak it, with a connection for each request.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::handshake;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use crate::Trouble;

/// Who sends requests.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) address: SocketAddr,
    /// The access token; empty before there is one.
    pub(crate) token: String,
}

impl Caller {
    /// Sends a request, and returns the status and the JSON of the answer.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Result<(u16, Value), Trouble> {
        let answer = self.open(method, path, body).await?;
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await?.to_bytes();
        Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    /// Gets something that must exist.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, Trouble> {
        good(self.ask("GET", path, None).await?)
    }

    /// Posts something that must be accepted.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Value, Trouble> {
        good(self.ask("POST", path, Some(body)).await?)
    }

    /// Sends a request, and returns an answer whose body is still to be read.
    pub(crate) async fn open(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Response<Incoming>, Trouble> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
        // It ends with the answer, or with the server, which the request shows.
        spawn_local(connection);
        let mut request = Request::builder().method(method).uri(path).header("host", self.address.to_string());
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        Ok(sender.send_request(request.body(Full::new(bytes))?).await?)
    }
}

fn good((status, body): (u16, Value)) -> Result<Value, Trouble> {
    match status {
        200..300 => Ok(body),
        _ => Err(format!("{status}: {body}").into()),
    }
}
