//! Counting what the other nodes say, so that nothing is missed without being noticed.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use super::{Envelope, Speaker, VERSION};
use crate::time::Time;

/// Counts what the other nodes say. Driven by its owner: envelopes go in with the present time; [`Hearing::compares`] says when
/// to compare with the journal where the active rooms stand, which finds everything that was missed.
#[derive(Clone, Debug)]
pub struct Hearing {
    own: Speaker,
    nodes: BTreeMap<u64, Node>,
    /// Whether a comparison is wanted, and when the last one was.
    wanted: bool,
    compared: Option<Time>,
    /// Whether the database shows that there is nobody else.
    is_alone: bool,
    /// How many numbers were missed for good.
    holes: u64,
}

/// What was heard of another node.
#[derive(Clone, Debug)]
struct Node {
    life: u64,
    heard: Time,
    /// It has been silent for too long, and that was noticed.
    is_silent: bool,
    channels: BTreeMap<u16, Channel>,
}

/// What was heard of it on one channel.
#[derive(Clone, Debug, Default)]
struct Channel {
    /// The highest number that is known to have been given.
    last: u64,
    /// Those before it that were not heard, and since when they are missed.
    missing: BTreeMap<u64, Time>,
}

impl Hearing {
    /// A node that has heard nobody yet.
    pub fn new(own: Speaker) -> Hearing {
        Hearing { own, nodes: BTreeMap::new(), wanted: false, compared: None, is_alone: false, holes: 0 }
    }

    /// Takes an envelope in; false if it is not to be listened to. Such are one's own, those of others, of another life of
    /// the database, those written in a way that is not known here, and those that came before.
    pub fn hear(&mut self, now: Time, envelope: &Envelope) -> bool {
        let Speaker { cluster, epoch, node, life } = envelope.speaker;
        let is_ours = (cluster, epoch) == (self.own.cluster, self.own.epoch) && node != self.own.node;
        if !is_ours || envelope.version != VERSION {
            return false;
        }
        let known = self.nodes.get(&node).map(|known| known.life);
        if known.is_some_and(|known| life < known) {
            return false;
        }
        if known != Some(life) {
            // What it said before was for others, or for nobody.
            self.wanted = true;
            self.nodes.insert(node, Node { life, heard: now, is_silent: false, channels: BTreeMap::new() });
        }
        let Some(node) = self.nodes.get_mut(&node) else { return false };
        (node.heard, node.is_silent) = (now, false);
        self.is_alone = false;
        let begins = known != Some(life);
        let channel = node.channels.entry(envelope.channel).or_insert_with(|| Channel::from(envelope, begins));
        let (fresh, lost) = channel.hear(now, envelope);
        self.wanted |= lost > 0;
        self.holes += lost;
        fresh
    }

    /// Whether to compare now. Something may be missing: a number that did not come within a moment, a node that begins or has
    /// fallen silent. Many reasons make one comparison, and there are at most four a second.
    pub fn compares(&mut self, now: Time) -> bool {
        for node in self.nodes.values_mut() {
            let overdue = !node.is_silent && now.has_been(node.heard, SILENCE);
            // Else it would not be missed before a clock that was set back is there again.
            node.heard = node.heard.min(now);
            node.is_silent |= overdue;
            self.wanted |= overdue;
            for channel in node.channels.values_mut() {
                let holes = channel.give_up(now);
                self.wanted |= holes > 0;
                self.holes += holes;
            }
        }
        if !self.wanted || self.compared.is_some_and(|compared| !now.has_been(compared, PACE)) {
            return false;
        }
        (self.wanted, self.compared) = (false, Some(now));
        true
    }

    /// Something was missed that no number shows: nobody listened for a while.
    pub fn missed(&mut self) {
        self.wanted = true;
    }

    /// Whether nobody is there to be told anything: the database shows nobody else, and nobody is heard.
    pub fn is_alone(&self) -> bool {
        self.is_alone && self.nodes.is_empty()
    }

    /// How many numbers were missed for good since this was last asked.
    pub fn holes(&mut self) -> u64 {
        core::mem::take(&mut self.holes)
    }

    /// When any other node was last heard.
    pub fn last(&self) -> Option<Time> {
        self.nodes.values().map(|node| node.heard).max()
    }

    /// A node is known to be gone: nothing of it is waited for, and what it said last may be missing.
    pub fn lost(&mut self, node: u64) {
        self.wanted |= self.nodes.remove(&node).is_some();
    }

    /// The database shows that these other nodes are alive. Whoever is not among them and was not heard for long is dead: a bus that is
    /// away kills nobody, nor does a database. Answers who, and when each was last heard.
    pub fn living(&mut self, now: Time, living: &[u64]) -> Vec<(u64, Time)> {
        let is_dead = |id: &u64, node: &Node| !living.contains(id) && now.since(node.heard) >= DEATH;
        let dead = self.nodes.iter().filter(|(id, node)| is_dead(id, node));
        let dead: Vec<_> = dead.map(|(id, node)| (*id, node.heard)).collect();
        dead.iter().for_each(|(id, _)| self.lost(*id));
        self.is_alone = living.is_empty();
        dead
    }
}

impl Channel {
    /// A channel from its first envelope on. What came before that was not missed if the node itself is new here: its beginning is
    /// a reason of its own.
    fn from(envelope: &Envelope, begins: bool) -> Channel {
        let heard = u64::from(envelope.counts());
        let last = if begins { envelope.n.saturating_sub(heard) } else { 0 };
        Channel { last, ..Channel::default() }
    }

    /// Counts an envelope. Answers whether it is news, and how many are missing that are not worth waiting for.
    fn hear(&mut self, now: Time, envelope: &Envelope) -> (bool, u64) {
        let Envelope { n, .. } = *envelope;
        if n <= self.last {
            // It is late, or a double. A heartbeat that was overtaken counts nothing.
            return (!envelope.counts() || self.missing.remove(&n).is_some(), 0);
        }
        let before = if envelope.counts() { n } else { n.saturating_add(1) };
        let lost = before - self.last;
        let lost = if lost > MOST { lost - 1 } else { 0 };
        if lost == 0 {
            self.missing.extend((self.last + 1..before).map(|missing| (missing, now)));
        }
        self.last = n;
        (true, lost)
    }

    /// Waits no longer for what is missing for too long; says how many that were.
    fn give_up(&mut self, now: Time) -> u64 {
        let before = self.missing.len();
        self.missing.retain(|_, since| !now.has_been(*since, REORDERING));
        (before - self.missing.len()) as u64
    }
}

/// How long a number may be late.
const REORDERING: Duration = Duration::from_millis(100);
/// After this much silence a node may have said something that nobody heard.
const SILENCE: Duration = Duration::from_secs(2);
/// After this much silence a node is dead if its row is not fresh any more either.
const DEATH: Duration = Duration::from_secs(5);
/// The least time between two comparisons.
const PACE: Duration = Duration::from_millis(250);
/// More numbers than this are not waited for one by one.
const MOST: u64 = 1024;
