//! Limits on lines of the log that strangers can cause: at most one a second of a kind, which says how many were left out.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lets one line of the log through a second.
#[derive(Debug, Default)]
pub(crate) struct Sparing(Mutex<SparingState>);

#[derive(Debug, Default)]
struct SparingState {
    last: Option<Instant>,
    left_out: u64,
}

impl Sparing {
    pub(crate) const fn new() -> Sparing {
        Sparing(Mutex::new(SparingState { last: None, left_out: 0 }))
    }

    /// Returns `None` if the line must be left out, and otherwise how many were left out since the last one.
    pub(crate) fn line(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.last.is_some_and(|last| now.duration_since(last) < APART) {
            state.left_out += 1;
            return None;
        }
        state.last = Some(now);
        Some(std::mem::take(&mut state.left_out))
    }
}

const APART: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_one_line_a_second_that_counts_the_rest() {
        let (sparing, start) = (Sparing::new(), Instant::now());
        assert_eq!(sparing.line(start), Some(0));
        assert!((1..1_000).all(|milli| sparing.line(start + Duration::from_millis(milli)).is_none()));
        assert_eq!(sparing.line(start + APART), Some(999));
        assert_eq!(sparing.line(start + 2 * APART), Some(0));
    }
}
