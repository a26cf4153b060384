//! Metrics of the store.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Metrics of transactions and of the facts that the store remembers.
pub(super) struct OfStore {
    latency: Histogram,
    batch: Histogram,
    facts: Family<[(&'static str, &'static str); 1], Counter>,
}

impl OfStore {
    pub(super) fn new() -> OfStore {
        let new = OfStore {
            latency: Histogram::new(COMMITS),
            batch: Histogram::new([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0]),
            facts: Family::default(),
        };
        new.recalled(0, 0);
        new
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("store_latency_seconds", "Of a transaction with its commit", self.latency.clone());
        registry.register("store_batch_orders", "Orders that a transaction has stored", self.batch.clone());
        registry.register("store_facts", "What orders rest on, from memory or the database", self.facts.clone());
    }

    /// Records a transaction of this many orders, and how long it took.
    pub(super) fn stored(&self, orders: usize, span: Duration) {
        self.latency.observe(span.as_secs_f64());
        self.batch.observe(orders as f64);
    }

    /// Counts how many of a batch's facts were remembered, and so not asked of the database.
    pub(super) fn recalled(&self, remembered: usize, facts: usize) {
        for (source, count) in [("memory", remembered), ("database", facts - remembered)] {
            self.facts.get_or_create(&[("source", source)]).inc_by(count as u64);
        }
    }
}

/// Commits take from tenths of a millisecond on a good disk to seconds on one that is in trouble.
const COMMITS: [f64; 18] = [
    0.0001, 0.0002, 0.0003, 0.0005, 0.0007, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 2.0,
    5.0,
];
