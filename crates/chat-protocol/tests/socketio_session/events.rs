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
