//! Your own server around the chat: a database, and a route of yours on the same port.
//!
//! `cargo run -p chat-server --example compose -- DATABASE` serves on a free port until its standard input ends.

use std::io::Read;
use std::sync::Arc;

use chat_store::{Options, Store};
use chat_transport::account::{secret::Secret, token::Tokens};
use chat_transport::beside::{Answering, Beside};
use chat_transport::carry::http::{Peer, listen, respond};
use chat_transport::hub::Inbox;
use chat_transport::server::Builder;
use hyper::body::Incoming;
use hyper::http::{HeaderValue, Request, StatusCode};
use tokio_util::sync::CancellationToken;

/// `GET /greeting`, in place of whatever else an application has beside its chat.
struct Mine;

impl Beside for Mine {
    fn claims(&self, path: &str) -> bool {
        path == "/greeting"
    }

    fn answer(&self, _: Request<Incoming>, _: Peer) -> Answering<'_> {
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        Box::pin(async move { respond(StatusCode::OK, plain, "a route of mine".into()) })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let database = std::env::args().nth(1).unwrap_or_else(|| "sqlite::memory:".into());
    // The number of shards, usually one for each core: each room is told by one of them.
    let inbox = Inbox::new(2);
    let store = Arc::new(Store::open(&database, Options::default(), inbox.clone()).await?);
    let tokens = Tokens::local(&[Secret::new("read this from a file, at least 32 bytes")], 24 * 3_600);
    let server = Builder::new(inbox, store.clone(), store.clone(), tokens).beside(Arc::new(Mine)).build()?;
    let listener = listen(([127, 0, 0, 1], 0).into())?;
    println!("listening on http://{}", listener.local_addr()?);
    let stop = CancellationToken::new();
    let asked = stop.clone();
    std::thread::spawn(move || {
        // The example ends when its standard input is closed.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        asked.cancel();
    });
    server.serve(listener, stop).await;
    store.close().await;
    Ok(())
}
