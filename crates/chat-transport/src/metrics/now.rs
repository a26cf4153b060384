//! Metrics whose values are kept elsewhere, and copied when they are asked for.

use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The values that are kept elsewhere, as they are at this moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Now {
    pub(crate) waiting: usize,
    pub(crate) doomed: u64,
    pub(crate) dropped: u64,
    pub(crate) sent: u64,
    pub(crate) heard: u64,
    pub(crate) known: u64,
    pub(crate) unknown: u64,
    pub(crate) people: usize,
    pub(crate) rooms: usize,
    pub(crate) orders: usize,
    pub(crate) busy: usize,
    pub(crate) closings: usize,
    pub(crate) logins: usize,
    pub(crate) strangers: usize,
    pub(crate) accepted: u64,
    pub(crate) crowded: u64,
    pub(crate) unaccepted: u64,
}

/// The metrics that are set from [`Now`] whenever they are asked for.
#[derive(Default)]
pub(super) struct OfNow {
    waiting: Gauge,
    doomed: Counter,
    dropped: Counter,
    sent: Counter,
    heard: Counter,
    known: Counter,
    unknown: Counter,
    people: Gauge,
    rooms: Gauge,
    orders: Gauge,
    busy: Gauge,
    closings: Gauge,
    logins: Gauge,
    strangers: Gauge,
    accepted: Counter,
    crowded: Counter,
    unaccepted: Counter,
}

impl OfNow {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("outbox_waiting_bytes", "Bytes that wait for slow clients", self.waiting.clone());
        registry.register("outbox_given_up", "Connections closed as too slow or silent", self.doomed.clone());
        registry.register(
            "outbox_dropped",
            "Signs of typing and presence that slow clients missed",
            self.dropped.clone(),
        );
        registry.register("outbox_sent_bytes", "Bytes written to sockets", self.sent.clone());
        registry.register("websocket_received_bytes", "Bytes that came from WebSockets", self.heard.clone());
        registry.register("tokens_known", "Tokens that came a moment ago, too", self.known.clone());
        registry.register("tokens_checked", "Tokens that had to be checked", self.unknown.clone());
        registry.register("people_connected", "People with a socket or stream", self.people.clone());
        registry.register("rooms_open", "Rooms that are held in memory to be told", self.rooms.clone());
        registry.register("orders_waiting", "Orders of sockets on their way through the store", self.orders.clone());
        registry.register("store_busy", "Questions that the store is answering", self.busy.clone());
        registry.register("closings_people", "People of whom the last closings are kept", self.closings.clone());
        registry.register("logins_waiting", "Log-ins that wait for their turn", self.logins.clone());
        registry.register("socketio_strangers", "Socket.IO sessions of nobody yet", self.strangers.clone());
        registry.register("connections_accepted", "Connections that came", self.accepted.clone());
        registry.register("connections_refused", "Connections beyond those of an address", self.crowded.clone());
        let unaccepted = self.unaccepted.clone();
        registry.register("connections_unaccepted", "Times that none could be accepted: file descriptors", unaccepted);
    }

    pub(super) fn set(&self, now: &Now) {
        let gauges = [
            (&self.waiting, now.waiting),
            (&self.logins, now.logins),
            (&self.strangers, now.strangers),
            (&self.people, now.people),
            (&self.rooms, now.rooms),
            (&self.orders, now.orders),
            (&self.busy, now.busy),
            (&self.closings, now.closings),
        ];
        for (gauge, value) in gauges {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        for (counter, value) in [
            (&self.doomed, now.doomed),
            (&self.dropped, now.dropped),
            (&self.sent, now.sent),
            (&self.heard, now.heard),
            (&self.known, now.known),
            (&self.unknown, now.unknown),
            (&self.accepted, now.accepted),
            (&self.crowded, now.crowded),
            (&self.unaccepted, now.unaccepted),
        ] {
            let counted: &AtomicU64 = counter.inner();
            counted.store(value, Ordering::Relaxed);
        }
    }
}
