//! Metrics of the traffic between nodes.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Metrics of the traffic between nodes. They stay at 0 where there is only one.
pub(crate) struct OfNodes {
    heard: Counter,
    compared: Counter,
    read: Counter,
    holes: Counter,
    relayed: Counter,
    lag: Histogram,
}

impl OfNodes {
    pub(super) fn new() -> OfNodes {
        let lag = Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0]);
        OfNodes {
            heard: Counter::default(),
            compared: Counter::default(),
            read: Counter::default(),
            holes: Counter::default(),
            relayed: Counter::default(),
            lag,
        }
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("backplane_heard", "Envelopes heard of other nodes", self.heard.clone());
        let compared = "Times when the active rooms were compared with the journal: something may have been missed";
        registry.register("backplane_comparisons", compared, self.compared.clone());
        registry.register(
            "missed_reads",
            "Rooms read in the journal because something of them did not come",
            self.read.clone(),
        );
        let holes = "Numbers of other nodes that did not come within a moment";
        registry.register("backplane_holes", holes, self.holes.clone());
        let relayed = "Requests of Socket.IO sessions of other nodes that were passed on to these";
        registry.register("relayed_requests", relayed, self.relayed.clone());
        let lag = "From the arrival of a command on another node until what it brought about was heard";
        registry.register("backplane_lag_seconds", lag, self.lag.clone());
    }

    /// Counts an envelope that was heard, and records how long ago its command arrived on the other node.
    pub(crate) fn heard(&self, lag: Option<Duration>) {
        self.heard.inc();
        lag.into_iter().for_each(|lag| self.lag.observe(lag.as_secs_f64()));
    }

    /// Counts a comparison of the active rooms' heads with the journal.
    pub(crate) fn compared(&self) {
        self.compared.inc();
    }

    /// Counts numbers of other nodes that did not come.
    pub(crate) fn missed(&self, holes: u64) {
        self.holes.inc_by(holes);
    }

    /// Counts a request that was passed on to another node.
    pub(crate) fn relayed(&self) {
        self.relayed.inc();
    }

    /// Counts a room that was read because something of it was missing.
    pub(crate) fn read(&self) {
        self.read.inc();
    }
}
