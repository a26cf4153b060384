//! Counting what was heard, and with what delay.

use std::cell::{Cell, RefCell};
use std::time::Instant;

use tokio::sync::Notify;

/// The counts of all connections of a scenario.
pub(crate) struct Tally {
    began: Instant,
    messages: Cell<u64>,
    answers: Cell<u64>,
    errors: Cell<u64>,
    bytes: Cell<u64>,
    delays: RefCell<Vec<u32>>,
    /// Rings when a message has come for which somebody may wait.
    pub(crate) bell: Notify,
}

impl Tally {
    /// Creates it with nothing counted.
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

    /// Returns the microseconds since this was created, which messages carry.
    pub(crate) fn now(&self) -> u64 {
        self.began.elapsed().as_micros() as u64
    }

    /// Returns when this was created.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// Counts a message. With `samples` it also records the delay.
    pub(crate) fn message(&self, frame: &[u8], samples: bool) {
        self.messages.set(self.messages.get() + 1);
        self.bytes.set(self.bytes.get() + frame.len() as u64);
        if let Some(sent) = samples.then(|| stamp(frame)).flatten() {
            self.delays.borrow_mut().push(self.now().saturating_sub(sent) as u32);
        }
    }

    /// Counts an answer to what was sent at this time.
    pub(crate) fn answer(&self, said: Option<u64>) {
        self.answers.set(self.answers.get() + 1);
        if let Some(said) = said {
            self.delays.borrow_mut().push(self.now().saturating_sub(said) as u32);
        }
    }

    /// Counts a refusal. The first one is printed.
    pub(crate) fn error(&self, frame: &[u8]) {
        if self.errors.replace(self.errors.get() + 1) == 0 {
            eprintln!("load: refused: {}", String::from_utf8_lossy(frame));
        }
    }

    /// Returns the messages so far.
    pub(crate) fn messages(&self) -> u64 {
        self.messages.get()
    }

    /// Returns the answers so far.
    pub(crate) fn answers(&self) -> u64 {
        self.answers.get()
    }

    /// Returns the mean size of a message, in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.bytes.get() / self.messages.get().max(1)
    }

    /// Forgets the delays so far.
    pub(crate) fn forget_delays(&self) {
        self.delays.borrow_mut().clear();
    }

    /// Returns the delays, in microseconds.
    pub(crate) fn delays(&self) -> Vec<u32> {
        self.delays.borrow().clone()
    }
}

/// Makes content that tells when it was sent, filled up to this size. (The filling has no `@`, which might mention somebody.)
pub(crate) fn content(at: u64, size: usize) -> String {
    let mut content = format!("|{at:015}");
    content.extend(std::iter::repeat_n('.', size.saturating_sub(content.len())));
    content
}

fn stamp(frame: &[u8]) -> Option<u64> {
    let at = frame.iter().position(|byte| *byte == b'|')?;
    std::str::from_utf8(frame.get(at + 1..at + 16)?).ok()?.parse().ok()
}
