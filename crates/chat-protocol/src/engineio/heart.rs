use super::{EngineSettings, Millis};

/// The heartbeat: a ping after the interval, and the end of the session if no pong comes in time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Heart {
    /// Nothing is asked of the client until this moment.
    Resting { until: Millis },
    /// A ping was sent, or is ready for the next poll, and must be answered before this moment.
    Waiting { until: Millis },
}

/// What is to be done because time has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    None,
    Ping,
    Dead,
}

impl Heart {
    pub(super) fn rested(now: Millis, settings: &EngineSettings) -> Self {
        Self::Resting { until: now.saturating_add(settings.ping_interval) }
    }

    /// Returns what is to be done by now. Call it until it returns nothing, because a ping and the end can fall due
    /// together.
    pub(super) fn pass(&mut self, now: Millis, settings: &EngineSettings) -> Beat {
        match *self {
            Self::Resting { until } if until <= now => {
                *self = Self::Waiting { until: asked_at(until, now, settings).saturating_add(settings.ping_timeout) };
                Beat::Ping
            }
            Self::Waiting { until } if until <= now => Beat::Dead,
            _ => Beat::None,
        }
    }

    /// Notes a pong. However long it took, pings keep their rhythm.
    pub(super) fn pong(&mut self, now: Millis, settings: &EngineSettings) {
        if let Self::Waiting { until } = *self {
            let asked = until.saturating_sub(settings.ping_timeout);
            *self = Self::Resting { until: asked.saturating_add(settings.ping_interval).max(now.saturating_add(1)) };
        }
    }

    pub(super) fn deadline(self) -> Millis {
        match self {
            Self::Resting { until } | Self::Waiting { until } => until,
        }
    }
}

/// Returns when the client was asked. The timeout runs from the moment when the ping was due, so that a session ends
/// exactly when its client was told. But if the server itself slept for longer than the timeout, the clients are given
/// their time from now.
fn asked_at(due: Millis, now: Millis, settings: &EngineSettings) -> Millis {
    if now - due > settings.ping_timeout { now } else { due }
}
