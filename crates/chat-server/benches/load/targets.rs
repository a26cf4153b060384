//! Targets for the results, beside a bare coalescing broadcaster in the same run.

use std::time::Duration;

use crate::measure::Figures;
use crate::plan::Pace;

/// A target for one figure.
#[derive(Clone)]
pub(crate) struct Target {
    what: &'static str,
    is: f64,
    at_most: f64,
}

/// Returns the targets in one room. `c` is our median commit. Without a disk a commit costs next to nothing, and rates are
/// compared instead of times.
pub(crate) fn one_room(pace: Pace, members: usize, has_disk: bool, ours: &Figures, bare: &Figures) -> Vec<Target> {
    let c = millis(ours.commits.median());
    let cost = |at_most| Target { what: "CPU of a delivery, times bare's", is: ours.cost() / bare.cost(), at_most };
    let times =
        |least: f64| Target { what: "rate, bare's times that", is: bare.rate() / ours.rate(), at_most: 1.0 / least };
    let round = |more: f64| {
        let round = |of: &Figures, window: usize| (members * window) as f64 / of.rate() * 1e3;
        let window = if let Pace::Window(window) = pace { window } else { 1 };
        Target { what: "ms of a round", is: round(ours, window), at_most: round(bare, window) + more }
    };
    match pace {
        Pace::Rate => {
            let half = |of: &Figures| millis(of.late()[0]);
            let most = half(bare) + c + 0.5;
            vec![cost(1.25), Target { what: "ms of p50", is: half(ours), at_most: most }]
        }
        Pace::Window(_) if members <= SMALL => vec![cost(1.5)],
        Pace::Window(1) if has_disk => vec![cost(1.25), round(c + 0.7)],
        Pace::Window(1) => vec![times(0.8)],
        Pace::Window(8) if has_disk => vec![cost(1.25), round(c / 2.0 + 1.0)],
        Pace::Window(8) => vec![times(0.9)],
        Pace::Window(64) => vec![cost(1.1), times(0.9)],
        Pace::Window(_) => Vec::new(),
    }
}

/// Returns the target for pairs: this many deliveries a second.
pub(crate) fn pairs(least: f64, ours: &Figures) -> Target {
    Target { what: "µs between two deliveries", is: 1e6 / ours.rate(), at_most: 1e6 / least }
}

/// Returns the targets for webhooks: their rate, and that nothing is out of order.
pub(crate) fn hooks(ours: &Figures) -> Vec<Target> {
    vec![
        Target { what: "µs between two events", is: 1e6 / ours.rate(), at_most: 1e3 },
        Target { what: "events out of order", is: ours.lost as f64, at_most: 0.0 },
    ]
}

/// Returns the target for messages beside something else that goes on: the 99th percentile of their delays.
pub(crate) fn beside(quiet: &Figures, busy: &Figures) -> Target {
    let late = |of: &Figures| millis(of.late()[1]);
    Target { what: "p99, times that without it", is: late(busy) / late(quiet), at_most: 2.0 }
}

impl Target {
    /// Prints whether it was reached, and by which run.
    pub(crate) fn print(&self, who: &str) {
        let Target { what, is, at_most } = self;
        let verdict = if is <= at_most { "reached" } else { "MISSED" };
        println!("{who:<34} {what}: {is:.2}, at most {at_most:.2}: {verdict}");
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The members of a room that is told in one go.
const SMALL: usize = 128;
