//! What the log says of a database that is away: when it goes, once a minute, and when it is back.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::OpenError;

/// Whether the database is away, as far as new connections show.
#[derive(Default)]
pub(super) struct Outage(Mutex<Option<Since>>);

struct Since {
    began: Instant,
    told: Instant,
}

impl Outage {
    /// No connection came, and why.
    pub(super) fn goes_on(&self, why: &OpenError) {
        let (mut outage, now) = (self.lock(), Instant::now());
        match &mut *outage {
            None => {
                *outage = Some(Since { began: now, told: now });
                tracing::error!("{why}");
            }
            Some(since) if now - since.told >= EVERY => {
                since.told = now;
                tracing::error!("still, after {} s: {why}", (now - since.began).as_secs());
            }
            Some(_) => {}
        }
    }

    /// A connection came.
    pub(super) fn is_over(&self) {
        if let Some(since) = self.lock().take() {
            tracing::info!("the database is back after {} s", since.began.elapsed().as_secs());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Since>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often it is said again.
const EVERY: Duration = Duration::from_secs(60);
