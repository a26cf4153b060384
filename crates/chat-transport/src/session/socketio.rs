//! A session over Socket.IO, in the namespace `/`.

use std::sync::Arc;

use chat_domain::Failure;
use chat_protocol::engineio::Sid;
use chat_protocol::reply::{self, SyncReason};
use chat_protocol::socketio::Output;
use chat_protocol::{Context, Endpoint, Entrance, Features, Frames, Trouble, handshake_features, handshake_token};

use super::Session;
use super::requests::Then;
use crate::account::secret::Secret;
use crate::app::App;
use crate::carry::outbox::Close;
use crate::connection::closes;
use crate::connection::line::Line;
use crate::socketio::Engine;

/// Serves a Socket.IO session until it is over. `bearer` is the token of its first request, if there was one, and `asked` the
/// features that the request asked for.
pub(crate) async fn serve(app: Arc<App>, engine: Arc<Engine>, bearer: Option<Secret>, asked: Features) {
    let mut session: Option<Session> = None;
    loop {
        let output = match &session {
            // As on a WebSocket, the bell comes first: rooms that fell behind are mended before more is heard. `biased`, since
            // `select!` would otherwise choose at random.
            Some(open) => tokio::select! {
                biased;
                () = open.socket.bell.notified() => {
                    Box::pin(open.mend()).await;
                    continue;
                }
                output = engine.next(), if !open.socket.is_busy() => output,
            },
            None => engine.next().await,
        };
        match output {
            Output::Connect { namespace, auth } => {
                let token = handshake_token(&auth).map(Secret::new).or_else(|| bearer.clone());
                let features = asked.and(handshake_features(&auth));
                session = Box::pin(connect(&app, &engine, (namespace, features), token)).await;
            }
            Output::Event(event) => {
                // Once the server has ended the session, nothing that its client said afterwards may happen.
                if let Some(session) = &mut session
                    && !engine.is_ended()
                    && let Then::Wait(work) = session.hear(event.list().as_bytes(), event.ack)
                {
                    drop(event);
                    work.await;
                }
            }
            Output::Disconnect { .. } => {
                engine.set_known(false);
                session = None;
            }
            Output::Closed(_) => break,
            Output::Ack(_) | Output::Wire(_) => {}
        }
    }
}

/// Lets a client in. Where the document wants it, a client with a bad token is let in, told so, and disconnected.
async fn connect(
    app: &Arc<App>,
    engine: &Arc<Engine>,
    (namespace, features): (&str, Features),
    token: Option<Secret>,
) -> Option<Session> {
    let endpoint = Endpoint { entrance: Entrance::SocketIo, room: None, features };
    let mut random = [0; 15];
    if !app.hub.depot().fill(&mut random) {
        engine.refuse(namespace, "try again");
        return None;
    }
    let sid = Sid::new(random);
    if !engine.accept(namespace, sid) {
        return None;
    }
    match admit(app, engine, sid, token, endpoint).await {
        Ok(session) => {
            engine.set_known(true);
            Some(session)
        }
        Err(trouble) => {
            app.hub.metrics().turned_away(trouble.code());
            let mut frames = Frames::new();
            reply::refused(endpoint, &Context::default(), &trouble, app.now(), &mut frames);
            let line = Line::Engine(engine.clone());
            line.offer(&frames);
            match trouble {
                // The fault is not the client's.
                Trouble::Failure(Failure::Unavailable) => engine.close(closes::TRY_AGAIN),
                _ => engine.put_out(Close::new(1000, "")),
            }
            None
        }
    }
}

async fn admit(
    app: &Arc<App>,
    engine: &Arc<Engine>,
    sid: Sid,
    token: Option<Secret>,
    endpoint: Endpoint,
) -> Result<Session, Trouble> {
    let token = token.ok_or(Trouble::Unauthorized)?;
    let caller = app.gate.authenticate_token(&token, app.now()).await?;
    engine.belongs_to(caller.id().number() as u64);
    let reason = match app.hub.comes_back(caller.id()).await {
        true => {
            app.hub.metrics().came_back();
            SyncReason::Reconnection
        }
        false => SyncReason::Established,
    };
    let line = Line::Engine(engine.clone());
    let session = Session::open(app.clone(), caller, endpoint, sid.as_str(), line).await?;
    session.appear();
    let person = &session.socket.person;
    session.say(|_, now, frames| reply::sync_required(person, reason, now, frames));
    Ok(session)
}
