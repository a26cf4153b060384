//! Polls that are being answered.

use bytes::Bytes;
use chat_protocol::engineio::Reject;
use tokio::sync::oneshot;

/// The polls that may be answered now: the one that was waiting, and the one that was just opened.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) before: Option<oneshot::Sender<Result<Bytes, Reject>>>,
    pub(super) newest: Option<oneshot::Sender<Result<Bytes, Reject>>>,
}

impl Waiting {
    /// Answers the poll that has waited longest. Returns false if its client has gone.
    pub(super) fn answer(&mut self, body: Bytes) -> bool {
        let poll = self.before.take().or_else(|| self.newest.take());
        poll.is_some_and(|poll| poll.send(Ok(body)).is_ok())
    }

    pub(super) fn refuse(&mut self, reject: Reject) {
        // An error means that the client has gone, which is fine.
        let poll = self.newest.take().or_else(|| self.before.take());
        let _ = poll.map(|poll| poll.send(Err(reject)));
    }
}
