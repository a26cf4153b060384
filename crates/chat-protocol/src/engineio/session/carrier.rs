use super::Heart;
use crate::engineio::Millis;

/// Who carries a session.
#[derive(Debug)]
pub(super) enum Carrier {
    /// The session was just made.
    New,
    Polling(Polling),
    WebSocket,
    /// The session is over.
    Gone,
}

#[derive(Debug, Default)]
pub(super) struct Polling {
    /// A poll waits for an answer.
    pub(super) waiting: bool,
    /// A ping is due and no poll has fetched it.
    pub(super) ping: bool,
    pub(super) upgrade: Option<Upgrade>,
    /// The application is done; the client may fetch the rest until then.
    pub(super) closing: Option<Millis>,
}

/// A WebSocket that wants to take over from polling.
#[derive(Debug)]
pub(super) struct Upgrade {
    pub(super) until: Millis,
    /// From when a poll may be released with a noop, once the probe has come.
    pub(super) release: Option<Millis>,
}

impl Polling {
    pub(super) fn deadline(&self, heart: Heart) -> Millis {
        let upgrade = self.upgrade.as_ref().map(|upgrade| upgrade.until);
        let end = self.closing.unwrap_or_else(|| heart.deadline());
        [upgrade, self.releases_at()].into_iter().flatten().fold(end, Millis::min)
    }

    /// Whether the client knows that its WebSocket may take over.
    pub(super) fn is_probed(&self) -> bool {
        self.upgrade.as_ref().is_some_and(|upgrade| upgrade.release.is_some())
    }

    pub(super) fn releases_at(&self) -> Option<Millis> {
        self.upgrade.as_ref().and_then(|upgrade| upgrade.release).filter(|_| self.waiting && !self.ping)
    }
}
