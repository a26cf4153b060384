//! What happened in a run, line by line, and what was wrong.

use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

/// The story of a run. Cheap to clone; clones share it.
#[derive(Clone)]
pub(super) struct Story(Arc<Mutex<Told>>, Instant);

#[derive(Default)]
struct Told {
    lines: Vec<String>,
    red: Option<Red>,
}

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Red {
    /// The checker that found it: `lost`, `twice` …
    pub(super) checker: &'static str,
    /// What it found.
    pub(super) what: String,
}

impl Story {
    /// Creates an empty story.
    pub(super) fn new() -> Story {
        Story(Arc::default(), Instant::now())
    }

    /// Adds a line about somebody.
    pub(super) fn note(&self, who: &str, what: impl Display) {
        let at = self.1.elapsed().as_millis();
        self.told().lines.push(format!("{:>3}.{:03} {who:<8} {what}", at / 1_000, at % 1_000));
    }

    /// Notes a broken promise. The first one counts.
    pub(super) fn red(&self, checker: &'static str, what: impl Display) {
        self.note("RED", format_args!("{checker}: {what}"));
        self.told().red.get_or_insert(Red { checker, what: what.to_string() });
    }

    /// Notes a broken promise unless this is true.
    pub(super) fn check(&self, checker: &'static str, is_so: bool, what: impl FnOnce() -> String) {
        if !is_so {
            self.red(checker, what());
        }
    }

    /// Returns the broken promise.
    pub(super) fn wrong(&self) -> Option<Red> {
        self.told().red.clone()
    }

    /// Returns all lines.
    pub(super) fn lines(&self) -> Vec<String> {
        self.told().lines.clone()
    }

    /// Returns a hash of the story, by which two stories are compared.
    pub(super) fn hash(&self) -> u64 {
        let bytes = |line: &String| line.bytes().chain([b'\n']).collect::<Vec<_>>();
        let all = self.told().lines.iter().flat_map(bytes).collect::<Vec<_>>();
        all.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
