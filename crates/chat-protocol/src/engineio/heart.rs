use super::{EngineSettings, Millis};

/// The heartbeat: a ping after the interval, then a pong in time or the end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Heart {
    /// Nothing is asked of the client until then.
    Resting { until: Millis },
    /// A ping is out (or ready for the next poll) and must be answered before then.
    Waiting { until: Millis },
}

/// What the passing of time brought.
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

    /// To be asked again until nothing comes, because a ping and the end may fall together.
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

    /// The client answered. Pings keep their pace, however long an answer took.
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

/// The timeout runs from the moment at which the ping was due, so that a session ends exactly when it was
/// told to. A server that slept through more than the timeout must not blame its clients for it.
fn asked_at(due: Millis, now: Millis, settings: &EngineSettings) -> Millis {
    if now - due > settings.ping_timeout { now } else { due }
}
