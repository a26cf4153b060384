//! Answers the events of Socket.IO.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chat_protocol::engineio::Frame;
use chat_protocol::socketio::{Event, Output, packet};
use chat_transport::socketio::Engine;
use tokio::time::sleep;

use crate::echo::random_sid;

/// Echoes until the session is over.
pub(crate) async fn serve(engine: Arc<Engine>) {
    loop {
        match engine.next().await {
            Output::Connect { namespace, auth } => welcome(&engine, namespace, &auth).await,
            Output::Event(event) => answer(&engine, event),
            Output::Closed(_) => return,
            Output::Wire(_) | Output::Ack(_) | Output::Disconnect { .. } => {}
        }
    }
}

async fn welcome(engine: &Engine, namespace: &str, auth: &Bytes) {
    if engine.accept(namespace, random_sid()) {
        sleep(PAUSE).await;
        let auth = std::str::from_utf8(auth).unwrap_or("{}");
        engine.send_frame(Frame::Text(packet::event(namespace, "auth", auth)));
    }
}

fn answer(engine: &Engine, event: Event) {
    let (namespace, arguments) = (event.namespace, event.arguments.as_str());
    let attachments = event.arguments.attachments.len();
    let packet = match (event.name(), event.ack, attachments) {
        ("message", _, 0) => packet::event(namespace, "message-back", arguments),
        ("message", ..) => packet::binary_event(namespace, "message-back", arguments, attachments),
        ("message-with-ack", Some(id), 0) => packet::ack(namespace, id, arguments),
        ("message-with-ack", Some(id), _) => packet::binary_ack(namespace, id, arguments, attachments),
        _ => return,
    };
    engine.send_frame(Frame::Text(packet));
    event.arguments.attachments.into_iter().for_each(|bytes| engine.send_frame(Frame::Binary(bytes)));
}

/// The pause between the answer to a CONNECT and the event after it. The protocol needs none, but a test that awaits one message
/// at a time misses the second one if both come in one read.
const PAUSE: Duration = Duration::from_millis(25);
