//! This node among others: what it settles it tells them, what they settle it hears, and where something is missing it compares
//! with the journal.

mod comings;
mod compare;
mod elsewhere;
mod hear;
mod known;
mod missed_tells;
mod overheard;
mod own;
mod say;
mod signs;
mod tells;
mod told;
mod wire;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_domain::Time;
use chat_domain::backplane::{Backplane, Envelope, Hearing, Numbering, Speaker};
use tokio::sync::Notify;

use self::known::Known;

pub(super) use self::comings::Comings;
pub(super) use self::elsewhere::Elsewhere;
pub(super) use self::overheard::Overheard;
pub(super) use self::own::Own;
pub(super) use self::told::Told;
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
    /// The nodes of whose people something else is known here than they last said.
    doubtful: BTreeSet<u64>,
    /// What was told to people.
    tells: Known,
    /// When all people of this node were last stated.
    answered: Option<Time>,
}

impl Nodes {
    pub(super) fn new(among: Among, epoch: u64) -> Nodes {
        Nodes { numbers: Mutex::new(Numbers::new(&among, epoch)), among, doubt: Notify::new() }
    }

    /// Another life of the database: what is said and heard is of that one.
    pub(super) fn begin_anew(&self, epoch: u64) {
        *self.numbers() = Numbers::new(&self.among, epoch);
    }

    /// Gives these to the other nodes, if there are any. What is not given while there are none counts all the same: one that begins
    /// meanwhile notices by the number.
    fn publish(&self, numbers: &Numbers, envelopes: Vec<Envelope>) {
        if !numbers.hearing.is_alone() {
            self.among.backplane.publish(envelopes);
        }
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Numbers {
    fn new(among: &Among, epoch: u64) -> Numbers {
        let speaker = Speaker { epoch, ..among.speaker };
        let (saying, hearing) = (Numbering::new(speaker, among.channels), Hearing::new(speaker));
        Numbers { saying, hearing, sweep: None, doubtful: BTreeSet::new(), tells: Known::default(), answered: None }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chat_domain::backplane::Ears;
    use chat_domain::memory::bus::Bus;

    use super::*;
    use crate::hub::Inbox;

    #[test]
    fn a_clock_that_is_set_back_keeps_a_node_from_nothing() {
        let ears: Arc<dyn Ears> = Inbox::new(1);
        let speaker = Speaker { cluster: 1, epoch: 1, node: 1, life: 1 };
        let among = Among { speaker, channels: 1, backplane: Bus::new().join(1, &ears) };
        let nodes = Nodes::new(among, 1);
        let moments = [Time::from_secs(20_000), Time::from_secs(10_000), Time::from_secs(10_000)];
        for (now, does) in moments.into_iter().zip([true, true, false]) {
            nodes.numbers().hearing.missed();
            assert_eq!(nodes.is_in_doubt(now), does, "compares");
            let mut numbers = nodes.numbers();
            assert_eq!((numbers.saying.heartbeats(now).is_empty(), numbers.answers(now)), (!does, does));
        }
        // Whatever was heard, it compares from time to time.
        assert!(nodes.is_in_doubt(Time::from_secs(5_000)));
        assert!(!nodes.is_in_doubt(Time::from_secs(5_000).after(Duration::from_secs(1))));
    }
}
