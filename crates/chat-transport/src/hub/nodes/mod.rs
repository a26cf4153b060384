//! This node among others: what it settles it tells them, what they settle it hears, and where something is missing it compares
//! with the journal.

mod comings;
mod compare;
mod hear;
mod overheard;
mod say;
mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_domain::Time;
use chat_domain::backplane::{Backplane, Hearing, Numbering, Speaker};
use tokio::sync::Notify;

pub(super) use self::comings::Comings;
pub(super) use self::overheard::Overheard;
pub use self::wire::{Reader, Written};

/// This node among others.
#[derive(Clone)]
pub struct Among {
    /// Which node it is, in which of its lives. The epoch follows the journal's.
    pub speaker: Speaker,
    /// Over how many channels its rooms are spread.
    pub channels: u16,
    /// The way to the others. Its ears are the hub's inbox.
    pub backplane: Arc<dyn Backplane>,
}

/// What the hub knows of the other nodes.
pub(super) struct Nodes {
    among: Among,
    numbers: Mutex<Numbers>,
    /// Rings when it is time to compare.
    doubt: Notify,
}

/// What was said and what was heard, in one life of the database.
struct Numbers {
    saying: Numbering,
    hearing: Hearing,
    /// When everything is compared, whatever was heard.
    sweep: Option<Time>,
}

impl Nodes {
    pub(super) fn new(among: Among, epoch: u64) -> Nodes {
        Nodes { numbers: Mutex::new(Numbers::new(&among, epoch)), among, doubt: Notify::new() }
    }

    /// Another life of the database: what is said and heard is of that one.
    pub(super) fn begin_anew(&self, epoch: u64) {
        *self.numbers() = Numbers::new(&self.among, epoch);
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Numbers {
    fn new(among: &Among, epoch: u64) -> Numbers {
        let speaker = Speaker { epoch, ..among.speaker };
        Numbers { saying: Numbering::new(speaker, among.channels), hearing: Hearing::new(speaker), sweep: None }
    }
}
