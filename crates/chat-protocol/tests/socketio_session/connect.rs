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
    let settings = SocketIoSettings { connect_timeout: 100, ..SocketIoSettings::default() };
    let mut session = Session::new(Arc::new(settings), Sid::new([0; 15]));
    session.handle(0, Input::PollOpened);
    while session.poll().is_some() {}
    session.handle(1, Input::PollOpened);
    session.handle(100, Input::Tick);
    assert_eq!(session.poll(), Some(Output::Wire(Wire::AnswerPoll(Bytes::from_static(b"1")))));
    assert_eq!(session.poll(), Some(Output::Closed(Closed::NeverConnected)));
}
