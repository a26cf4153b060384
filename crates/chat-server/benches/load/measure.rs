//! A stretch of time and its cost, and the table of results.

use std::time::{Duration, Instant};

use crate::Trouble;
use crate::commits::Commits;
use crate::process::{Watched, cpu, resident};
use crate::tally::Tally;

/// The beginning of a measured stretch.
pub(crate) struct Stretch {
    server: Watched,
    at: Instant,
    server_cpu: Duration,
    own_cpu: Duration,
    before: u64,
    commits: Commits,
}

/// The results of a stretch.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// What was run.
    pub(crate) name: String,
    /// The number of deliveries, answers or connections.
    pub(crate) count: u64,
    /// How long it took.
    pub(crate) wall: Duration,
    /// The CPU time of the server.
    pub(crate) server: Duration,
    /// The CPU time of this program.
    pub(crate) own: Duration,
    /// The memory of the server, in KiB.
    pub(crate) resident: u64,
    /// How many messages were sent and never came.
    pub(crate) lost: u64,
    /// The mean size of what was heard, in bytes.
    pub(crate) frame: u64,
    /// The delays, in microseconds.
    delays: Vec<u32>,
    /// The times of the server's commits.
    pub(crate) commits: Commits,
}

impl Stretch {
    /// Begins to measure. `before` is the count so far.
    pub(crate) fn begin(server: Watched, before: u64) -> Result<Stretch, Trouble> {
        let (own_cpu, commits) = (cpu(std::process::id())?, Commits::so_far(server.operators)?);
        Ok(Stretch { server, at: Instant::now(), server_cpu: cpu(server.pid)?, own_cpu, before, commits })
    }

    /// Ends. `after` is the count so far.
    pub(crate) fn end(&self, name: &str, after: u64, tally: Option<&Tally>) -> Result<Figures, Trouble> {
        Ok(Figures {
            name: name.to_owned(),
            count: after - self.before,
            wall: self.at.elapsed(),
            server: cpu(self.server.pid)?.saturating_sub(self.server_cpu),
            own: cpu(std::process::id())?.saturating_sub(self.own_cpu),
            resident: resident(self.server.pid)?,
            lost: 0,
            frame: tally.map_or(0, Tally::size),
            delays: tally.map(Tally::delays).unwrap_or_default(),
            commits: Commits::so_far(self.server.operators)?.since(&self.commits),
        })
    }
}

impl Figures {
    /// Returns the microseconds of the server's CPU for each.
    pub(crate) fn cost(&self) -> f64 {
        micros(self.server) / self.count.max(1) as f64
    }

    /// Returns how many there were a second.
    pub(crate) fn rate(&self) -> f64 {
        self.count as f64 / self.wall.as_secs_f64()
    }

    /// Returns the delays: the median, the 99th percentile and the longest.
    pub(crate) fn late(&self) -> [Duration; 3] {
        let mut delays = self.delays.clone();
        delays.sort_unstable();
        let at = |share: f64| {
            let place = ((delays.len() as f64 * share) as usize).min(delays.len().saturating_sub(1));
            Duration::from_micros(delays.get(place).copied().unwrap_or(0).into())
        };
        [at(0.5), at(0.99), at(1.0)]
    }

    /// Adds another stretch of the same.
    pub(crate) fn add(&mut self, other: Figures) {
        self.count += other.count;
        self.wall += other.wall;
        self.server += other.server;
        self.own += other.own;
        self.resident = other.resident;
        self.lost += other.lost;
        self.delays.extend(other.delays);
        self.commits.add(&other.commits);
    }

    /// Prints a line of the table.
    pub(crate) fn print(&self) {
        let [half, most, all] = self.late().map(|delay| delay.as_secs_f64() * 1e3);
        let seconds = self.wall.as_secs_f64();
        println!(
            "{:<34} {:>9.0} {:>9.2} {:>7.0}% {:>7.0}% {:>8.1} {:>8.1} {:>8.1} {:>8.2} {:>6} {:>8.1}",
            self.name,
            self.rate(),
            self.cost(),
            self.server.as_secs_f64() / seconds * 100.0,
            self.own.as_secs_f64() / seconds * 100.0,
            half,
            most,
            all,
            self.commits.median().as_secs_f64() * 1e3,
            self.lost,
            self.resident as f64 / 1024.0,
        );
    }
}

/// Prints the head of the table.
pub(crate) fn print_head() {
    println!(
        "{:<34} {:>9} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>6} {:>8}",
        "", "each/s", "CPU µs", "server", "load", "p50 ms", "p99 ms", "max ms", "c ms", "lost", "RSS MiB"
    );
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
