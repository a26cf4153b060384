//! Socket.IO sessions by script. The application is an echo in the namespaces `/` and `/custom`.

use std::sync::Arc;

use bytes::Bytes;
use chat_protocol::engineio::{self, Closed, Frame, Input, Millis, Sid, Wire};
use chat_protocol::socketio::{Output, Session, Settings, packet};

struct Script {
    session: Session,
    now: Millis,
    /// What the application heard.
    heard: Vec<String>,
}

impl Script {
    fn new() -> Self {
        Self::with(Settings::default())
    }

    /// After the handshake of Engine.IO over a WebSocket.
    fn with(settings: Settings) -> Self {
        let engine = engineio::Settings { ping_interval: 300, ping_timeout: 200, ..Default::default() };
        let settings =
            Settings { engine: Arc::new(engine), namespaces: &["/", "/custom"], connect_timeout: 1_000, ..settings };
        let session = Session::new(Arc::new(settings), Sid::new([0; 15]));
        let mut script = Self { session, now: 0, heard: Vec::new() };
        script.tell(Input::WebSocketOpened);
        script
    }

    /// After CONNECT too.
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

    /// What the sockets were told to do.
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

mod connect {
    use super::*;

    #[test]
    fn the_main_namespace() {
        let mut script = Script::connected();
        assert_eq!(script.says(r#"42["message"]"#), [r#"42["message-back"]"#]);
    }

    #[test]
    fn with_a_payload() {
        let told = Script::new().says(r#"40{"token":"123"}"#);
        assert_eq!(told[1], r#"42["auth",{"token":"123"}]"#);
    }

    #[test]
    fn a_custom_namespace() {
        for text in ["40/custom", "40/custom,"] {
            let told = Script::new().says(text);
            assert_eq!(told, [r#"40/custom,{"sid":"AQEBAQEBAQEBAQEBAQEB"}"#, r#"42/custom,["auth",{}]"#]);
        }
        let told = Script::new().says(r#"40/custom,{"token":"abc"}"#);
        assert_eq!(told[1], r#"42/custom,["auth",{"token":"abc"}]"#);
    }

    #[test]
    fn an_unknown_namespace_is_refused_and_the_transport_stays() {
        let mut script = Script::new();
        assert_eq!(script.says("40/random"), [r#"44/random,{"message":"Invalid namespace"}"#]);
        assert_eq!(script.says("40/random,{}"), [r#"44/random,{"message":"Invalid namespace"}"#]);
        assert_eq!(script.says("40").len(), 2);
    }

    #[test]
    fn the_application_may_refuse() {
        let mut script = Script::new();
        script.session.handle(0, Input::WebSocketText(Bytes::from_static(b"40")));
        assert_eq!(script.session.poll(), Some(Output::Connect { namespace: "/", auth: Bytes::from_static(b"{}") }));
        assert!(script.session.refuse("/", "no \"entry\""));
        assert!(!script.session.accept("/", Sid::new([1; 15])));
        assert_eq!(script.tell(Input::Tick), [r#"44{"message":"no \"entry\""}"#]);
        assert_eq!(script.says("40").len(), 2);
    }

    #[test]
    fn who_went_away_meanwhile_is_not_accepted() {
        let mut script = Script::new();
        script.session.handle(0, Input::WebSocketText(Bytes::from_static(b"40")));
        script.session.poll();
        script.says("41");
        assert_eq!(script.heard, ["left /"]);
        assert!(!script.session.accept("/", Sid::new([1; 15])));
    }

    #[test]
    fn before_the_answer_nothing_else_may_come() {
        let mut script = Script::new();
        script.session.handle(0, Input::WebSocketText(Bytes::from_static(b"40")));
        script.session.poll();
        assert_eq!(script.says(r#"42["message"]"#), INVALID);
    }

    #[test]
    fn twice_is_invalid_and_again_is_not() {
        let mut script = Script::connected();
        script.says("41");
        assert_eq!(script.says("40").len(), 2);
        assert_eq!(script.says("40"), INVALID);
    }

    #[test]
    fn who_never_does_is_closed() {
        let mut script = Script::new();
        for round in 1..=3 {
            script.now = 300 * round;
            assert_eq!(script.tell(Input::Tick), ["2"]);
            script.says("3");
        }
        script.says("40/random");
        assert_eq!(script.session.deadline(), Some(1_000));
        script.now = 1_000;
        assert_eq!(script.tell(Input::Tick), ["CloseWebSocket", "NeverConnected"]);
        assert_eq!(script.session.deadline(), None);
    }

    #[test]
    fn over_polling_too() {
        let settings = Settings { connect_timeout: 100, ..Settings::default() };
        let mut session = Session::new(Arc::new(settings), Sid::new([0; 15]));
        session.handle(0, Input::PollOpened);
        while session.poll().is_some() {}
        session.handle(1, Input::PollOpened);
        session.handle(100, Input::Tick);
        assert_eq!(session.poll(), Some(Output::Wire(Wire::AnswerPoll(Bytes::from_static(b"1")))));
        assert_eq!(session.poll(), Some(Output::Closed(Closed::NeverConnected)));
    }
}

mod leave {
    use super::*;

    #[test]
    fn the_engine_goes_on_pinging() {
        let mut script = Script::connected();
        assert!(script.says("41").is_empty());
        assert_eq!(script.heard, ["left /"]);
        for round in 1..=10 {
            script.now = 300 * round;
            assert_eq!(script.tell(Input::Tick), ["2"]);
            script.says("3");
        }
    }

    #[test]
    fn one_namespace_and_the_other_stays() {
        let mut script = Script::connected();
        script.says("40/custom");
        assert!(script.says("41/custom").is_empty());
        assert_eq!(script.says(r#"42["message","x"]"#), [r#"42["message-back","x"]"#]);
    }

    #[test]
    fn the_server_puts_it_out() {
        let mut script = Script::connected();
        script.says("40/custom,");
        assert!(script.session.disconnect("/custom"));
        assert!(!script.session.disconnect("/custom"));
        assert!(!script.session.disconnect("/random"));
        assert_eq!(script.tell(Input::Tick), ["41/custom,"]);
        // These were on their way.
        assert!(script.says(r#"42/custom,["message"]"#).is_empty());
        assert!(script.says("41/custom").is_empty());
        assert_eq!(script.says(r#"42["message"]"#).len(), 1);
    }

    #[test]
    fn what_was_never_joined_cannot_be_left() {
        for text in ["41", "41/custom", "41/random"] {
            assert_eq!(Script::new().says(text), INVALID, "{text}");
        }
    }
}

mod events {
    use super::*;

    #[test]
    fn any_number_of_arguments() {
        let mut script = Script::connected();
        let text = r#"42["message",1,"2",{"3":[true]}]"#;
        assert_eq!(script.says(text), [r#"42["message-back",1,"2",{"3":[true]}]"#]);
        assert_eq!(script.says(r#"42["message"]"#), [r#"42["message-back"]"#]);
    }

    #[test]
    fn with_an_acknowledgement() {
        let mut script = Script::connected();
        let text = r#"42456["message-with-ack",1,"2",{"3":[false]}]"#;
        assert_eq!(script.says(text), [r#"43456[1,"2",{"3":[false]}]"#]);
        script.says("40/custom");
        assert_eq!(script.says(r#"42/custom,0["message-with-ack"]"#), ["43/custom,0[]"]);
    }

    #[test]
    fn with_attachments() {
        let mut script = Script::connected();
        let places = r#"{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}"#;
        assert!(script.says(&format!(r#"452-["message",{places}]"#)).is_empty());
        assert!(script.says_bytes(&[1, 2, 3]).is_empty());
        let told = script.says_bytes(b"45");
        assert_eq!(told, [format!(r#"452-["message-back",{places}]"#), r#"b"\x01\x02\x03""#.into(), r#"b"45""#.into()]);
        script.says(&format!(r#"452-789["message-with-ack",{places}]"#));
        script.says_bytes(&[1]);
        assert_eq!(script.says_bytes(&[2])[0], format!("462-789[{places}]"));
        assert_eq!(script.says(r#"450-["message"]"#), [r#"42["message-back"]"#]);
    }

    #[test]
    fn the_name_and_the_first_argument() {
        let mut script = Script::connected();
        for (text, name, first) in [
            (r#"42["chat:join", {"chat_id":1} ,2]"#, "chat:join", Some(r#"{"chat_id":1}"#)),
            (r#"42["\u0434\"а"]"#, "д\"а", None),
            (r#"42["да"]"#, "да", None),
        ] {
            script.session.handle(0, Input::WebSocketText(Bytes::from(text)));
            let Some(Output::Event(event)) = script.session.poll() else { panic!("{text}") };
            assert_eq!((event.name(), event.arguments.first()), (name, first));
        }
    }

    #[test]
    fn a_client_acknowledges() {
        let mut script = Script::connected();
        assert!(script.says(r#"4312[1,"2"]"#).is_empty());
        script.says(r#"461-13[{"_placeholder":true,"num":0}]"#);
        script.says_bytes(&[1]);
        assert_eq!(script.heard, ["ack / 12 1,\"2\"", r#"ack / 13 {"_placeholder":true,"num":0}"#]);
        let asked = packet::event_with_ack("/custom", 7, "are \"you\" there", "");
        assert_eq!(asked, r#"42/custom,7["are \"you\" there"]"#);
    }
}

mod violations {
    use super::*;

    #[test]
    fn what_is_no_packet_closes() {
        for text in [
            "4abc",
            "4",
            "42{}",
            r#"42abc["message-with-ack",1]"#,
            "42",
            r#"42[]"#,
            "43[]",
            r#"44{"message":"x"}"#,
            "49",
            r#"42/random,["message"]"#,
            r#"42/custom,["message"]"#,
            "43/custom,1[]",
            r#"451-/custom,["message"]"#,
        ] {
            let mut script = Script::connected();
            let told = match text.starts_with("451") {
                true => {
                    assert!(script.says(text).is_empty());
                    script.says_bytes(&[1])
                }
                false => script.says(text),
            };
            assert_eq!(told, INVALID, "{text}");
        }
    }

    #[test]
    fn invalid_utf8_closes() {
        let mut script = Script::connected();
        assert_eq!(script.tell(Input::WebSocketText(Bytes::from_static(b"42[\"\xd0\"]"))), INVALID);
    }

    #[test]
    fn attachments_come_right_after_their_packet_and_nowhere_else() {
        let mut script = Script::connected();
        assert_eq!(script.says_bytes(&[1]), INVALID);
        let mut script = Script::connected();
        script.says(r#"451-["message"]"#);
        assert_eq!(script.says(r#"42["message"]"#), INVALID);
    }

    #[test]
    fn attachments_are_bounded() {
        let settings = Settings { max_attachments: 2, max_attachment_bytes: 3, ..Settings::default() };
        let connected = || {
            let mut script = Script::with(settings.clone());
            script.says("40");
            script
        };
        assert_eq!(connected().says(r#"453-["message"]"#), INVALID);
        assert_eq!(connected().says(r#"45999999999999-["message"]"#), INVALID);
        let mut script = connected();
        script.says(r#"452-["message"]"#);
        script.says_bytes(&[1, 2]);
        assert_eq!(script.says_bytes(&[3, 4]), INVALID);
        let mut script = connected();
        script.says(r#"452-["message"]"#);
        script.says_bytes(&[1, 2]);
        assert_eq!(script.says_bytes(&[3]).len(), 3);
    }

    #[test]
    fn a_namespace_that_is_too_long_is_not_sent_back() {
        let name = "x".repeat(300);
        assert_eq!(Script::new().says(&format!("40/{name}")), INVALID);
    }

    #[test]
    fn after_one_nothing_more_is_heard() {
        let mut session = Session::new(Arc::default(), Sid::new([0; 15]));
        session.handle(0, Input::PollOpened);
        session.handle(0, Input::Post(Bytes::from_static(b"41\x1e40\x1e40")));
        let outputs: Vec<_> = std::iter::from_fn(|| session.poll()).skip(1).collect();
        assert_eq!(outputs, [Output::Wire(Wire::AnswerPost(Ok(()))), Output::Closed(Closed::InvalidPacket)]);
    }

    #[test]
    fn what_came_before_the_goodbye_is_heard() {
        let mut session = Session::new(Arc::default(), Sid::new([0; 15]));
        session.handle(0, Input::PollOpened);
        session.handle(0, Input::Post(Bytes::from_static(b"40\x1e1")));
        let outputs: Vec<_> = std::iter::from_fn(|| session.poll()).skip(2).collect();
        let connect = Output::Connect { namespace: "/", auth: Bytes::from_static(b"{}") };
        assert_eq!(outputs, [connect, Output::Closed(Closed::ByClient)]);
    }
}

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
