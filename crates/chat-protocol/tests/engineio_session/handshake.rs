use super::*;

#[test]
fn polling_tells_exactly_five_things() {
    let open = r#"0{"sid":"AAAAAAAAAAAAAAAAAAAA","upgrades":["websocket"],"pingInterval":300,"pingTimeout":200,"maxPayload":65536}"#;
    assert_eq!(Script::new().at(0, Input::PollOpened), [answer(open)]);
}

#[test]
fn a_web_socket_has_nothing_to_upgrade_to() {
    let open =
        r#"0{"sid":"AAAAAAAAAAAAAAAAAAAA","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":65536}"#;
    assert_eq!(Script::new().at(0, Input::WebSocketOpened), [frame(open), READY]);
}

#[test]
fn a_post_cannot_be_one() {
    assert_eq!(Script::new().at(0, post("4x")), [posted(Err(Reject::BadRequest))]);
}
