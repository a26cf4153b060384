//! What operators hear of a database that is away: when it goes, once a minute why, and when it is back.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Something could not be asked or written: the database is away until something is written again.
pub(crate) fn away(cause: &dyn Display) {
    match OUTAGE.away(Instant::now()) {
        Heard::Gone => tracing::error!("the database is away: {cause}"),
        Heard::Still(span) => tracing::error!("the database has been away for {} s: {cause}", span.as_secs()),
        Heard::Already => tracing::debug!("the database is away: {cause}"),
    }
}

/// Something was written, or a connection came.
pub(crate) fn back() {
    if let Some(span) = OUTAGE.back(Instant::now()) {
        tracing::warn!("the database is back, after {} s", span.as_secs());
    }
}

/// Whether nothing could be written since something failed.
pub(crate) fn is_on() -> bool {
    OUTAGE.on.load(Ordering::Relaxed)
}

/// One for the process: it has one database.
static OUTAGE: Outage = Outage::new();

struct Outage {
    on: AtomicBool,
    since: Mutex<Option<Since>>,
}

struct Since {
    began: Instant,
    said: Instant,
}

/// What an operator has heard of it.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    /// Nothing yet.
    Gone,
    /// Nothing for a minute, while it has been away for so long.
    Still(Duration),
    /// Enough.
    Already,
}

impl Outage {
    const fn new() -> Outage {
        Outage { on: AtomicBool::new(false), since: Mutex::new(None) }
    }

    fn away(&self, now: Instant) -> Heard {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        self.on.store(true, Ordering::Relaxed);
        match &mut *since {
            None => {
                *since = Some(Since { began: now, said: now });
                Heard::Gone
            }
            Some(since) if now.duration_since(since.said) >= AGAIN => {
                since.said = now;
                Heard::Still(now.duration_since(since.began))
            }
            Some(_) => Heard::Already,
        }
    }

    fn back(&self, now: Instant) -> Option<Duration> {
        if !self.on.load(Ordering::Relaxed) {
            return None;
        }
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        self.on.store(false, Ordering::Relaxed);
        since.take().map(|since| now.duration_since(since.began))
    }
}

/// Between two lines about the same outage.
const AGAIN: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_once_then_once_a_minute_and_when_it_is_over() {
        let (outage, start) = (Outage::new(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(outage.back(start), None);
        assert_eq!(outage.away(start), Heard::Gone);
        assert!((0..60).all(|second| outage.away(after(second)) == Heard::Already));
        assert_eq!(outage.away(after(61)), Heard::Still(Duration::from_secs(61)));
        assert_eq!(outage.away(after(62)), Heard::Already);
        assert_eq!(outage.back(after(70)), Some(Duration::from_secs(70)));
        assert_eq!(outage.back(after(71)), None);
        assert_eq!(outage.away(after(72)), Heard::Gone);
    }
}
