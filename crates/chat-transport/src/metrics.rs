//! What operators see: how much is asked in each dialect, how long it takes, who is here and what waits.

use std::fmt::Error;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chat_domain::Time;
use chat_protocol::{Entrance, Verb};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The figures of one server. No label names a room or a user: there are as many series as dialects and words.
pub struct Metrics {
    registry: Registry,
    messages: Family<[Label; 3], Counter>,
    latency: Family<[Label; 1], Histogram, fn() -> Histogram>,
    store: Histogram,
    connections: Family<[Label; 1], Gauge>,
    reconnections: Counter,
    errors: Family<[Label; 2], Counter>,
    waiting: Gauge,
    doomed: Counter,
}

type Label = (&'static str, &'static str);

impl Metrics {
    /// Everything at zero.
    pub fn new() -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::default(),
            messages: Family::default(),
            latency: Family::new_with_constructor(histogram),
            store: histogram(),
            connections: Family::default(),
            reconnections: Counter::default(),
            errors: Family::default(),
            waiting: Gauge::default(),
            doomed: Counter::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("websocket_messages", "What sockets asked for", self.messages.clone());
        registry.register(
            "websocket_message_latency_seconds",
            "From the arrival of a command to its answer, the commit included",
            self.latency.clone(),
        );
        registry.register("store_latency_seconds", "Of a transaction with its commit", self.store.clone());
        registry.register("websocket_connections", "Sockets and streams that are open", self.connections.clone());
        registry.register("websocket_reconnections", "Socket.IO clients that came back", self.reconnections.clone());
        registry.register("websocket_errors", "Refusals by their code", self.errors.clone());
        registry.register("outbox_waiting_bytes", "Bytes that wait for slow clients", self.waiting.clone());
        registry.register("outbox_given_up", "Connections closed as too slow or silent", self.doomed.clone());
    }

    /// A frame was answered.
    pub(crate) fn answered(&self, entrance: Entrance, verb: Verb, ok: bool) {
        let status = if ok { "ok" } else { "error" };
        let labels = [("event", event(verb)), ("status", status), ("dialect", dialect(entrance))];
        self.messages.get_or_create(&labels).inc();
    }

    /// A command was settled that had arrived then.
    pub(crate) fn settled(&self, entrance: Entrance, arrived: Time, now: Time) {
        self.latency.get_or_create(&[("dialect", dialect(entrance))]).observe(now.since(arrived).as_secs_f64());
    }

    /// The store took this long for a transaction.
    pub(crate) fn stored(&self, span: Duration) {
        self.store.observe(span.as_secs_f64());
    }

    /// Somebody did not get what they asked for.
    pub(crate) fn refused(&self, entrance: Entrance, code: &'static str) {
        self.errors.get_or_create(&[("code", code), ("dialect", dialect(entrance))]).inc();
    }

    /// A socket was opened, or closed.
    pub(crate) fn opened(&self, entrance: Entrance, one: i64) {
        self.connections.get_or_create(&[("dialect", dialect(entrance))]).inc_by(one);
    }

    /// A Socket.IO client came back.
    pub(crate) fn came_back(&self) {
        self.reconnections.inc();
    }

    /// The text that Prometheus reads.
    pub(crate) fn text(&self, waiting: usize, doomed: u64) -> Result<String, Error> {
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        let counted: &AtomicU64 = self.doomed.inner();
        counted.store(doomed, std::sync::atomic::Ordering::Relaxed);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new()
    }
}

fn histogram() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0])
}

fn dialect(entrance: Entrance) -> &'static str {
    match entrance {
        Entrance::Sse | Entrance::Bare => "rest",
        Entrance::Multiplexed => "multiplexed",
        Entrance::Room(_) => "room",
        Entrance::Roulette | Entrance::Personal => "roulette",
        Entrance::SocketIo => "socketio",
    }
}

fn event(verb: Verb) -> &'static str {
    match verb {
        Verb::Unknown => "unknown",
        Verb::Ping => "ping",
        Verb::Join => "join",
        Verb::Leave => "leave",
        Verb::Send => "send",
        Verb::Edit => "edit",
        Verb::Delete => "delete",
        Verb::Like => "like",
        Verb::Unlike => "unlike",
        Verb::Read => "read",
        Verb::Typing => "typing",
        Verb::Status => "status",
        Verb::Auth => "auth",
        Verb::ReadNotification => "read_notification",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_document() {
        let metrics = Metrics::new();
        metrics.answered(Entrance::SocketIo, Verb::Send, true);
        metrics.settled(Entrance::SocketIo, Time(0), Time(3_000));
        metrics.stored(Duration::from_millis(3));
        metrics.opened(Entrance::Multiplexed, 1);
        let text = metrics.text(7, 2).unwrap();
        for line in [
            r#"websocket_messages_total{event="send",status="ok",dialect="socketio"} 1"#,
            r#"websocket_message_latency_seconds_bucket{le="0.005",dialect="socketio"} 1"#,
            r#"store_latency_seconds_bucket{le="0.005"} 1"#,
            r#"websocket_connections{dialect="multiplexed"} 1"#,
            "outbox_waiting_bytes 7",
            "outbox_given_up_total 2",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
