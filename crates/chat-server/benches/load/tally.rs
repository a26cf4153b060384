//! What was heard, and how late.

use std::cell::{Cell, RefCell};
use std::time::Instant;

use tokio::sync::Notify;

/// Counts for all connections of a scenario.
pub(crate) struct Tally {
    began: Instant,
    messages: Cell<u64>,
    answers: Cell<u64>,
    errors: Cell<u64>,
    bytes: Cell<u64>,
    delays: RefCell<Vec<u32>>,
    /// Rings when a message has come that somebody may wait for.
    pub(crate) bell: Notify,
}

impl Tally {
    /// Nothing yet.
    pub(crate) fn new() -> Tally {
        Tally {
            began: Instant::now(),
            messages: Cell::default(),
            answers: Cell::default(),
            errors: Cell::default(),
            bytes: Cell::default(),
            delays: RefCell::default(),
            bell: Notify::new(),
        }
    }

    /// Microseconds since this was made: what messages carry.
    pub(crate) fn now(&self) -> u64 {
        self.began.elapsed().as_micros() as u64
    }

    /// When this was made.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// A message was heard; who samples also looks how late it is.
    pub(crate) fn message(&self, frame: &[u8], samples: bool) {
        self.messages.set(self.messages.get() + 1);
        self.bytes.set(self.bytes.get() + frame.len() as u64);
        if let Some(sent) = samples.then(|| stamp(frame)).flatten() {
            self.delays.borrow_mut().push(self.now().saturating_sub(sent) as u32);
        }
    }

    /// An answer was heard, to something said at this time.
    pub(crate) fn answer(&self, said: Option<u64>) {
        self.answers.set(self.answers.get() + 1);
        if let Some(said) = said {
            self.delays.borrow_mut().push(self.now().saturating_sub(said) as u32);
        }
    }

    /// Something was refused; the first time, it is shown.
    pub(crate) fn error(&self, frame: &[u8]) {
        if self.errors.replace(self.errors.get() + 1) == 0 {
            eprintln!("load: refused: {}", String::from_utf8_lossy(frame));
        }
    }

    /// Messages so far.
    pub(crate) fn messages(&self) -> u64 {
        self.messages.get()
    }

    /// Answers so far.
    pub(crate) fn answers(&self) -> u64 {
        self.answers.get()
    }

    /// Bytes of a message, in the mean.
    pub(crate) fn size(&self) -> u64 {
        self.bytes.get() / self.messages.get().max(1)
    }

    /// Forgets how late things were so far.
    pub(crate) fn forget_delays(&self) {
        self.delays.borrow_mut().clear();
    }

    /// How late things were, in microseconds.
    pub(crate) fn delays(&self) -> Vec<u32> {
        self.delays.borrow().clone()
    }
}

/// Content that says when it was sent, filled up to this size. (It mentions nobody: an @ before it would.)
pub(crate) fn content(at: u64, size: usize) -> String {
    let mut content = format!("|{at:015}");
    content.extend(std::iter::repeat_n('.', size.saturating_sub(content.len())));
    content
}

fn stamp(frame: &[u8]) -> Option<u64> {
    let at = frame.iter().position(|byte| *byte == b'|')?;
    std::str::from_utf8(frame.get(at + 1..at + 16)?).ok()?.parse().ok()
}
