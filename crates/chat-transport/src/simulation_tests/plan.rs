//! What a seed stands for: which clients and nodes there are, and how much trouble they have.

use super::chance::Chance;

/// The options that a seed expands to. Times are in milliseconds, odds in percent; 0 means never.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    /// The seed of all chance.
    pub(super) seed: u64,
    pub(super) nodes: u64,
    pub(super) people: u64,
    pub(super) rooms: u64,
    /// How many clients there are.
    pub(super) devices: u64,
    /// How long there is trouble. After that all is calm.
    pub(super) trouble: u64,
    /// The time between two actions of a client.
    pub(super) pace: (u64, u64),
    /// How long a connection lasts at most before it is cut.
    pub(super) cut: u64,
    /// How often a client stops reading instead of acting.
    pub(super) stalls: u64,
    /// How often somebody is removed or added, instead of a message being sent.
    pub(super) members: u64,
    /// How often somebody is muted, banned or blocked, or that is taken back.
    pub(super) voices: u64,
    /// Whether the first two people also have a direct chat.
    pub(super) direct: bool,
    /// How many people go home before the trouble is over, in percent.
    pub(super) homes: u64,
    /// How long a commit takes.
    pub(super) commit: (u64, u64),
    /// How often a commit is refused.
    pub(super) refused: u64,
    /// How often it is unknown for a while whether a commit was made.
    pub(super) unknown: u64,
    /// How long reading the journal takes at most, and how often it fails.
    pub(super) reading: u64,
    pub(super) unread: u64,
    /// How often the bus loses an envelope or brings it twice, and how long it takes at most.
    pub(super) lost: u64,
    pub(super) doubled: u64,
    pub(super) bus: u64,
    /// The average time between two crashes of a node.
    pub(super) crashes: u64,
    /// The average time between two moments from which on a node hears nothing for a while, without being told.
    pub(super) deaf: u64,
    /// The average time between two moments from which on a node is frozen for a while.
    pub(super) freezes: u64,
    /// The average time between two jumps of a clock.
    pub(super) jumps: u64,
    /// Whether the database is restored to an earlier moment once, and another epoch begins.
    pub(super) restore: bool,
    /// How many bytes may wait for one socket, and be on their way to it.
    pub(super) queue: usize,
    pub(super) pipe: usize,
    /// The number of shards, and how many events a room keeps.
    pub(super) shards: usize,
    pub(super) recent: usize,
}

impl Plan {
    /// Returns the plan of a seed.
    pub(super) fn of(seed: u64) -> Plan {
        let mut chance = Chance::of(seed, "plan");
        let chance = &mut chance;
        let sometimes = |chance: &mut Chance, odds, from, to| match chance.percent(odds) {
            true => chance.between(from, to),
            false => 0,
        };
        Plan {
            seed,
            nodes: chance.pick(&[1, 1, 2, 3]).unwrap_or(1),
            people: chance.between(2, 4),
            rooms: chance.between(1, 3),
            devices: chance.between(3, 7),
            trouble: chance.between(3_000, 8_000),
            pace: (10, chance.between(100, 500)),
            cut: chance.between(500, 4_000),
            stalls: sometimes(chance, 40, 2, 12),
            members: sometimes(chance, 50, 2, 8),
            commit: (chance.between(0, 3), chance.between(3, 60)),
            refused: sometimes(chance, 40, 2, 10),
            unknown: sometimes(chance, 60, 4, 20),
            reading: chance.between(0, 60),
            unread: sometimes(chance, 30, 1, 6),
            lost: sometimes(chance, 50, 2, 20),
            doubled: sometimes(chance, 50, 2, 20),
            bus: chance.between(1, 150),
            crashes: sometimes(chance, 50, 1_000, 4_000),
            jumps: sometimes(chance, 30, 500, 3_000),
            restore: chance.percent(15),
            queue: chance.between(4, 24) as usize * 1_024,
            pipe: chance.between(1, 8) as usize * 512,
            shards: chance.between(1, 3) as usize,
            recent: chance.between(2, 40) as usize,
            deaf: sometimes(chance, 50, 800, 3_000),
            freezes: sometimes(chance, 40, 800, 4_000),
            voices: sometimes(chance, 50, 2, 8),
            direct: chance.percent(40),
            homes: sometimes(chance, 40, 20, 60),
        }
    }

    /// Returns simpler plans, each of which is tried when a story is shortened.
    pub(super) fn simpler(&self) -> Vec<Plan> {
        let with = |change: fn(&mut Plan)| {
            let mut plan = self.clone();
            change(&mut plan);
            plan
        };
        let all = [
            with(|plan| plan.trouble /= 2),
            with(|plan| plan.trouble = plan.trouble * 4 / 5),
            with(|plan| plan.devices = (plan.devices - 1).max(1)),
            with(|plan| plan.nodes = (plan.nodes - 1).max(1)),
            with(|plan| plan.rooms = 1),
            with(|plan| plan.people = (plan.people - 1).max(2)),
            with(|plan| plan.crashes = 0),
            with(|plan| plan.deaf = 0),
            with(|plan| plan.freezes = 0),
            with(|plan| plan.lost = 0),
            with(|plan| plan.doubled = 0),
            with(|plan| plan.jumps = 0),
            with(|plan| plan.restore = false),
            with(|plan| plan.members = 0),
            with(|plan| plan.voices = 0),
            with(|plan| plan.direct = false),
            with(|plan| plan.homes = 0),
            with(|plan| plan.stalls = 0),
            with(|plan| plan.refused = 0),
            with(|plan| plan.unknown = 0),
            with(|plan| plan.unread = 0),
            with(|plan| plan.reading = 0),
            with(|plan| plan.shards = 1),
            with(|plan| plan.cut *= 2),
        ];
        all.into_iter().filter(|plan| plan != self && plan.trouble >= 100 && plan.cut < 60_000).collect()
    }
}
