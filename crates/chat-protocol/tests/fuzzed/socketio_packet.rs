use std::sync::Arc;

use bytes::Bytes;
use chat_protocol::engineio::{Frame, Input, Sid};
use chat_protocol::socketio::{Output, Session, SocketIoSettings, packet};

/// An event reads the same when it is written again. What is not a packet ends the session, and nothing else happens.
pub(crate) fn run(data: &[u8]) {
    let Some(output) = hear(&mut connected(), data, &ATTACHMENTS) else { return };
    let (told, attachments) = match &output {
        Output::Event(event) => (tell_event(event), &event.arguments.attachments),
        Output::Ack(ack) => (tell_ack(ack), &ack.arguments.attachments),
        _ => return,
    };
    let again = hear(&mut connected(), &told[1..], attachments);
    match (output, again) {
        (Output::Event(one), Some(Output::Event(two))) => {
            assert_eq!((one.namespace, one.name(), one.ack), (two.namespace, two.name(), two.ack));
            assert_eq!(one.arguments.as_str(), two.arguments.as_str());
            assert_eq!(one.arguments.first(), two.arguments.first());
            assert_eq!(one.arguments.attachments, two.arguments.attachments);
        }
        (Output::Ack(one), Some(Output::Ack(two))) => {
            assert_eq!((one.namespace, one.id), (two.namespace, two.id));
            assert_eq!(one.arguments.as_str(), two.arguments.as_str());
            assert_eq!(one.arguments.attachments, two.arguments.attachments);
        }
        (one, two) => panic!("{one:?} came back as {two:?}"),
    }
}

fn tell_event(event: &chat_protocol::socketio::Event) -> Bytes {
    let (name, arguments) = (event.name(), event.arguments.as_str());
    match (event.ack, event.arguments.attachments.len()) {
        (Some(id), 0) => packet::event_with_ack(event.namespace, id, name, arguments),
        (None, 0) => packet::event(event.namespace, name, arguments),
        (ack, count) => {
            let told = packet::binary_event(event.namespace, name, arguments, count);
            ack.map_or(told.clone(), |id| with_id(&told, id))
        }
    }
}

fn tell_ack(ack: &chat_protocol::socketio::Ack) -> Bytes {
    match ack.arguments.attachments.len() {
        0 => packet::ack(ack.namespace, ack.id, ack.arguments.as_str()),
        count => packet::binary_ack(ack.namespace, ack.id, ack.arguments.as_str(), count),
    }
}

/// Puts an id into an event. The library has no function for an event with attachments that asks for an ACK, because no
/// server sends one.
fn with_id(told: &[u8], id: u64) -> Bytes {
    let text = std::str::from_utf8(told).expect("UTF-8");
    text.replacen('[', &format!("{id}["), 1).into()
}

/// Returns a session that is in both namespaces.
fn connected() -> Session {
    let settings =
        SocketIoSettings { namespaces: &["/", "/custom"], max_attachments: 2, ..SocketIoSettings::default() };
    let mut session = Session::new(Arc::new(settings), Sid::new([0; 15]));
    session.handle(0, Input::WebSocketOpened);
    for text in ["40", "40/custom"] {
        session.handle(0, Input::WebSocketText(Bytes::from_static(text.as_bytes())));
        while let Some(output) = session.poll() {
            if let Output::Connect { namespace, .. } = output {
                assert!(session.accept(namespace, Sid::new([1; 15])));
            }
        }
    }
    session
}

/// Returns what the application is told of a text and the attachments that it asks for.
fn hear(session: &mut Session, text: &[u8], attachments: &[impl AsRef<[u8]>]) -> Option<Output> {
    let message = [b"4", text].concat().into();
    let attachments = attachments.iter().map(|bytes| Input::WebSocketBinary(Bytes::copy_from_slice(bytes.as_ref())));
    for input in [Input::WebSocketText(message)].into_iter().chain(attachments) {
        session.handle(1, input);
        while let Some(output) = session.poll() {
            match output {
                Output::Wire(_) => {}
                Output::Closed(_) => return None,
                output => return Some(output),
            }
        }
    }
    session.send(Frame::Text(packet::event("/", "still here", "")));
    assert!(session.poll().is_some());
    None
}

const ATTACHMENTS: [&[u8]; 2] = [b"one", b"two"];
