//! Comparing what was acknowledged with what everybody heard.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::client::Story;
use crate::world::{Room, Stories};

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    acked: u64,
    /// Acknowledged, but in no room.
    vanished: u64,
    due: u64,
    received: u64,
    lost: u64,
    twice: u64,
    reordered: u64,
    /// Heard, but in no room.
    ghosts: u64,
    resyncs: u64,
    longest: Duration,
}

impl Ledger {
    /// Compares the rooms at the end with what everybody heard: each message of a room must have come to each of its members.
    pub(crate) fn of(rooms: &[Room], stories: &Stories) -> Ledger {
        let mut ledger = Ledger::default();
        let rooms: HashMap<u64, &Room> = rooms.iter().map(|room| (room.id, room)).collect();
        // Every message has a name of its own, so a name that is there twice was stored twice.
        for room in rooms.values() {
            let names: HashSet<&str> = room.messages.iter().map(|(_, name)| name.as_str()).collect();
            ledger.twice += (room.messages.len() - names.len()) as u64;
        }
        for story in &stories.0 {
            if let Some(room) = rooms.get(&story.room) {
                ledger.add(room, story);
            }
        }
        ledger
    }

    fn add(&mut self, room: &Room, story: &Story) {
        let there: HashSet<&(u64, String)> = room.messages.iter().collect();
        let mut heard: HashSet<&(u64, String)> = HashSet::new();
        let mut newest = 0;
        for message in &story.messages {
            self.ghosts += u64::from(!there.contains(message));
            self.twice += u64::from(!heard.insert(message));
            self.reordered += u64::from(message.0 < newest);
            newest = newest.max(message.0);
        }
        self.due += there.len() as u64;
        self.received += heard.len() as u64;
        self.lost += there.difference(&heard).count() as u64;
        self.acked += story.acked.len() as u64;
        self.vanished += story.acked.iter().filter(|message| !there.contains(message)).count() as u64;
        self.resyncs += u64::from(story.resyncs);
        self.longest = self.longest.max(story.longest);
    }

    /// Tells whether every promise was kept.
    pub(crate) fn is_clean(&self) -> bool {
        self.acked > 0 && [self.vanished, self.lost, self.twice, self.reordered, self.ghosts, self.resyncs] == [0; 6]
    }

    /// Prints the counts.
    pub(crate) fn report(&self) {
        let Ledger { acked, vanished, due, received, lost, twice, reordered, ghosts, resyncs, longest } = self;
        println!(
            "acked {acked}, of these vanished {vanished}; due {due}, received {received}, lost {lost}, twice {twice}, \
             reordered {reordered}, ghosts {ghosts}, told to load anew {resyncs}; longest gap {:.1} s",
            longest.as_secs_f64()
        );
        println!("{}", if self.is_clean() { "GREEN: nothing lost, nothing twice, in order" } else { "RED" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(heard: &[u64]) -> Ledger {
        let message = |id: &u64| (*id, id.to_string());
        let room = Room { id: 1, messages: [1, 2, 3].iter().map(message).collect(), members: Vec::new() };
        let messages = heard.iter().map(message).collect();
        let story = Story { room: 1, messages, acked: vec![message(&2)], ..Story::default() };
        Ledger::of(&[room], &Stories(vec![story]))
    }

    #[test]
    fn each_kind_of_mistake_is_counted() {
        assert!(ledger(&[1, 2, 3]).is_clean());
        assert_eq!((ledger(&[1, 3]).lost, ledger(&[1, 3]).is_clean()), (1, false));
        assert_eq!((ledger(&[1, 2, 2, 3]).twice, ledger(&[1, 2, 2, 3]).is_clean()), (1, false));
        assert_eq!((ledger(&[2, 1, 3]).reordered, ledger(&[2, 1, 3]).is_clean()), (1, false));
        assert_eq!((ledger(&[1, 2, 3, 4]).ghosts, ledger(&[1, 2, 3, 4]).is_clean()), (1, false));
    }
}
