use super::*;

#[test]
fn a_second_poll_ends_both() {
    let mut script = Script::polling();
    assert_eq!(script.at(1, Input::PollOpened), []);
    let outputs = script.at(2, Input::PollOpened);
    assert_eq!(outputs, [answer("1"), REFUSED_POLL, closed(Closed::PollOverlap)]);
    script.is_dead(3);
}

#[test]
fn an_aborted_poll_ends_the_session() {
    let mut script = Script::polling();
    script.at(1, Input::PollOpened);
    assert_eq!(script.at(2, Input::PollAborted), [closed(Closed::PollAborted)]);
    script.is_dead(3);
}

#[test]
fn an_abort_after_the_answer_is_nothing() {
    let mut script = Script::polling();
    assert_eq!(script.at(1, Input::PollAborted), []);
    assert_eq!(script.at(2, post("4x")), [posted(Ok(())), message("x")]);
}

#[test]
fn the_client_says_so_over_polling() {
    let mut script = Script::polling();
    script.at(1, Input::PollOpened);
    let outputs = script.at(2, post("4last\x1e1\x1e4never"));
    assert_eq!(outputs, [posted(Ok(())), message("last"), answer("6"), closed(Closed::ByClient)]);
    script.is_dead(3);
}

#[test]
fn the_client_says_so_without_a_poll() {
    let mut script = Script::polling();
    assert_eq!(script.at(1, post("1")), [posted(Ok(())), closed(Closed::ByClient)]);
    script.is_dead(1);
}

#[test]
fn the_client_says_so_on_a_web_socket() {
    let mut script = Script::web_socket();
    assert_eq!(script.at(1, ws("1")), [CLOSE_SOCKET, closed(Closed::ByClient)]);
    script.is_dead(2);
}

#[test]
fn the_web_socket_is_lost() {
    let mut script = Script::web_socket();
    assert_eq!(script.at(1, Input::WebSocketClosed), [closed(Closed::WebSocketLost)]);
    script.is_dead(2);
}

#[test]
fn a_handshake_that_never_came_about_leaves_nothing() {
    let mut script = Script::new();
    assert_eq!(script.at(1, Input::WebSocketClosed), [closed(Closed::WebSocketLost)]);
    script.is_dead(2);
}

#[test]
fn nobody_wants_it_any_more() {
    let mut script = Script::polling();
    script.at(1, send("a"));
    assert_eq!(script.at(2, Input::End), [closed(Closed::ByServer)]);
    script.is_dead(3);
    let mut script = Script::probing();
    script.at(1, Input::PollOpened);
    assert_eq!(script.at(2, Input::End), [answer("1"), CLOSE_SOCKET, closed(Closed::ByServer)]);
    assert_eq!(Script::web_socket().at(1, Input::End), [CLOSE_SOCKET, closed(Closed::ByServer)]);
}

#[test]
fn the_application_is_done_on_a_web_socket() {
    let mut script = Script::web_socket();
    let outputs = script.all_at(1, [send("bye"), Input::Close]);
    assert_eq!(outputs, [frame("4bye"), CLOSE_SOCKET, closed(Closed::ByServer)]);
    script.is_dead(2);
}

#[test]
fn the_application_is_done_and_the_rest_is_fetched() {
    let mut script = Script::polling();
    assert_eq!(script.all_at(1, (0..17).map(|_| send("x")).chain([Input::Close])), []);
    assert_eq!(script.at(2, post("4late")), [posted(Ok(()))]);
    assert_eq!(script.at(2, send("late")), []);
    assert_eq!(script.at(2, Input::PollOpened).len(), 1);
    assert_eq!(script.at(3, Input::PollOpened), [answer("4x")]);
    assert_eq!(script.at(4, Input::PollOpened), [answer("1"), closed(Closed::ByServer)]);
    script.is_dead(5);
}

#[test]
fn the_application_is_done_while_a_poll_waits() {
    let mut script = Script::polling();
    script.at(1, Input::PollOpened);
    assert_eq!(script.at(2, Input::Close), [answer("1"), closed(Closed::ByServer)]);
}

#[test]
fn the_application_is_done_and_nobody_fetches_the_rest() {
    let mut script = Script::polling();
    assert_eq!(script.all_at(1, [send("x"), Input::Close]), []);
    assert_eq!(script.session.deadline(), Some(1 + TIMEOUT));
    assert_eq!(script.at(2, Input::Close), []);
    assert_eq!(script.at(1 + TIMEOUT, Input::Tick), [closed(Closed::ByServer)]);
    script.is_dead(INTERVAL);
}
