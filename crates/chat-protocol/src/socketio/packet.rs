//! The packets of a server: complete Engine.IO messages, including the `4` in front, good for every session over both
//! transports.
//!
//! `arguments` is JSON text: values with commas between them, as [`Arguments::as_str`] returns it. A packet with
//! attachments has `{"_placeholder":true,"num":0}` in the place of the first one, and is followed by that many binary
//! frames.
//!
//! [`Arguments::as_str`]: super::Arguments::as_str

use std::fmt::Write as _;

use bytes::Bytes;
use serde_json::Value;

/// Returns an event, `42["name",…]`.
pub fn event(namespace: &str, name: &str, arguments: &str) -> Bytes {
    emit("42", namespace, None, name, arguments)
}

/// Returns an event that asks for an ACK with this id, `42id["name",…]`.
pub fn event_with_ack(namespace: &str, id: u64, name: &str, arguments: &str) -> Bytes {
    emit("42", namespace, Some(id), name, arguments)
}

/// Returns an event that is followed by `attachments` binary frames, `45n-["name",…]`.
pub fn binary_event(namespace: &str, name: &str, arguments: &str, attachments: usize) -> Bytes {
    emit(&format!("45{attachments}-"), namespace, None, name, arguments)
}

/// Returns the ACK of the event with this id, `43id[…]`.
pub fn ack(namespace: &str, id: u64, arguments: &str) -> Bytes {
    answer("43", namespace, id, arguments)
}

/// Returns an ACK that is followed by `attachments` binary frames, `46n-id[…]`.
pub fn binary_ack(namespace: &str, id: u64, arguments: &str, attachments: usize) -> Bytes {
    answer(&format!("46{attachments}-"), namespace, id, arguments)
}

/// Returns that the client is in the namespace, `40{"sid":…}`.
pub(super) fn connect(namespace: &str, sid: &str) -> Bytes {
    let mut packet = head("40", namespace, None, 32);
    // Writing to a String cannot fail, here and below.
    let _ = write!(packet, r#"{{"sid":"{sid}"}}"#);
    packet.into()
}

/// Returns that the client is refused by the namespace, `44{"message":…}`.
pub(super) fn connect_error(namespace: &str, message: &str) -> Bytes {
    let mut packet = head("44", namespace, None, 16 + message.len());
    let _ = write!(packet, r#"{{"message":{}}}"#, Value::from(message));
    packet.into()
}

/// Returns that the client is put out of the namespace, `41`.
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

/// Returns everything before the payload, with memory for `more` bytes.
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
