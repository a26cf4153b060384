//! A session over server-sent events.

use std::sync::Arc;

use chat_domain::RoomId;
use chat_protocol::{Endpoint, Resume, Trouble};
use http::Response;
use tokio_util::sync::CancellationToken;

use super::enter::joining;
use super::{Pull, Session};
use crate::account::caller::Caller;
use crate::app::App;
use crate::carry::http::{Body, Peer, stream};
use crate::carry::outbox::Outbox;
use crate::connection::line::Line;

/// Opens a stream. It is subscribed before the answer is sent.
pub(super) async fn open(
    app: &Arc<App>,
    caller: Caller,
    endpoint: Endpoint,
    room: RoomId,
    resume: &Resume,
    peer: Peer,
) -> Result<Response<Body>, Trouble> {
    let outbox = Outbox::queued(app.hub.depot().clone(), caller.id().number() as u64);
    let session = Session::open(app.clone(), caller, endpoint, "", Line::Stream(outbox.clone())).await?;
    let pull = session.join(room, resume, &joining(room)).await?;
    session.appear();
    app.comments.watch(&outbox);
    let gone = CancellationToken::new();
    let guard = (gone.clone().drop_guard(), peer);
    tokio::spawn(async move { gone.run_until_cancelled(session.feed(pull)).await });
    Ok(stream(outbox, guard))
}

impl Session {
    /// Reads what is missing, now and whenever a room falls behind, until the client goes away.
    async fn feed(&self, pull: Option<Pull>) {
        if let Some(pull) = pull {
            self.catch_up(pull).await;
        }
        loop {
            self.socket.bell.notified().await;
            self.mend().await;
        }
    }
}
