//! Metrics of pushes.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::push::End;

type Label = (&'static str, &'static str);

/// Metrics of pushes. They stay at 0 except on the node that pushes.
pub(crate) struct OfPushes {
    tries: Family<[Label; 1], Counter>,
    waiting: Gauge,
}

impl OfPushes {
    pub(super) fn new() -> OfPushes {
        let new = OfPushes { tries: Family::default(), waiting: Gauge::default() };
        for result in ["answered", "gone", "again"] {
            new.tries.get_or_create(&[("result", result)]).inc_by(0);
        }
        new
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("push_tries", "Pushes to devices, by what became of them", self.tries.clone());
        let waiting = self.waiting.clone();
        registry.register("push_waiting", "Chats of which devices are to be told, once their people are away", waiting);
    }

    /// Counts a push by how it ended.
    pub(crate) fn tried(&self, end: &End) {
        let result = match end {
            End::Settled(_) => "answered",
            End::Gone => "gone",
            End::Again(..) => "again",
            End::Nothing | End::Unread => return,
        };
        self.tries.get_or_create(&[("result", result)]).inc();
    }

    /// Sets how many pushes wait.
    pub(crate) fn waiting(&self, count: usize) {
        self.waiting.set(count as i64);
    }
}
