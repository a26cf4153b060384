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
    let settings = SocketIoSettings { max_attachments: 2, max_attachment_bytes: 3, ..SocketIoSettings::default() };
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
