//! The metrics that operators see: how much is asked in each dialect, how long it takes, who is connected and what waits.

mod hooks;
mod nodes;
mod now;
mod pushes;
mod store;

use std::fmt::Error;
use std::time::Duration;

use chat_domain::Time;
use chat_protocol::{Entrance, Verb};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use self::hooks::OfHooks;
use self::nodes::OfNodes;
pub(crate) use self::now::Now;
use self::now::OfNow;
use self::pushes::OfPushes;
use self::store::OfStore;

/// The metrics of one server. No label names a room or a user, so that the number of series stays fixed.
pub(crate) struct Metrics {
    registry: Registry,
    messages: Family<[Label; 3], Counter>,
    latency: Family<[Label; 1], Histogram, fn() -> Histogram>,
    of_store: OfStore,
    polls: Family<[Label; 1], Counter>,
    connections: Family<[Label; 1], Gauge>,
    reconnections: Counter,
    errors: Family<[Label; 2], Counter>,
    closes: Family<[Label; 2], Counter>,
    handshakes_refused: Family<[Label; 1], Counter>,
    resumes: Family<[Label; 1], Counter>,
    responses: Family<[(&'static str, String); 1], Counter>,
    logins: Histogram,
    insecure: Family<[Label; 1], Gauge>,
    of_nodes: OfNodes,
    of_hooks: OfHooks,
    of_pushes: OfPushes,
    of_now: OfNow,
}

type Label = (&'static str, &'static str);

impl Metrics {
    /// Creates all metrics at zero.
    pub(crate) fn new() -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::default(),
            messages: Family::default(),
            latency: Family::new_with_constructor(histogram),
            of_store: OfStore::new(),
            polls: Family::default(),
            connections: Family::default(),
            reconnections: Counter::default(),
            errors: Family::default(),
            closes: Family::default(),
            handshakes_refused: Family::default(),
            resumes: Family::default(),
            responses: Family::default(),
            logins: histogram(),
            insecure: Family::default(),
            of_nodes: OfNodes::new(),
            of_hooks: OfHooks::new(),
            of_pushes: OfPushes::new(),
            of_now: OfNow::default(),
        };
        metrics.register();
        metrics.begin();
        metrics
    }

