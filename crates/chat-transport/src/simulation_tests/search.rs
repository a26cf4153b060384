//! Searching for a seed whose story breaks a promise, and for the shortest such story.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::cluster::{Ran, run};
use super::plan::Plan;
use super::story::Red;
use crate::mistakes::Mistake;

/// The result of a search.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// How many seeds were tried.
    pub(super) tried: u64,
    /// The first red one, and why.
    pub(super) red: Option<(u64, Red)>,
}

/// Tries seeds on all cores until one is red, `enough` returns true, or there are no more.
pub(super) fn search(first: u64, count: u64, mistake: Option<Mistake>, enough: impl Fn() -> bool + Sync) -> Found {
    let (next, tried) = (AtomicU64::new(0), AtomicU64::new(0));
    let reds: Mutex<BTreeMap<u64, Red>> = Mutex::default();
    let is_red = || !reds.lock().expect("no panic").is_empty();
    let look = || {
        while !is_red() && !enough() {
            let seed = first + next.fetch_add(1, Ordering::Relaxed);
            if seed >= first.saturating_add(count) {
                return;
            }
            tried.fetch_add(1, Ordering::Relaxed);
            let plan = Plan::of(seed);
            if !can_show(mistake, &plan) {
                continue;
            }
            let Ran { red, .. } = run(&plan, mistake);
            if let Some(red) = red {
                reds.lock().expect("no panic").insert(seed, red);
            }
        }
    };
    let cores = thread::available_parallelism().map_or(2, |cores| cores.get());
    thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(look))));
    let red = reds.into_inner().expect("no panic").pop_first();
    Found { tried: tried.into_inner(), red }
}

/// Tells whether a plan has the trouble without which a mistake cannot show: the others need not be run.
fn can_show(mistake: Option<Mistake>, plan: &Plan) -> bool {
    match mistake {
        Some(Mistake::Numbers) => plan.nodes > 1 && plan.lost + plan.deaf > 0,
        Some(Mistake::Wall) => plan.jumps > 0 && plan.homes + plan.members + plan.voices > 0,
        Some(Mistake::Drops | Mistake::Unbound) => plan.stalls > 0,
        Some(Mistake::Lingers) => plan.members + plan.voices > 0,
        Some(Mistake::Voice) => plan.voices > 0,
        Some(Mistake::Again) => plan.unknown > 0,
        Some(Mistake::Epoch) => plan.restore,
        _ => true,
    }
}

/// Returns a simpler plan in which the same checker finds something, as far as so many tries lead.
pub(super) fn shrink(plan: Plan, checker: &str, mistake: Option<Mistake>, tries: u32) -> Plan {
    let (mut plan, mut tries) = (plan, tries);
    'shorter: loop {
        for simpler in plan.simpler() {
            if tries == 0 {
                return plan;
            }
            tries -= 1;
            if run(&simpler, mistake).red.is_some_and(|red| red.checker == checker) {
                plan = simpler;
                continue 'shorter;
            }
        }
        return plan;
    }
}
