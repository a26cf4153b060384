//! Looks for gaps in what the other nodes send, so that no loss goes unnoticed.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use super::{Envelope, Speaker, VERSION};
use crate::time::Time;

/// Looks for gaps in what the other nodes send. Its owner hands it every envelope with the present time;
/// [`Hearing::compares`] then says when to compare the active rooms with the journal, which finds everything that was
/// missed.
#[derive(Clone, Debug)]
pub struct Hearing {
    own: Speaker,
    nodes: BTreeMap<u64, Node>,
    /// Whether a comparison is wanted.
    wanted: bool,
    /// When the last comparison was.
    compared: Option<Time>,
    /// How many other nodes the database shows. `None` before it was asked, and where it showed none before another was heard.
    shown: Option<usize>,
    /// How many envelopes were missed for good since [`Hearing::holes`] was last asked.
    holes: u64,
}

/// What was heard of one other node.
#[derive(Clone, Debug)]
struct Node {
    life: u64,
    heard: Time,
    /// Whether it has been silent for too long and a comparison was asked for because of that.
    is_silent: bool,
    channels: BTreeMap<u16, Channel>,
}

/// What was heard of one node on one channel.
#[derive(Clone, Debug, Default)]
struct Channel {
    /// The highest number that the node is known to have used.
    last: u64,
    /// Lower numbers that were not heard, each with the moment from which it has been missing.
    missing: BTreeMap<u64, Time>,
}

impl Hearing {
    /// A node that has heard no other node yet.
    pub fn new(own: Speaker) -> Hearing {
        Hearing { own, nodes: BTreeMap::new(), wanted: false, compared: None, shown: None, holes: 0 }
    }

    /// Takes an envelope in. Returns `false` if it is to be ignored: it is this node's own, from another cluster or
    /// another life of the database, written in another form, from an earlier life of its node, or was heard before.
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
            // What the node said before this envelope was not heard here.
            self.wanted = true;
            self.nodes.insert(node, Node { life, heard: now, is_silent: false, channels: BTreeMap::new() });
        }
        let Some(node) = self.nodes.get_mut(&node) else { return false };
        (node.heard, node.is_silent) = (now, false);
        self.shown = self.shown.filter(|shown| *shown > 0);
        let begins = known != Some(life);
        let channel = node.channels.entry(envelope.channel).or_insert_with(|| Channel::from(envelope, begins));
        let (fresh, lost) = channel.hear(now, envelope);
        self.wanted |= lost > 0;
        self.holes += lost;
        fresh
    }

    /// Whether to compare the active rooms with the journal now, because something may be missing: a number did not
    /// come in time, a node has begun, or one has fallen silent. Several reasons lead to one comparison, and there are
    /// at most four a second.
    pub fn compares(&mut self, now: Time) -> bool {
        for node in self.nodes.values_mut() {
            let overdue = !node.is_silent && now.has_been(node.heard, SILENCE);
            // After the clock was set back, silence counts from the present: otherwise it would go unnoticed until the
            // clock is there again.
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

    /// Notes that something may have been missed which no number shows: the bus was interrupted.
    pub fn missed(&mut self) {
        self.wanted = true;
    }

    /// Whether there is no other node to tell anything to: the database shows none, and none is heard.
    pub fn is_alone(&self) -> bool {
        self.shown == Some(0) && self.nodes.is_empty()
    }

    /// How many others there are, as far as they are heard or the database shows them.
    pub fn others(&self) -> usize {
        self.nodes.len().max(self.shown.unwrap_or(0))
    }

    /// Returns how many envelopes were missed for good since this was last asked.
    pub fn holes(&mut self) -> u64 {
        core::mem::take(&mut self.holes)
    }

    /// Returns when any other node was last heard.
    pub fn last(&self) -> Option<Time> {
        self.nodes.values().map(|node| node.heard).max()
    }

    /// Notes that a node is gone: its missing numbers are not waited for any longer, and a comparison finds what it
    /// said last.
    pub fn lost(&mut self, node: u64) {
        self.wanted |= self.nodes.remove(&node).is_some();
    }

    /// Notes which other nodes the database shows as alive. A node is dead if it is not among them and was not heard
    /// for five seconds either, so neither a broken bus nor a broken database alone declares anybody dead. Returns the
    /// dead nodes, and when each was last heard.
    pub fn living(&mut self, now: Time, living: &[u64]) -> Vec<(u64, Time)> {
        let is_dead = |id: &u64, node: &Node| !living.contains(id) && now.since(node.heard) >= DEATH;
        let dead = self.nodes.iter().filter(|(id, node)| is_dead(id, node));
        let dead: Vec<_> = dead.map(|(id, node)| (*id, node.heard)).collect();
        dead.iter().for_each(|(id, _)| self.lost(*id));
        self.shown = Some(living.len());
        dead
    }
}

impl Channel {
    /// A channel from its first envelope on. If the node itself is new here (`begins`), earlier envelopes do not count
    /// as missed: the comparison that its beginning causes covers them.
    fn from(envelope: &Envelope, begins: bool) -> Channel {
        let heard = u64::from(envelope.counts());
        let last = if begins { envelope.n.saturating_sub(heard) } else { 0 };
        Channel { last, ..Channel::default() }
    }

    /// Counts an envelope. Returns whether it is new, and how many envelopes were lost that are too many to wait for.
    fn hear(&mut self, now: Time, envelope: &Envelope) -> (bool, u64) {
        let Envelope { n, .. } = *envelope;
        if n <= self.last {
            // A repeated envelope, or one that comes late. A heartbeat that was overtaken has nothing to count.
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

    /// Stops waiting for numbers that have been missing for too long. Returns how many these were.
    fn give_up(&mut self, now: Time) -> u64 {
        let before = self.missing.len();
        self.missing.retain(|_, since| !now.has_been(*since, REORDERING));
        (before - self.missing.len()) as u64
    }
}

/// How late a number may come before it counts as lost.
const REORDERING: Duration = Duration::from_millis(100);
/// After this much silence of a node, something that it said may have been missed.
const SILENCE: Duration = Duration::from_secs(2);
/// After this much silence a node is dead, if the database does not show it as alive either.
const DEATH: Duration = Duration::from_secs(5);
/// The least time between two comparisons.
const PACE: Duration = Duration::from_millis(250);
/// A gap of more numbers than this counts as lost at once, so that memory stays bounded.
const MOST: u64 = 1024;
