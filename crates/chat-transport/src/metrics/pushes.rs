//! What devices are pushed.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::push::End;

type Label = (&'static str, &'static str);

/// Figures of pushes. Only the node that pushes has others than 0.
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

    /// Something was pushed.
    pub(crate) fn tried(&self, end: &End) {
        let result = match end {
            End::Settled(_) => "answered",
            End::Gone => "gone",
            End::Again(..) => "again",
            End::Nothing | End::Unread => return,
        };
        self.tries.get_or_create(&[("result", result)]).inc();
    }

    /// So much waits.
    pub(crate) fn waiting(&self, count: usize) {
        self.waiting.set(count as i64);
    }
}
