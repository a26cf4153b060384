//! What a server sends: ready Engine.IO messages, the `4` in front included, good for every session over
//! both transports.
//!
//! `arguments` is JSON text, values with commas between them, as [`Arguments::as_str`] gives it. A packet
//! with attachments holds `{"_placeholder":true,"num":0}` where the first one belongs, and is followed by
//! that many binary frames.
//!
//! [`Arguments::as_str`]: super::Arguments::as_str

use std::fmt::Write as _;

use bytes::Bytes;
use serde_json::Value;

/// An event's packet, `42["name",…]`.
pub fn event(namespace: &str, name: &str, arguments: &str) -> Bytes {
    emit("42", namespace, None, name, arguments)
}

/// `42id["name",…]`: an event that asks to be acknowledged.
pub fn event_with_ack(namespace: &str, id: u64, name: &str, arguments: &str) -> Bytes {
    emit("42", namespace, Some(id), name, arguments)
}

/// `45n-["name",…]`: an event that `attachments` binary frames follow.
pub fn binary_event(namespace: &str, name: &str, arguments: &str, attachments: usize) -> Bytes {
    emit(&format!("45{attachments}-"), namespace, None, name, arguments)
}

/// `43id[…]`: the answer to the event that asked with `id`.
pub fn ack(namespace: &str, id: u64, arguments: &str) -> Bytes {
    answer("43", namespace, id, arguments)
}

/// `46n-id[…]`: the same with attachments.
pub fn binary_ack(namespace: &str, id: u64, arguments: &str, attachments: usize) -> Bytes {
    answer(&format!("46{attachments}-"), namespace, id, arguments)
}

/// `40{"sid":…}`: the namespace takes the client.
pub(super) fn connect(namespace: &str, sid: &str) -> Bytes {
    let mut packet = head("40", namespace, None, 32);
    // Writing to a String cannot fail, here and below.
    let _ = write!(packet, r#"{{"sid":"{sid}"}}"#);
    packet.into()
}

/// `44{"message":…}`: the namespace does not.
pub(super) fn connect_error(namespace: &str, message: &str) -> Bytes {
    let mut packet = head("44", namespace, None, 16 + message.len());
    let _ = write!(packet, r#"{{"message":{}}}"#, Value::from(message));
    packet.into()
}

/// `41`: the namespace lets the client go.
pub(super) fn disconnect(namespace: &str) -> Bytes {
    head("41", namespace, None, 0).into()
}

fn emit(kind: &str, namespace: &str, id: Option<u64>, name: &str, arguments: &str) -> Bytes {
    let mut packet = head(kind, namespace, id, 8 + name.len() + arguments.len());
    packet.push('[');
    let _ = write!(packet, "{}", Value::from(name));
    if !arguments.is_empty() {
        packet.push(',');
        packet.push_str(arguments);
    }
    packet.push(']');
    packet.into()
}

fn answer(kind: &str, namespace: &str, id: u64, arguments: &str) -> Bytes {
    let mut packet = head(kind, namespace, Some(id), 2 + arguments.len());
    packet.push('[');
    packet.push_str(arguments);
    packet.push(']');
    packet.into()
}

/// Everything before the payload, with room for `more` bytes.
fn head(kind: &str, namespace: &str, id: Option<u64>, more: usize) -> String {
    let mut packet = String::with_capacity(kind.len() + namespace.len() + 24 + more);
    packet.push_str(kind);
    if namespace != "/" {
        packet.push_str(namespace);
        packet.push(',');
    }
    if let Some(id) = id {
        let _ = write!(packet, "{id}");
    }
    packet
}
