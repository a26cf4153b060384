//! Traces of orders, in the form that OpenTelemetry's collectors take (OTLP over HTTP, in JSON).

use chat_domain::{RoomId, Time};
use serde_json::{Value as Json, json};

/// The way of an order, from its frame to the last outbox of this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Random bytes for the ids of the trace and its spans.
    pub ids: [u8; 40],
    /// What was asked for.
    pub verb: &'static str,
    /// The dialect of the client.
    pub dialect: &'static str,
    /// The room in which it happened.
    pub room: RoomId,
    /// The `seq` of the change.
    pub seq: u64,
    /// When the frame arrived.
    pub arrived: Time,
    /// When this node knew that it was committed.
    pub settled: Time,
    /// When everybody on this node who listens to the room had been told.
    pub told: Time,
    /// How many sockets and streams that were.
    pub sockets: usize,
}

/// Returns the body of the request that exports these traces. Each trace has a span for the whole way, and within it a
/// span until the commit and a span for telling. Nothing that was said is in it.
pub fn exported(traces: &[Trace]) -> Vec<u8> {
    let spans: Vec<Json> = traces.iter().flat_map(spans).collect();
    let service = [attribute("service.name", "chat-server"), attribute("service.version", env!("CARGO_PKG_VERSION"))];
    let scope = json!({"scope": {"name": "chat"}, "spans": spans});
    json!({"resourceSpans": [{"resource": {"attributes": service}, "scopeSpans": [scope]}]}).to_string().into_bytes()
}

fn spans(trace: &Trace) -> [Json; 3] {
    let Trace { ids, verb, dialect, room, seq, arrived, settled, told, sockets } = trace;
    let (id, [whole, stored, telling]) = (hex(&ids[..16]), [&ids[16..24], &ids[24..32], &ids[32..]].map(hex));
    let span = |span: &str, name: &str, kind: u8, from: &Time, to: &Time| {
        json!({
            "traceId": id,
            "spanId": span,
            "name": name,
            "kind": kind,
            "startTimeUnixNano": nanoseconds(from),
            "endTimeUnixNano": nanoseconds(to.max(from)),
        })
    };
    let mut spans = [
        span(&whole, verb, SERVER, arrived, told),
        span(&stored, "store", INTERNAL, arrived, settled),
        span(&telling, "tell", INTERNAL, settled, told),
    ];
    let number = |key: &str, value: u64| json!({"key": key, "value": {"intValue": value.to_string()}});
    let room = number("chat.room", room.number() as u64);
    spans[0]["attributes"] = json!([attribute("chat.dialect", dialect), room, number("chat.seq", *seq)]);
    spans[2]["attributes"] = json!([number("chat.sockets", *sockets as u64)]);
    spans[1]["parentSpanId"] = whole.as_str().into();
    spans[2]["parentSpanId"] = whole.as_str().into();
    spans
}

fn attribute(key: &str, value: &str) -> Json {
    json!({"key": key, "value": {"stringValue": value}})
}

/// Returns a time as text, because OTLP's JSON has numbers of 64 bits as texts.
fn nanoseconds(time: &Time) -> String {
    (i128::from(time.0) * 1_000).to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const INTERNAL: u8 = 1;
const SERVER: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_three_spans_of_which_two_are_in_the_first() {
        let ids = std::array::from_fn(|n| n as u8);
        let (arrived, settled, told) = (Time(1_000_000), Time(1_002_000), Time(1_003_500));
        let room = RoomId::new(7).unwrap();
        let trace = Trace { ids, verb: "send", dialect: "socketio", room, seq: 9, arrived, settled, told, sockets: 3 };
        let body: Json = serde_json::from_slice(&exported(&[trace])).unwrap();
        let spans = &body["resourceSpans"][0]["scopeSpans"][0]["spans"];
        let of = |key: &str| spans.as_array().unwrap().iter().map(|span| span[key].clone()).collect::<Vec<_>>();
        assert_eq!(of("traceId"), vec![json!("000102030405060708090a0b0c0d0e0f"); 3]);
        assert_eq!(of("parentSpanId"), [Json::Null, of("spanId")[0].clone(), of("spanId")[0].clone()]);
        assert_eq!(of("name"), ["send", "store", "tell"]);
        assert_eq!(of("startTimeUnixNano"), ["1000000000", "1000000000", "1002000000"]);
        assert_eq!(of("endTimeUnixNano"), ["1003500000", "1002000000", "1003500000"]);
        assert_eq!(spans[0]["attributes"][1], json!({"key": "chat.room", "value": {"intValue": "7"}}));
        assert_eq!(spans[2]["attributes"], json!([{"key": "chat.sockets", "value": {"intValue": "3"}}]));
    }
}
