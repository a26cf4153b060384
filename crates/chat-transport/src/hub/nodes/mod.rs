//! This node among others: it tells them what it settles, hears what they settle, and compares with the journal where something
//! is missing.

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
mod standing;
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
pub(crate) use self::own::OWN;
pub(super) use self::own::Own;
pub(crate) use self::standing::Standing;
pub(super) use self::told::Told;
pub use self::wire::{Reader, Written};

/// The connection of this node to the others.
#[derive(Clone)]
pub struct Among {
    /// Numbers this node's envelopes: it has the node's number and the number of its life. Its epoch follows the journal's.
    pub speaker: Speaker,
    /// The number of channels over which rooms are spread.
    pub channels: u16,
    /// The bus. Its ears must be the hub's inbox.
    pub backplane: Arc<dyn Backplane>,
}

/// What the hub knows of other nodes.
pub(super) struct Nodes {
    among: Among,
    numbers: Mutex<Numbers>,
    /// Rings when it is time to compare.
    doubt: Notify,
}

/// The numbers of what was said and heard, in one epoch of the database.
struct Numbers {
    saying: Numbering,
    hearing: Hearing,
    /// When everything is compared next, whatever was heard.
    sweep: Option<Time>,
    /// The nodes that last stated other people than are known of them here.
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

    /// Begins another epoch: numbers begin anew.
    pub(super) fn begin_anew(&self, epoch: u64) {
        *self.numbers() = Numbers::new(&self.among, epoch);
    }

    /// Publishes envelopes, if there are other nodes. Without any they are dropped, but their numbers count: a node that begins
    /// meanwhile notices the hole.
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
        // Even without a doubt it compares from time to time.
        assert!(nodes.is_in_doubt(Time::from_secs(5_000)));
        assert!(!nodes.is_in_doubt(Time::from_secs(5_000).after(Duration::from_secs(1))));
    }
}
