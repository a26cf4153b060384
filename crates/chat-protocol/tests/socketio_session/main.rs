//! Socket.IO sessions, step by step. The application is an echo in the namespaces `/` and `/custom`.

mod connect;
mod events;
mod leave;
mod violations;

use std::sync::Arc;

use bytes::Bytes;
use chat_protocol::engineio::{self, Closed, Frame, Input, Millis, Sid, Wire};
use chat_protocol::socketio::{Output, Session, SocketIoSettings, packet};

struct Script {
    session: Session,
    now: Millis,
    /// What the application was told.
    heard: Vec<String>,
}

impl Script {
    fn new() -> Self {
        Self::with(SocketIoSettings::default())
    }

    /// Returns a session after the handshake of Engine.IO over a WebSocket.
    fn with(settings: SocketIoSettings) -> Self {
        let engine = engineio::EngineSettings { ping_interval: 300, ping_timeout: 200, ..Default::default() };
        let settings = SocketIoSettings {
            engine: Arc::new(engine),
            namespaces: &["/", "/custom"],
            connect_timeout: 1_000,
            ..settings
        };
        let session = Session::new(Arc::new(settings), Sid::new([0; 15]));
        let mut script = Self { session, now: 0, heard: Vec::new() };
        script.tell(Input::WebSocketOpened);
        script
    }

    /// Returns a session after CONNECT, too.
    fn connected() -> Self {
        let mut script = Self::new();
        assert_eq!(script.says("40"), [r#"40{"sid":"AQEBAQEBAQEBAQEBAQEB"}"#, r#"42["auth",{}]"#]);
        script
    }

    fn says(&mut self, text: &str) -> Vec<String> {
        self.tell(Input::WebSocketText(Bytes::from(text.to_owned())))
    }

    fn says_bytes(&mut self, bytes: &'static [u8]) -> Vec<String> {
        self.tell(Input::WebSocketBinary(Bytes::from_static(bytes)))
    }

    /// Takes what the sockets were told to do.
    fn tell(&mut self, input: Input) -> Vec<String> {
        self.session.handle(self.now, input);
        let mut told = Vec::new();
        while let Some(output) = self.session.poll() {
            match output {
                Output::Wire(wire) => told.push(spell(wire)),
                Output::Closed(closed) => told.push(format!("{closed:?}")),
                output => self.application(output),
            }
        }
        told
    }

    fn application(&mut self, output: Output) {
        match output {
            Output::Connect { namespace, auth } => {
                assert!(self.session.accept(namespace, Sid::new([1; 15])));
                let auth = std::str::from_utf8(&auth).expect("UTF-8");
                self.session.send(Frame::Text(packet::event(namespace, "auth", auth)));
            }
            Output::Event(event) => {
                let arguments = event.arguments.as_str();
                let count = event.arguments.attachments.len();
                let packet = match (event.ack, count) {
                    (None, 0) => packet::event(event.namespace, "message-back", arguments),
                    (None, _) => packet::binary_event(event.namespace, "message-back", arguments, count),
                    (Some(id), 0) => packet::ack(event.namespace, id, arguments),
                    (Some(id), _) => packet::binary_ack(event.namespace, id, arguments, count),
                };
                self.session.send(Frame::Text(packet));
                for attachment in event.arguments.attachments {
                    self.session.send(Frame::Binary(attachment));
                }
            }
            Output::Ack(ack) => self.heard.push(format!("ack {} {} {}", ack.namespace, ack.id, ack.arguments.as_str())),
            Output::Disconnect { namespace } => self.heard.push(format!("left {namespace}")),
            Output::Wire(_) | Output::Closed(_) => unreachable!("not for the application"),
        }
    }
}

fn spell(wire: Wire) -> String {
    match wire {
        Wire::SendFrame(Frame::Text(text)) | Wire::AnswerPoll(text) => String::from_utf8_lossy(&text).into_owned(),
        Wire::SendFrame(Frame::Binary(bytes)) => format!("{bytes:?}"),
        wire => format!("{wire:?}"),
    }
}

const INVALID: [&str; 2] = ["CloseWebSocket", "InvalidPacket"];

#[test]
fn over_polling_a_whole_conversation() {
    let mut session = Session::new(Arc::default(), Sid::new([0; 15]));
    let mut told = Vec::new();
    for input in [
        Input::PollOpened,
        Input::Post(Bytes::from_static(b"40")),
        Input::PollOpened,
        Input::PollOpened,
        Input::Post(Bytes::from_static(b"4211[\"x\",1]\x1e451-[\"y\",{\"_placeholder\":true,\"num\":0}]\x1ebAQID")),
    ] {
        session.handle(0, input);
        while let Some(output) = session.poll() {
            match output {
                Output::Wire(wire) => told.push(spell(wire)),
                Output::Connect { namespace, .. } => assert!(session.accept(namespace, Sid::new([0; 15]))),
                Output::Event(event) => {
                    assert_eq!(event.arguments.attachments.len(), usize::from(event.name() == "y"));
                    let count = event.arguments.attachments.len();
                    session.send(Frame::Text(packet::binary_event("/", event.name(), event.arguments.as_str(), count)));
                    event.arguments.attachments.into_iter().for_each(|bytes| session.send(Frame::Binary(bytes)));
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(told[1..3], ["AnswerPost(Ok(()))", r#"40{"sid":"AAAAAAAAAAAAAAAAAAAA"}"#]);
    let back = "450-[\"x\",1]\x1e451-[\"y\",{\"_placeholder\":true,\"num\":0}]\x1ebAQID";
    assert_eq!(told[3..], ["AnswerPost(Ok(()))", back]);
}
