//! Packets compared with another implementation: each reads what the other writes.

use std::sync::Arc;

use bytes::Bytes;
use chat_protocol::engineio::{Frame, Input, Sid};
use chat_protocol::socketio::{Arguments, Output, Session, SocketIoSettings, packet};
use proptest::prelude::*;
use socketioxide_core::packet::{Packet as Theirs, PacketData};
use socketioxide_core::parser::{Parse as _, ParseConfig, ParseError, ParserState};
use socketioxide_core::{Str, Value};
use socketioxide_parser_common::CommonParser;

#[derive(Clone, Debug)]
struct Spoken {
    namespace: &'static str,
    /// An ACK has no name.
    name: Option<String>,
    id: Option<u64>,
    arguments: Vec<serde_json::Value>,
    attachments: Vec<Bytes>,
}

fn spoken() -> impl Strategy<Value = Spoken> {
    let argument = prop_oneof![
        any::<i32>().prop_map(serde_json::Value::from),
        "\\PC{0,8}".prop_map(serde_json::Value::from),
        "\\PC{0,8}".prop_map(|text| serde_json::json!({ "text": text, "list": [null, true, {}] })),
    ];
    let attachments =
        proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..9).prop_map(Bytes::from), 0..3);
    let namespace = prop_oneof![Just("/"), Just("/custom")];
    let name = proptest::option::of("(\\PC{1,12}|[a-z:\"\\\\\n]{1,8})");
    let id = proptest::option::of(0..1u64 << 53);
    (namespace, name, id, proptest::collection::vec(argument, 0..4), attachments)
        .prop_map(|(namespace, name, id, arguments, attachments)| Spoken {
            namespace,
            name,
            id,
            arguments,
            attachments,
        })
        .prop_filter("an acknowledgement needs an id", |spoken| spoken.name.is_some() || spoken.id.is_some())
}

impl Spoken {
    fn inside(&self) -> String {
        self.arguments.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }

    /// Returns the whole array, as the other implementation keeps it.
    fn array(&self) -> String {
        let name = self.name.iter().map(|name| serde_json::Value::from(name.as_str()));
        serde_json::Value::from_iter(name.chain(self.arguments.clone())).to_string()
    }

    fn ours(&self) -> Option<Bytes> {
        let count = self.attachments.len();
        match (&self.name, self.id, count) {
            (Some(name), None, 0) => Some(packet::event(self.namespace, name, &self.inside())),
            (Some(name), Some(id), 0) => Some(packet::event_with_ack(self.namespace, id, name, &self.inside())),
            (Some(name), None, _) => Some(packet::binary_event(self.namespace, name, &self.inside(), count)),
            (None, Some(id), 0) => Some(packet::ack(self.namespace, id, &self.inside())),
            (None, Some(id), _) => Some(packet::binary_ack(self.namespace, id, &self.inside(), count)),
            // Clients do not send these.
            (Some(_), Some(_), _) | (None, None, _) => None,
        }
    }

    fn theirs(&self) -> Theirs {
        let attachments = (!self.attachments.is_empty()).then(|| self.attachments.clone().into());
        let value = Value::Str(Str::from(self.array()), attachments);
        let id = self.id.map(|id| i64::try_from(id).expect("small"));
        let mut packet = match &self.name {
            Some(_) => Theirs::event(self.namespace, value),
            None => Theirs::ack(self.namespace, value, id.expect("filtered")),
        };
        if let (Some(_), Some(id)) = (&self.name, id) {
            packet.inner.set_ack_id(id);
        }
        packet
    }
}

fn they_read(text: &str, attachments: &[Bytes]) -> Result<Theirs, ParseError> {
    let (state, config) = (ParserState::default(), ParseConfig::default());
    let mut read = CommonParser.decode_str(&config, &state, Str::from(text.to_owned()));
    for attachment in attachments {
        assert!(matches!(read, Err(ParseError::NeedsMoreBinaryData)), "{read:?}");
        read = CommonParser.decode_bin(&config, &state, attachment.clone());
    }
    read
}

