//! The times of the server's commits, from its own metrics.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Trouble;

/// How many commits took how long: pairs of an upper bound in seconds and the number of commits up to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commits(Vec<(f64, u64)>);

impl Commits {
    /// Returns all commits since the server began; none for a server without an operators' address.
    pub(crate) fn so_far(operators: Option<SocketAddr>) -> Result<Commits, Trouble> {
        let Some(operators) = operators else { return Ok(Commits::default()) };
        let mut stream = TcpStream::connect(operators)?;
        write!(stream, "GET /metrics HTTP/1.1\r\nHost: {operators}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(Commits(answer.lines().filter_map(bucket).collect()))
    }

    /// Returns only those that are not in an earlier reading.
    pub(crate) fn since(mut self, before: &Commits) -> Commits {
        for ((_, count), (_, then)) in self.0.iter_mut().zip(&before.0) {
            *count -= then;
        }
        self
    }

    /// Adds the commits of another stretch.
    pub(crate) fn add(&mut self, other: &Commits) {
        for ((_, count), (_, more)) in self.0.iter_mut().zip(&other.0) {
            *count += more;
        }
    }

    /// Returns how many there are.
    pub(crate) fn count(&self) -> u64 {
        self.0.last().map_or(0, |(_, count)| *count)
    }

    /// Returns their median, as exactly as the buckets allow.
    pub(crate) fn median(&self) -> Duration {
        let half = self.count() as f64 / 2.0;
        let mut before = (0.0, 0);
        for &(bound, count) in &self.0 {
            if count as f64 >= half && count > before.1 && bound.is_finite() {
                let part = (half - before.1 as f64) / (count - before.1) as f64;
                return Duration::from_secs_f64(before.0 + (bound - before.0) * part);
            }
            before = (bound, count);
        }
        Duration::ZERO
    }
}

/// Parses a line like `store_latency_seconds_bucket{le="0.001"} 12`.
fn bucket(line: &str) -> Option<(f64, u64)> {
    let (bound, count) = line.strip_prefix("store_latency_seconds_bucket{le=\"")?.split_once("\"} ")?;
    Some((bound.parse().unwrap_or(f64::INFINITY), count.parse().ok()?))
}
