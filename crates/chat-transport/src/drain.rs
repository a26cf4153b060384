//! Going away without hurting anybody: sockets are closed one after the other, so that their clients do not all come back at once.

use std::sync::Arc;
use std::time::Duration;

use chat_protocol::{Frames, reply};
use tokio::time::{Instant, sleep, sleep_until};

use crate::app::App;
use crate::connection::socket::Socket;

/// Closes everybody, spread over this span. Who waits for answers has them first, unless they do not come.
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

/// Closes a socket whose orders are answered.
fn leaves(socket: &Arc<Socket>) -> bool {
    let settled = socket.is_settled();
    if settled {
        let mut frames = Frames::new();
        // Not all in the same moment: a browser would else come back exactly as long after its close as all others.
        reply::farewell(socket.endpoint, 1_000 + socket.id % 16 * 250, &mut frames);
        socket.line.offer(&frames);
        socket.go_away();
    }
    settled
}

const STEP: Duration = Duration::from_millis(50);
/// How long an answer may take of what was asked before.
const PATIENCE: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(10);
