//! Metrics of webhooks.

use chat_domain::subscribers::Subscribed;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::hooks::post::Answered;

type Label = (&'static str, &'static str);

/// Metrics of webhooks. They stay at 0 except on the node that serves the webhooks.
pub(crate) struct OfHooks {
    tries: Family<[Label; 1], Counter>,
    webhooks: Family<[Label; 1], Gauge>,
    rooms_behind: Gauge,
    turns_behind: Gauge,
}

impl OfHooks {
    pub(super) fn new() -> OfHooks {
        let new = OfHooks {
            tries: Family::default(),
            webhooks: Family::default(),
            rooms_behind: Gauge::default(),
            turns_behind: Gauge::default(),
        };
        for result in ["taken", "refused", "unreached"] {
            new.tries.get_or_create(&[("result", result)]).inc_by(0);
        }
        new.list(&[]);
        new
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("webhook_tries", "Events posted to back ends, by what became of it", self.tries.clone());
        registry.register("webhooks", "Webhooks by their state", self.webhooks.clone());
        registry.register(
            "webhook_chats_behind",
            "Chats of which webhooks are owed something",
            self.rooms_behind.clone(),
        );
        let turns = self.turns_behind.clone();
        registry.register("webhook_turns_behind", "How much of the feed webhooks have not come to yet", turns);
    }

    /// Counts a delivery by its result.
    pub(crate) fn tried(&self, answered: &Answered) {
        let result = match answered {
            Answered::Taken => "taken",
            Answered::Gone | Answered::Refused(_) => "refused",
            Answered::Unreached(_) => "unreached",
        };
        self.tries.get_or_create(&[("result", result)]).inc();
    }

    /// Sets the gauges from the list of webhooks.
    pub(crate) fn list(&self, all: &[Subscribed]) {
        let count = |is: fn(&Subscribed) -> bool| all.iter().filter(|one| is(one)).count() as i64;
        let ended = count(|one| one.progress.ended.is_some());
        let failing = count(|one| one.progress.ended.is_none() && one.progress.failing.is_some());
        for (state, count) in [("ok", all.len() as i64 - ended - failing), ("failing", failing), ("ended", ended)] {
            self.webhooks.get_or_create(&[("state", state)]).set(count);
        }
        let sum = |of: fn(&Subscribed) -> u64| {
            all.iter().filter(|one| one.progress.ended.is_none()).map(of).sum::<u64>() as i64
        };
        self.rooms_behind.set(sum(|one| one.rooms_behind));
        self.turns_behind.set(sum(|one| one.entries_behind));
    }
}
