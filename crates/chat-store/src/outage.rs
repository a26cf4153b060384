//! What operators are told of a database that is away: when that begins, why (at most once a minute), and when it is
//! over.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Notes that the database could not be reached or written to. It counts as away until something is written again.
pub(crate) fn away(cause: &dyn Display) {
    match OUTAGE.away(Instant::now()) {
        Heard::Gone => tracing::error!("the database is away: {cause}"),
        Heard::Still(span) => tracing::error!("the database has been away for {} s: {cause}", span.as_secs()),
        Heard::Already => tracing::debug!("the database is away: {cause}"),
    }
}

/// Notes that orders were written, or that a connection was made.
pub(crate) fn back() {
    if let Some(span) = OUTAGE.back(Instant::now()) {
        tracing::warn!("the database is back, after {} s", span.as_secs());
    }
}

/// Whether the database is away: something failed, and nothing was written since.
pub(crate) fn is_on() -> bool {
    OUTAGE.on.load(Ordering::Relaxed)
}

/// Whether something failed within the last seconds, and nothing was written since. On a full disk something small may
/// still be written, so this is forgotten after a while.
pub(crate) fn is_fresh() -> bool {
    is_on() && OUTAGE.state().failed.is_some_and(|failed| failed.elapsed() < FRESH)
}

/// One for the process, which has one database.
static OUTAGE: Outage = Outage::new();

struct Outage {
    on: AtomicBool,
    state: Mutex<OutageState>,
}

struct OutageState {
    /// When the outage began, if there is one.
    began: Option<Instant>,
    /// Whether operators were told of it.
    is_told: bool,
    /// When the last line about any outage was logged.
    said: Option<Instant>,
    /// When something last failed.
    failed: Option<Instant>,
}

/// What operators are told.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    /// The database is away.
    Gone,
    /// The database has been away for so long.
    Still(Duration),
    /// Nothing, because a line was logged less than a minute ago.
    Already,
}

impl Outage {
    const fn new() -> Outage {
        let state = OutageState { began: None, is_told: false, said: None, failed: None };
        Outage { on: AtomicBool::new(false), state: Mutex::new(state) }
    }

    fn away(&self, now: Instant) -> Heard {
        let mut state = self.state();
        self.on.store(true, Ordering::Relaxed);
        state.failed = Some(now);
        let began = *state.began.get_or_insert(now);
        if state.said.is_some_and(|said| now.duration_since(said) < AGAIN) {
            return Heard::Already;
        }
        state.said = Some(now);
        match std::mem::replace(&mut state.is_told, true) {
            false => Heard::Gone,
            true => Heard::Still(now.duration_since(began)),
        }
    }

    fn back(&self, now: Instant) -> Option<Duration> {
        if !self.on.load(Ordering::Relaxed) {
            return None;
        }
        let mut state = self.state();
        self.on.store(false, Ordering::Relaxed);
        let span = state.began.take().map(|began| now.duration_since(began));
        span.filter(|_| std::mem::take(&mut state.is_told))
    }

    fn state(&self) -> MutexGuard<'_, OutageState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a failure lets one expect the next.
const FRESH: Duration = Duration::from_secs(3);
/// The time between two lines about the same outage.
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
    }

    #[test]
    fn one_that_comes_and_goes_is_a_line_a_minute() {
        let (outage, start) = (Outage::new(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(outage.away(start), Heard::Gone);
        assert_eq!(outage.back(after(1)), Some(Duration::from_secs(1)));
        for second in (2..60).step_by(2) {
            assert_eq!(outage.away(after(second)), Heard::Already);
            assert_eq!(outage.back(after(second + 1)), None);
        }
        assert_eq!(outage.away(after(62)), Heard::Gone);
    }
}