    /// Creates the series with known labels at 0 instead of leaving them out: otherwise a rate would miss the first event.
    fn begin(&self) {
        for dialect in ["rest", "multiplexed", "room", "roulette", "socketio"] {
            self.messages.get_or_create(&[("event", "send"), ("status", "ok"), ("dialect", dialect)]).inc_by(0);
            drop(self.latency.get_or_create(&[("dialect", dialect)]));
            self.connections.get_or_create(&[("dialect", dialect)]).inc_by(0);
            self.errors.get_or_create(&[("code", "UNAVAILABLE"), ("dialect", dialect)]).inc_by(0);
            self.closes.get_or_create(&[("code", "gone"), ("dialect", dialect)]).inc_by(0);
        }
        for source in ["memory", "log", "too_old"] {
            self.resumes.get_or_create(&[("source", source)]).inc_by(0);
        }
        self.handshakes_refused.get_or_create(&[("code", "UNAUTHORIZED")]).inc_by(0);
        ["cache", "database"].into_iter().for_each(|source| drop(self.polls.get_or_create(&[("source", source)])));
        for status in ["200", "503"] {
            self.responses.get_or_create(&[("status", status.to_owned())]).inc_by(0);
        }
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("websocket_messages", "What sockets asked for", self.messages.clone());
        registry.register(
            "websocket_message_latency_seconds",
            "From the arrival of a command to its answer, the commit included",
            self.latency.clone(),
        );
        self.of_store.register(registry);
        registry.register("polls", "Polls that were answered, from memory or the database", self.polls.clone());
        registry.register("websocket_connections", "Sockets and streams that are open", self.connections.clone());
        registry.register("websocket_reconnections", "Socket.IO clients that came back", self.reconnections.clone());
        registry.register("websocket_errors", "Refusals by their code", self.errors.clone());
        registry.register("websocket_closes", "Sockets and streams that ended, by code", self.closes.clone());
        let refused = self.handshakes_refused.clone();
        registry.register("handshakes_refused", "Sockets and streams that were not let in, by code", refused);
        registry.register("resumes", "Rooms gone on with, from memory, from the log, or too old", self.resumes.clone());
        registry.register("http_responses", "Answers over HTTP by status", self.responses.clone());
        registry.register("login_seconds", "Of checking a password, the waiting included", self.logins.clone());
        registry.register("chat_server_insecure", "Settings that make it easier to attack", self.insecure.clone());
        registry.register("chat_server_build", "What runs", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
        self.of_nodes.register(registry);
        self.of_hooks.register(registry);
        self.of_pushes.register(registry);
        self.of_now.register(registry);
    }

    /// Returns the metrics of the traffic between nodes.
    pub(crate) fn nodes(&self) -> &OfNodes {
        &self.of_nodes
    }

    /// Returns the metrics of pushes to devices.
    pub(crate) fn pushes(&self) -> &OfPushes {
        &self.of_pushes
    }

    /// Returns the metrics of webhooks.
    pub(crate) fn hooks(&self) -> &OfHooks {
        &self.of_hooks
    }

    /// Marks a setting that makes the server easier to attack as switched on.
    pub(crate) fn insecure(&self, switch: &'static str) {
        self.insecure.get_or_create(&[("switch", switch)]).set(1);
    }

    /// Counts a frame that was answered.
    pub(crate) fn answered(&self, entrance: Entrance, verb: Verb, ok: bool) {
        let status = if ok { "ok" } else { "error" };
        let labels = [("event", event(verb)), ("status", status), ("dialect", dialect(entrance))];
        self.messages.get_or_create(&labels).inc();
    }

    /// Records how long a command took that arrived at `arrived` and is settled now.
    pub(crate) fn settled(&self, entrance: Entrance, arrived: Time, now: Time) {
        self.latency.get_or_create(&[("dialect", dialect(entrance))]).observe(now.since(arrived).as_secs_f64());
    }

    /// Counts how many of a batch's facts were remembered, and so not asked of the database.
    pub(crate) fn recalled(&self, remembered: usize, facts: usize) {
        self.of_store.recalled(remembered, facts);
    }

    /// Records how long the store took for a transaction of this many orders.
    pub(crate) fn stored(&self, orders: usize, span: Duration) {
        self.of_store.stored(orders, span);
    }

    /// Counts a poll by where its answer came from.
    pub(crate) fn polled(&self, source: &'static str) {
        self.polls.get_or_create(&[("source", source)]).inc();
    }

    /// Counts an error that a client was told.
    pub(crate) fn refused(&self, entrance: Entrance, code: &'static str) {
        self.errors.get_or_create(&[("code", code), ("dialect", dialect(entrance))]).inc();
    }

    /// Counts a socket that was opened (`one` is 1) or closed (−1).
    pub(crate) fn opened(&self, entrance: Entrance, one: i64) {
        self.connections.get_or_create(&[("dialect", dialect(entrance))]).inc_by(one);
    }

    /// Counts a Socket.IO client that reconnected.
    pub(crate) fn came_back(&self) {
        self.reconnections.inc();
    }

    /// Counts a socket or stream that ended: with a close code, or without one because its client went away.
    pub(crate) fn closed(&self, entrance: Entrance, code: Option<u16>) {
        let code = match code {
            None => "gone",
            Some(1000) => "1000",
            Some(1001) => "1001",
            Some(1008) => "1008",
            Some(1009) => "1009",
            Some(1012) => "1012",
            Some(1013) => "1013",
            Some(4401) => "4401",
            Some(4403) => "4403",
            Some(_) => "other",
        };
        self.closes.get_or_create(&[("code", code), ("dialect", dialect(entrance))]).inc();
    }

    /// Counts somebody who was not let in.
    pub(crate) fn turned_away(&self, code: &'static str) {
        self.handshakes_refused.get_or_create(&[("code", code)]).inc();
    }

    /// Counts a client that resumed a room where it had stopped, by where the missed events came from.
    pub(crate) fn resumed(&self, source: &'static str) {
        self.resumes.get_or_create(&[("source", source)]).inc();
    }

    /// Counts an answer to an HTTP request.
    pub(crate) fn responded(&self, status: http::StatusCode) {
        self.responses.get_or_create(&[("status", status.as_str().to_owned())]).inc();
    }

    /// Records how long a password took to check.
    pub(crate) fn checked(&self, span: Duration) {
        self.logins.observe(span.as_secs_f64());
    }

    /// Returns all metrics as the text that Prometheus reads.
    pub(crate) fn text(&self, now: &Now) -> Result<String, Error> {
        self.of_now.set(now);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn histogram() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0])
}

/// Returns the label of an entrance's dialect.
pub(crate) fn dialect(entrance: Entrance) -> &'static str {
    match entrance {
        Entrance::Sse | Entrance::Bare => "rest",
        Entrance::Multiplexed => "multiplexed",
        Entrance::Room(_) => "room",
        Entrance::Roulette | Entrance::Personal => "roulette",
        Entrance::SocketIo => "socketio",
    }
}

/// Returns the label of a verb.
pub(crate) fn event(verb: Verb) -> &'static str {
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
        Verb::React => "react",
        Verb::Unreact => "unreact",
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
        metrics.stored(1, Duration::from_millis(3));
        metrics.opened(Entrance::Multiplexed, 1);
        let text = metrics.text(&Now { waiting: 7, doomed: 2, ..Now::default() }).unwrap();
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
