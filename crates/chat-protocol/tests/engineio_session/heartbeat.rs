use super::*;

#[test]
fn the_first_ping_comes_only_after_the_interval() {
    let mut script = Script::polling();
    assert_eq!(script.session.deadline(), Some(INTERVAL));
    assert_eq!(script.at(1, Input::PollOpened), []);
    assert_eq!(script.at(INTERVAL - 1, Input::Tick), []);
    assert_eq!(script.at(INTERVAL, Input::Tick), [answer("2")]);
}

#[test]
fn a_ping_goes_alone_and_first() {
    let mut script = Script::polling();
    script.all_at(1, [send("a"), send("b")]);
    assert_eq!(script.at(INTERVAL, Input::Tick), []);
    assert_eq!(script.at(INTERVAL + 1, Input::PollOpened), [answer("2")]);
    assert_eq!(script.at(INTERVAL + 2, Input::PollOpened), [answer("4a\x1e4b")]);
}

#[test]
fn pongs_keep_it_alive() {
    let mut script = Script::polling();
    for round in 1..=100 {
        let now = round * INTERVAL;
        assert_eq!(script.at(now, Input::PollOpened), [answer("2")]);
        assert_eq!(script.at(now, post("3")), [posted(Ok(()))]);
        assert_eq!(script.session.deadline(), Some(now + INTERVAL));
    }
    let mut script = Script::web_socket();
    for round in 1..=100 {
        let now = round * INTERVAL;
        assert_eq!(script.at(now, Input::Tick), [frame("2")]);
        assert_eq!(script.session.deadline(), Some(now + TIMEOUT));
        assert_eq!(script.at(now, ws("3")), []);
    }
}

#[test]
fn pings_keep_their_pace_however_late_the_pong() {
    let mut script = Script::web_socket();
    for round in 1..=10 {
        let now = round * INTERVAL;
        assert_eq!(script.at(now + 3, Input::Tick), [frame("2")]);
        assert_eq!(script.at(now + TIMEOUT - 1, ws("3")), []);
        assert_eq!(script.session.deadline(), Some(now + INTERVAL));
    }
}

#[test]
fn a_pong_later_than_the_next_ping_is_answered_by_it() {
    let mut script =
        Script::with(EngineSettings { ping_interval: 300, ping_timeout: 1_000, ..EngineSettings::default() });
    script.at(0, Input::WebSocketOpened);
    assert_eq!(script.at(300, Input::Tick), [frame("2")]);
    assert_eq!(script.at(1_299, ws("3")), []);
    assert_eq!(script.session.deadline(), Some(1_300));
    assert_eq!(script.at(1_300, Input::Tick), [frame("2")]);
}

#[test]
fn a_pong_that_was_not_asked_for_is_nothing() {
    let mut script = Script::web_socket();
    assert_eq!(script.at(100, ws("3")), []);
    assert_eq!(script.session.deadline(), Some(INTERVAL));
}

#[test]
fn a_pong_that_comes_before_its_ping_was_fetched_takes_the_ping_back() {
    let mut script = Script::polling();
    assert_eq!(script.at(INTERVAL, Input::Tick), []);
    assert_eq!(script.at(INTERVAL + 1, post("3")), [posted(Ok(()))]);
    assert_eq!(script.at(INTERVAL + 2, Input::PollOpened), []);
    assert_eq!(script.session.deadline(), Some(2 * INTERVAL));
}

#[test]
fn without_a_pong_it_ends_exactly_then() {
    let mut script = Script::polling();
    assert_eq!(script.at(INTERVAL, Input::Tick), []);
    assert_eq!(script.session.deadline(), Some(INTERVAL + TIMEOUT));
    assert_eq!(script.at(INTERVAL + TIMEOUT - 1, Input::Tick), []);
    assert_eq!(script.at(INTERVAL + TIMEOUT, Input::Tick), [closed(Closed::PingTimeout)]);
    script.is_dead(INTERVAL + TIMEOUT);
}

#[test]
fn the_poll_that_comes_right_then_is_too_late() {
    let mut script = Script::polling();
    script.at(INTERVAL + 7, Input::Tick);
    let outputs = script.at(INTERVAL + TIMEOUT, Input::PollOpened);
    assert_eq!(outputs, [closed(Closed::PingTimeout), Output::Wire(Wire::RefusePoll(Reject::UnknownSid))]);
}

#[test]
fn nobody_has_to_tick_for_it_to_end() {
    let mut script = Script::polling();
    let outputs = script.at(INTERVAL + TIMEOUT, post("3"));
    assert_eq!(outputs, [closed(Closed::PingTimeout), posted(Err(Reject::UnknownSid))]);
}

#[test]
fn other_packets_are_no_pong() {
    let mut script = Script::web_socket();
    assert_eq!(script.at(INTERVAL, Input::Tick), [frame("2")]);
    assert_eq!(script.at(INTERVAL + TIMEOUT - 1, ws("4x")), [message("x")]);
    assert_eq!(script.at(INTERVAL + TIMEOUT, Input::Tick), [CLOSE_SOCKET, closed(Closed::PingTimeout)]);
}

#[test]
fn a_waiting_poll_is_told() {
    let mut script = Script::polling();
    script.at(1, Input::PollOpened);
    assert_eq!(script.at(INTERVAL, Input::Tick), [answer("2")]);
    script.at(INTERVAL, Input::PollOpened);
    let outputs = script.at(INTERVAL + TIMEOUT, Input::Tick);
    assert_eq!(outputs, [answer("1"), closed(Closed::PingTimeout)]);
}

#[test]
fn a_server_that_slept_does_not_blame_its_clients() {
    let mut script = Script::web_socket();
    assert_eq!(script.at(10_000, Input::Tick), [frame("2")]);
    assert_eq!(script.at(10_000 + TIMEOUT - 1, Input::Tick), []);
    assert_eq!(script.at(10_000 + TIMEOUT, Input::Tick), [CLOSE_SOCKET, closed(Closed::PingTimeout)]);
}
