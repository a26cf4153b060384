//! The numbers that a node gives to its envelopes.

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use super::{Envelope, Moved, Sign, Speaker, Tell, VERSION};
use crate::id::RoomId;
use crate::time::Time;

/// Numbers the envelopes that a node sends in one of its lives, channel by channel.
#[derive(Clone, Debug)]
pub struct Numbering {
    speaker: Speaker,
    /// How many counted envelopes were sent on each channel.
    sent: Vec<u64>,
    beat: Option<Time>,
}

impl Numbering {
    /// Starts with nothing sent on any of `channels` channels (at least one).
    pub fn new(speaker: Speaker, channels: u16) -> Numbering {
        Numbering { speaker, sent: vec![0; usize::from(channels.max(1))], beat: None }
    }

    /// Returns the channel of a room.
    pub fn channel(&self, room: RoomId) -> u16 {
        (room.number() as u64 % self.sent.len() as u64) as u16
    }

    /// Puts rooms that have gone forward into numbered envelopes, one for each channel that they concern.
    pub fn envelopes(&mut self, moved: Vec<Moved>) -> Vec<Envelope> {
        let mut by_channel: Vec<Vec<Moved>> = vec![Vec::new(); self.sent.len()];
        for one in moved {
            by_channel[usize::from(self.channel(one.room))].push(one);
        }
        let told = (0..).zip(by_channel).filter(|(_, rooms)| !rooms.is_empty());
        told.map(|(channel, rooms)| {
            self.sent[usize::from(channel)] += 1;
            self.envelope(channel, rooms)
        })
        .collect()
    }

    /// Puts what is told to people into a numbered envelope.
    pub fn tells(&mut self, tells: Vec<Tell>) -> Envelope {
        self.sent[0] += 1;
        Envelope { tells, ..self.envelope(0, Vec::new()) }
    }

    /// Puts signs into an envelope, which is not counted but carries the count of its channel.
    pub fn signs(&self, signs: Vec<Sign>) -> Envelope {
        Envelope { signs, ..self.envelope(0, Vec::new()) }
    }

    /// Returns a heartbeat for every channel if they are due, otherwise none. Each carries the count of its channel;
    /// send them after the envelopes that they count.
    pub fn heartbeats(&mut self, now: Time) -> Vec<Envelope> {
        if self.beat.is_some_and(|beat| !now.has_been(beat, HEARTBEAT)) {
            return Vec::new();
        }
        self.beat = Some(now);
        (0..self.sent.len() as u16).map(|channel| self.envelope(channel, Vec::new())).collect()
    }

    fn envelope(&self, channel: u16, rooms: Vec<Moved>) -> Envelope {
        let n = self.sent[usize::from(channel)];
        Envelope { version: VERSION, speaker: self.speaker, channel, n, rooms, tells: Vec::new(), signs: Vec::new() }
    }
}

/// How often heartbeats are due.
const HEARTBEAT: Duration = Duration::from_secs(1);
