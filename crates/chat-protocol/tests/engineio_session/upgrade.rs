use super::*;

#[test]
fn from_polling_to_a_web_socket() {
    let mut script = Script::polling();
    script.at(1, Input::PollOpened);
    assert_eq!(script.at(2, Input::WebSocketOpened), []);
    assert_eq!(script.at(3, ws("2probe")), [frame("3probe"), answer("6")]);
    assert_eq!(script.at(4, post("4meanwhile")), [posted(Ok(())), message("meanwhile")]);
    assert_eq!(script.at(5, ws("5")), [READY]);
    assert_eq!(script.at(6, Input::PollOpened), [REFUSED_POLL]);
    assert_eq!(script.at(6, post("4x")), [posted(Err(Reject::BadRequest))]);
    assert_eq!(script.at(7, ws("4hello")), [message("hello")]);
    assert_eq!(script.at(8, send("hello")), [frame("4hello")]);
    assert_eq!(script.at(INTERVAL, Input::Tick), [frame("2")]);
}

#[test]
fn polls_after_the_probe_are_released_calmly() {
    let mut script = Script::probing();
    assert_eq!(script.at(1, Input::PollOpened), []);
    assert_eq!(script.session.deadline(), Some(50));
    assert_eq!(script.at(49, Input::Tick), []);
    assert_eq!(script.at(50, Input::Tick), [answer("6")]);
    assert_eq!(script.at(51, Input::PollOpened), []);
    assert_eq!(script.session.deadline(), Some(100));
    assert_eq!(script.at(100, Input::Tick), [answer("6")]);
    assert_eq!(script.at(200, Input::PollOpened), [answer("6")]);
}

#[test]
fn what_waits_goes_over_the_new_carrier_in_order() {
    let mut script = Script::probing();
    script.all_at(1, [send("a"), Input::Send(bytes(&[1])), send("b")]);
    let binary = Output::Wire(Wire::SendFrame(bytes(&[1])));
    assert_eq!(script.at(2, ws("5")), [frame("4a"), binary, frame("4b"), READY]);
}

#[test]
fn a_poll_meanwhile_takes_what_waits() {
    let mut script = Script::probing();
    script.at(1, send("a"));
    assert_eq!(script.at(2, Input::PollOpened), [answer("4a")]);
    assert_eq!(script.at(4, ws("5")), [READY]);
}

#[test]
fn a_poll_that_the_upgrade_overtakes_is_refused() {
    let mut script = Script::probing();
    assert_eq!(script.at(1, Input::PollOpened), []);
    assert_eq!(script.at(2, ws("5")), [REFUSED_POLL, READY]);
}

#[test]
fn a_ping_that_nobody_fetched_goes_over_the_web_socket() {
    let mut script = Script::probing();
    script.at(INTERVAL - 1, send("a"));
    assert_eq!(script.at(INTERVAL, ws("5")), [frame("2"), frame("4a"), READY]);
    assert_eq!(script.session.deadline(), Some(INTERVAL + TIMEOUT));
    assert_eq!(script.at(INTERVAL + 1, ws("3")), []);
}

#[test]
fn a_second_web_socket_is_closed_and_the_first_goes_on() {
    for mut script in [Script::probing(), Script::web_socket(), {
        let mut script = Script::probing();
        script.at(0, ws("5"));
        script
    }] {
        assert_eq!(script.at(1, Input::WebSocketOpened), [Output::Wire(Wire::RefuseWebSocket)]);
    }
    let mut script = Script::probing();
    script.at(1, Input::WebSocketOpened);
    assert_eq!(script.at(2, ws("5")), [READY]);
    assert_eq!(script.at(3, ws("4hello")), [message("hello")]);
}

#[test]
fn a_web_socket_that_does_not_probe_is_closed_and_polling_goes_on() {
    let binary = Input::WebSocketBinary(Bytes::from_static(&[1]));
    for input in [ws("5"), ws("4x"), ws("abc"), ws("2"), binary] {
        let mut script = Script::polling();
        script.at(1, Input::WebSocketOpened);
        assert_eq!(script.at(2, input.clone()), [CLOSE_SOCKET], "{input:?}");
        assert_eq!(script.at(3, post("4x")), [posted(Ok(())), message("x")]);
        assert_eq!(script.at(4, Input::WebSocketOpened), []);
        assert_eq!(script.at(5, ws("2probe")), [frame("3probe")]);
    }
    let mut script = Script::probing();
    assert_eq!(script.at(1, ws("2probe")), [CLOSE_SOCKET]);
}

#[test]
fn a_web_socket_that_goes_away_before_leaves_polling_as_it_was() {
    let mut script = Script::probing();
    assert_eq!(script.at(1, Input::WebSocketClosed), []);
    assert_eq!(script.at(2, send("a")), []);
    assert_eq!(script.at(3, Input::PollOpened), [answer("4a")]);
    assert_eq!(script.at(4, Input::PollOpened), []);
}

#[test]
fn an_upgrade_takes_only_so_long() {
    let mut script = Script::polling_with(EngineSettings { upgrade_timeout: 50, ..settings() });
    script.at(1, Input::WebSocketOpened);
    assert_eq!(script.session.deadline(), Some(51));
    assert_eq!(script.at(51, Input::Tick), [CLOSE_SOCKET]);
    assert_eq!(script.at(52, ws("2probe")), []);
    assert_eq!(script.at(53, post("4x")), [posted(Ok(())), message("x")]);
}

#[test]
fn the_end_meanwhile_closes_both() {
    let mut script = Script::probing();
    assert_eq!(script.at(1, post("1")), [posted(Ok(())), CLOSE_SOCKET, closed(Closed::ByClient)]);
    script.is_dead(2);
    // A WebSocket that has not sent its probe yet is closed at once.
    let mut script = Script::polling();
    script.at(1, Input::WebSocketOpened);
    script.at(1, send("a"));
    assert_eq!(script.at(2, Input::Close), [CLOSE_SOCKET]);
    assert_eq!(script.at(3, Input::WebSocketOpened), [Output::Wire(Wire::RefuseWebSocket)]);
    assert_eq!(script.at(4, Input::PollOpened), [answer("4a")]);
}

/// A client that stopped polling for the sake of the WebSocket would otherwise never learn why its session ended.
#[test]
fn the_last_words_go_the_way_by_which_they_are_asked_for() {
    let mut script = Script::probing();
    script.at(1, send("a"));
    assert_eq!(script.at(2, Input::Close), []);
    assert_eq!(script.at(3, ws("5")), [frame("4a"), CLOSE_SOCKET, closed(Closed::ByServer)]);
    script.is_dead(4);
    let mut script = Script::probing();
    script.at(1, send("a"));
    assert_eq!(script.at(2, Input::Close), []);
    assert_eq!(script.at(3, Input::PollOpened), [answer("4a")]);
    script.at(4, Input::PollOpened);
    script.is_dead(5);
}
