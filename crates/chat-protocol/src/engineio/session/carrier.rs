use super::Heart;
use crate::engineio::Millis;

/// What carries a session.
#[derive(Debug)]
pub(super) enum Carrier {
    /// Nothing yet: the session was just made.
    New,
    Polling(Polling),
    WebSocket,
    /// Nothing any more: the session is over.
    Gone,
}

#[derive(Debug, Default)]
pub(super) struct Polling {
    /// Whether a poll waits for an answer.
    pub(super) waiting: bool,
    /// Whether a ping is due that no poll has fetched yet.
    pub(super) ping: bool,
    pub(super) upgrade: Option<Upgrade>,
    /// Set once the application has closed the session: until when the client may fetch the rest.
    pub(super) closing: Option<Millis>,
}

/// A WebSocket that wants to take over from polling.
#[derive(Debug)]
pub(super) struct Upgrade {
    pub(super) until: Millis,
    /// Once the probe was answered: from when a waiting poll may be answered with a noop.
    pub(super) release: Option<Millis>,
}

impl Polling {
    pub(super) fn deadline(&self, heart: Heart) -> Millis {
        let upgrade = self.upgrade.as_ref().map(|upgrade| upgrade.until);
        let end = self.closing.unwrap_or_else(|| heart.deadline());
        [upgrade, self.releases_at()].into_iter().flatten().fold(end, Millis::min)
    }

    /// Whether the client was told that its WebSocket may take over.
    pub(super) fn is_probed(&self) -> bool {
        self.upgrade.as_ref().is_some_and(|upgrade| upgrade.release.is_some())
    }

    pub(super) fn releases_at(&self) -> Option<Millis> {
        self.upgrade.as_ref().and_then(|upgrade| upgrade.release).filter(|_| self.waiting && !self.ping)
    }
}