fn we_read(text: &str, attachments: &[Bytes]) -> Option<Output> {
    let settings = SocketIoSettings { namespaces: &["/", "/custom"], ..SocketIoSettings::default() };
    let mut session = Session::new(Arc::new(settings), Sid::new([0; 15]));
    session.handle(0, Input::WebSocketOpened);
    let texts = ["40", "40/custom,", &format!("4{text}")].map(|text| Input::WebSocketText(text.to_owned().into()));
    let attachments = attachments.iter().cloned().map(Input::WebSocketBinary);
    let mut heard = None;
    for input in texts.into_iter().chain(attachments) {
        session.handle(0, input);
        while let Some(output) = session.poll() {
            match output {
                Output::Connect { namespace, .. } => assert!(session.accept(namespace, Sid::new([1; 15]))),
                Output::Wire(_) | Output::Closed(_) => {}
                output => heard = Some(output),
            }
        }
    }
    heard
}

fn matches(spoken: &Spoken, arguments: &Arguments) -> bool {
    let first = spoken.arguments.first().map(ToString::to_string);
    arguments.as_str() == spoken.inside()
        && arguments.attachments == spoken.attachments
        && arguments.first() == first.as_deref()
}

proptest! {
    #[test]
    fn they_read_what_we_say(spoken in spoken()) {
        let Some(packet) = spoken.ours() else { return Ok(()) };
        let text = std::str::from_utf8(&packet[1..]).expect("UTF-8");
        prop_assert_eq!(they_read(text, &spoken.attachments).expect("valid"), spoken.theirs());
    }

    #[test]
    fn we_read_what_they_say(spoken in spoken()) {
        let Value::Str(text, _) = CommonParser.encode(spoken.theirs()) else { panic!("text") };
        let heard = we_read(text.as_str(), &spoken.attachments);
        match heard {
            Some(Output::Event(event)) => {
                prop_assert_eq!((event.namespace, event.ack), (spoken.namespace, spoken.id));
                prop_assert_eq!(Some(event.name()), spoken.name.as_deref());
                prop_assert!(matches(&spoken, &event.arguments));
            }
            Some(Output::Ack(ack)) => {
                prop_assert_eq!((ack.namespace, Some(ack.id), None), (spoken.namespace, spoken.id, spoken.name.clone()));
                prop_assert!(matches(&spoken, &ack.arguments));
            }
            other => prop_assert!(false, "{:?} from {}", other, text.as_str()),
        }
    }

    /// The other implementation keeps the payload unread, so it accepts more, but nothing that we read as something
    /// else.
    #[test]
    fn what_we_take_they_take(text in r#"[0-7]([0-9]{1,2}-)?((/|/custom),)?[0-9]{0,3}(\[("a"|1|,|\{|\}){0,4}\]|\[\]|\{\})?"#) {
        if let Some(Output::Event(event)) = we_read(&text, &[]) {
            let theirs = they_read(&text, &[]).expect("they take it");
            prop_assert_eq!(theirs.ns.as_str(), event.namespace);
            let id = event.ack.map(|id| i64::try_from(id).expect("short"));
            let same = matches!(theirs.inner, PacketData::Event(_, ack) | PacketData::BinaryEvent(_, ack) if ack == id);
            prop_assert!(same, "{}", text);
        }
    }
}

#[test]
fn the_small_packets() {
    let settings = SocketIoSettings { namespaces: &["/custom"], ..SocketIoSettings::default() };
    let mut session = Session::new(Arc::new(settings), Sid::new([0; 15]));
    session.handle(0, Input::WebSocketOpened);
    for text in ["40/random", "40/custom"] {
        session.handle(0, Input::WebSocketText(Bytes::from_static(text.as_bytes())));
    }
    let mut told = Vec::new();
    while let Some(output) = session.poll() {
        match output {
            Output::Connect { namespace, .. } => {
                assert!(session.accept(namespace, Sid::new([0; 15])));
                assert!(session.disconnect(namespace));
            }
            Output::Wire(chat_protocol::engineio::Wire::SendFrame(Frame::Text(text))) => told.push(text),
            _ => {}
        }
    }
    let sid = Value::Str(Str::from(r#"{"sid":"AAAAAAAAAAAAAAAAAAAA"}"#), None);
    let theirs = [
        Theirs::connect_error("/random", "Invalid namespace"),
        Theirs::connect("/custom", Some(sid)),
        Theirs::disconnect("/custom"),
    ]
    .map(|packet| match CommonParser.encode(packet) {
        Value::Str(text, _) => format!("4{}", text.as_str()),
        Value::Bytes(_) => panic!("text"),
    });
    assert_eq!(told[1..], theirs);
}
