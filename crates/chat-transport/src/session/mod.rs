//! One client's connection: what it asks, in order, and its position in its rooms.

pub(crate) mod enter;
mod requests;
mod resume;
pub(crate) mod socketio;
mod sse;
#[cfg(test)]
mod tests;
mod websocket;

use std::sync::Arc;

use chat_domain::{RoomId, Time};
use chat_protocol::rest::answer::admin::Closing;
use chat_protocol::{Context, Endpoint, Frames, Trouble, reply};

pub(crate) use self::enter::Door;
use crate::account::caller::{By, Caller};
use crate::app::App;
use crate::carry::outbox::Close;
use crate::connection::closes;
use crate::connection::line::Line;
use crate::connection::socket::Socket;
use crate::hub::Opened;
use crate::metrics::dialect;

pub(crate) use self::resume::Pull;

/// A client's connection. The hub knows it for as long as this lives.
pub(crate) struct Session {
    pub(crate) app: Arc<App>,
    pub(crate) socket: Arc<Socket>,
    /// The epoch of the database in which it was opened. Every cursor of this session is of that epoch; when another one begins,
    /// the session is closed.
    epoch: u64,
    bad_frames: u32,
}

impl Session {
    /// Opens a connection in the hub. The first frames are sent before anything else can be.
    pub(crate) async fn open(
        app: Arc<App>,
        caller: Caller,
        endpoint: Endpoint,
        name: &str,
        line: Line,
    ) -> Result<Session, Trouble> {
        let socket = socket(&app, &caller, endpoint, line);
        let mut greeting = Frames::new();
        reply::hello(endpoint, &socket.person, name, socket.since, &mut greeting);
        let opened = app.hub.open(&socket, &greeting);
        // Read only now: a socket that the hub knows is closed when another epoch begins, so that this is the epoch of everything
        // that follows.
        let epoch = app.hub.epoch();
        // The hub knows the socket from here on. Dropping the session makes it forget.
        let session = Session { app, socket, epoch, bad_frames: 0 };
        match opened {
            Opened::TooMany => return Err(Trouble::TooManySockets),
            Opened::Ask => {
                let memberships = session.app.journal.memberships(caller.id()).await?;
                session.app.hub.learn(caller.id(), memberships, epoch);
            }
            Opened::Known => {}
        }
        session.check_again(&caller).await?;
        Ok(session)
    }

    /// Refuses a caller whose log-in has ended since the credential was checked: that did not find this socket.
    async fn check_again(&self, caller: &Caller) -> Result<(), Trouble> {
        if self.app.gate.is_ended(caller) {
            return Err(Trouble::Unauthorized);
        }
        if let Some(digest) = &self.socket.cookie {
            let still_good = self.app.gate.whose_session(digest.to_string(), self.app.now()).await?;
            still_good.ok_or(Trouble::Unauthorized)?;
        }
        Ok(())
    }

    /// Lets the user appear online. Called once nothing can refuse the connection any more.
    pub(crate) fn appear(&self) {
        self.app.hub.appear(&self.socket);
    }

    /// Sends something to this client alone.
    pub(crate) fn say(&self, write: impl FnOnce(Endpoint, Time, &mut Frames)) {
        let mut frames = Frames::new();
        write(self.socket.endpoint, self.app.now(), &mut frames);
        self.socket.line.offer(&frames);
    }

    /// Tells this client that a request is refused.
    pub(crate) fn refuse(&self, context: &Context, trouble: &Trouble) {
        let (entrance, metrics) = (self.socket.endpoint.entrance, self.app.hub.metrics());
        metrics.answered(entrance, context.verb, false);
        metrics.refused(entrance, trouble.code());
        self.say(|endpoint, now, frames| reply::refused(endpoint, context, trouble, now, frames));
    }

    /// Reads the rooms that fell behind from the journal.
    pub(crate) async fn mend(&self) {
        for behind in self.socket.behind() {
            self.catch_up(Pull::behind(behind)).await;
        }
    }

    /// Ends the connection because a room cannot be followed: it must not go on with a hole.
    pub(crate) fn lose(&self, room: RoomId, trouble: &Trouble) {
        tracing::warn!(%room, code = trouble.code(), "a connection could not go on");
        self.socket.line.close(closes::GOING_AWAY);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.app.hub.close(&self.socket);
        let Socket { id, line, endpoint, since, .. } = &*self.socket;
        let user = self.socket.user().number();
        let ending = line.ending();
        let said = ending.filter(|ending| *ending != Close::LOST);
        let code = said.map(|ending| ending.code);
        self.app.hub.metrics().closed(endpoint.entrance, code);
        let reason = said.map(|ending| ending.reason).filter(|reason| !reason.is_empty());
        let reason = reason.unwrap_or("the client went away");
        let (at, dialect) = (self.app.now(), dialect(endpoint.entrance));
        self.app.closings.note(self.socket.user(), Closing { at, dialect, since: *since, code, reason });
        match ending {
            Some(close) if close.code != closes::GOING_AWAY.code && close != Close::LOST => {
                tracing::info!(connection = id, user, code = close.code, reason = close.reason, "closed");
            }
            ending => tracing::debug!(connection = id, user, ?ending, "gone"),
        }
    }
}

/// Makes the socket of a caller, which rests on the caller's credential.
fn socket(app: &App, caller: &Caller, endpoint: Endpoint, line: Line) -> Arc<Socket> {
    let (pass, cookie) = match &caller.by {
        By::Token(pass) => (Some(*pass), None),
        By::Backend(..) => (None, None),
        By::Cookie { digest } => (None, Some(digest.clone())),
    };
    let person = caller.account.person.clone();
    let socket = Socket::new(app.hub.next_socket(), person, endpoint, line, cookie, pass, app.now());
    if let By::Backend(credential, _) = &caller.by {
        socket.rest_on_word(credential.clone());
    }
    socket
}
