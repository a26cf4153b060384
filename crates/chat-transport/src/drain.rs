//! Closing all sockets before the server stops: one after the other, so that their clients do not all come back at once.

use std::sync::Arc;
use std::time::Duration;

use chat_protocol::{Frames, reply};
use tokio::time::{Instant, sleep, sleep_until};

use crate::app::App;
use crate::connection::socket::Socket;

/// Closes all sockets, spread over this time. A socket that waits for answers gets them first, for at most [`PATIENCE`].
pub(crate) async fn close_everybody(app: &App, over: Duration) {
    let everybody = app.hub.everybody();
    let steps = usize::try_from(over.as_millis() / STEP.as_millis()).unwrap_or(usize::MAX).max(1);
    let (mut next, mut busy) = (Instant::now(), Vec::new());
    for some in everybody.chunks(everybody.len().div_ceil(steps).max(1)) {
        sleep_until(next).await;
        next += STEP;
        busy.extend(some.iter().filter(|socket| !leaves(socket)).cloned());
    }
    let patience = Instant::now() + PATIENCE;
    while !busy.is_empty() && Instant::now() < patience {
        busy.retain(|socket| !leaves(socket));
        sleep(LOOK).await;
    }
}

/// Closes a socket if all of its orders are answered, and returns whether they are.
fn leaves(socket: &Arc<Socket>) -> bool {
    let settled = socket.is_settled();
    if settled {
        let mut frames = Frames::new();
        // Each client is told another delay. With the same one, browsers would come back in the very order and rhythm of their
        // closes.
        reply::farewell(socket.endpoint, 1_000 + socket.id % 16 * 250, &mut frames);
        socket.line.offer(&frames);
        socket.go_away();
    }
    settled
}

const STEP: Duration = Duration::from_millis(50);
/// How long a closing socket may wait for its last answers.
const PATIENCE: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(10);
