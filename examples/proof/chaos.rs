//! The trouble: kills, freezes and cuts at times that come from one seed.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::Trouble;
use crate::args::{Args, Broken};
use crate::node::Node;

/// Random choices, and how much trouble there was.
pub(crate) struct Chaos {
    state: Cell<u64>,
    kills: Cell<u32>,
    freezes: Cell<u32>,
    cuts: Cell<u32>,
    over: Cell<bool>,
}

impl Chaos {
    /// Creates it from this seed or one of the clock's, and prints the seed.
    pub(crate) fn new(seed: Option<u64>) -> Rc<Chaos> {
        let clock = || std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_nanos() as u64);
        let seed = seed.unwrap_or_else(clock);
        println!("--seed {seed}");
        Rc::new(Chaos {
            state: Cell::new(seed),
            kills: Cell::default(),
            freezes: Cell::default(),
            cuts: Cell::default(),
            over: Cell::default(),
        })
    }

    /// Kills some node every second, or freezes it every tenth second, until the time is over.
    pub(crate) async fn reign(&self, args: &Args, nodes: &[Node]) -> Result<(), Trouble> {
        let end = Instant::now() + args.trouble();
        while Instant::now() < end {
            sleep(self.between(700, 1_300)).await;
            // Nodes in this process cannot be killed.
            let Some(node) = nodes.get(self.below(nodes.len().max(1) as u64) as usize) else { continue };
            if self.is_time_to_freeze() {
                node.freeze(true)?;
                sleep(self.between(500, 2_000)).await;
                node.freeze(false)?;
                self.freezes.set(self.freezes.get() + 1);
            } else if args.broken == Some(Broken::Fsync) {
                let before = node.remember()?;
                sleep(self.between(100, 300)).await;
                node.kill_and_forget(&before).await?;
                self.kills.set(self.kills.get() + 1);
            } else {
                node.kill_and_start().await?;
                self.kills.set(self.kills.get() + 1);
            }
        }
        self.over.set(true);
        Ok(())
    }

    /// After two kills, and then about every tenth time, so that a short run has one too.
    fn is_time_to_freeze(&self) -> bool {
        let is_chance = self.below(10) == 0;
        is_chance || self.freezes.get() == 0 && self.kills.get() == 2
    }

    /// Tells whether the trouble is over.
    pub(crate) fn is_over(&self) -> bool {
        self.over.get()
    }

    /// Counts a connection that a client has cut.
    pub(crate) fn cut(&self) {
        self.cuts.set(self.cuts.get() + 1);
    }

    /// Returns a random number below this one (splitmix64).
    pub(crate) fn below(&self, end: u64) -> u64 {
        let state = self.state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.state.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// Returns a random time between these, in milliseconds.
    pub(crate) fn between(&self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }

    pub(crate) fn kills(&self) -> u32 {
        self.kills.get()
    }

    pub(crate) fn freezes(&self) -> u32 {
        self.freezes.get()
    }

    pub(crate) fn cuts(&self) -> u32 {
        self.cuts.get()
    }
}
