//! How far long work is, on the standard error.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

/// Shows how many rows are done: at a terminal while they are being done, elsewhere at the end.
pub(crate) struct Progress {
    what: &'static str,
    pub(super) done: usize,
    began: Instant,
    shown: Option<Instant>,
}

impl Progress {
    pub(crate) fn new(what: &'static str) -> Progress {
        let now = Instant::now();
        Progress { what, done: 0, began: now, shown: io::stderr().is_terminal().then_some(now) }
    }

    pub(crate) fn more(&mut self, rows: usize) {
        self.done += rows;
        if self.shown.is_some_and(|shown| shown.elapsed() > OFTEN) {
            self.shown = Some(Instant::now());
            eprint!("\r{} rows {} …", self.done, self.what);
        }
    }

    pub(crate) fn end(&self) {
        let line = if self.shown.is_some() { "\r" } else { "" };
        eprintln!("{line}{} rows {} in {:.1} s", self.done, self.what, self.began.elapsed().as_secs_f64());
    }
}

/// How often a terminal is told.
const OFTEN: Duration = Duration::from_millis(100);
