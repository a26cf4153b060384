//! The difference between the clock of this machine and the database's, which counts for all nodes: what is valid on one must not
//! have expired on another.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chat_domain::Time;
use tracing::warn;

use super::Conn;
use crate::sql::Sql;
use crate::work::now;
use crate::work_error::Worked;

/// The difference between the clock of this machine and the database's.
#[derive(Clone, Default)]
pub(super) struct Clock {
    /// How many microseconds this machine is ahead; changed only where that is off by more than [`TOLERATED`].
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// Returns how many microseconds this machine is ahead; kept up to date.
    pub(super) fn ahead(&self) -> Arc<AtomicI64> {
        self.ahead.clone()
    }

    /// Asks the database for its time.
    pub(super) async fn look(&self, conn: &Conn) -> Worked<()> {
        let asked = now();
        if let Some((theirs,)) = conn.first::<(i64,)>(Sql::new(format!("SELECT {}", Conn::CLOCK))).await? {
            self.compare(asked, theirs);
        }
        Ok(())
    }

    /// Takes in the database's time, which it was asked for at `asked` and has answered just now.
    pub(super) fn compare(&self, asked: Time, theirs: i64) {
        self.learn(asked.0, theirs, now().0);
    }

    fn learn(&self, asked: i64, theirs: i64, answered: i64) {
        let way = answered.saturating_sub(asked).max(0) / 2;
        let known = self.ahead.load(Ordering::Relaxed);
        let ahead = answered.saturating_sub(way).saturating_sub(theirs);
        if ahead.saturating_sub(known).saturating_abs() > TOLERATED.saturating_add(way) {
            self.ahead.store(ahead, Ordering::Relaxed);
            let seconds = ahead / 1_000_000;
            warn!(
                seconds,
                "the clock of this machine is ahead of the database's, by which the server goes from here on"
            );
        }
    }
}

/// A difference in microseconds that does no harm.
const TOLERATED: i64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_set_right_where_it_is_off_by_more_than_a_second_and_the_way_to_the_database() {
        const SECOND: i64 = 1_000_000;
        let clock = Clock::default();
        // When the database was asked, what it said, when that came, and by what the clock is ahead then.
        for (asked, theirs, answered, ahead) in [
            (100, 100, 100, 0),
            (101, 100, 101, 0),
            (100, 104, 108, 0),
            (100, 108, 108, 0),
            (3_700, 100, 3_700, 3_600),
            (3_701, 100, 3_701, 3_600),
            (3_700, 100, 3_704, 3_600),
            (110, 110, 110, 0),
            (100, 160, 102, -59),
        ] {
            clock.learn(asked * SECOND, theirs * SECOND, answered * SECOND);
            assert_eq!(clock.ahead().load(Ordering::Relaxed), ahead * SECOND, "{asked} {theirs} {answered}");
        }
    }
}
