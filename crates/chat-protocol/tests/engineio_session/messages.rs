use super::*;

#[test]
fn several_in_a_post_come_in_order() {
    let mut script = Script::polling();
    let outputs = script.at(1, post("4test1\x1ebAQIDBA==\x1e4test3\x1ebAQ"));
    let binary = |frame| Output::Message(frame);
    assert_eq!(
        outputs,
        [posted(Ok(())), message("test1"), binary(bytes(&[1, 2, 3, 4])), message("test3"), binary(bytes(&[1]))]
    );
}

#[test]
fn what_waits_leaves_in_one_answer_in_order() {
    let mut script = Script::polling();
    assert_eq!(script.all_at(1, [send("hello"), Input::Send(bytes(&[1, 2, 3, 4])), send("")]), []);
    assert_eq!(script.at(2, Input::PollOpened), [answer("4hello\x1ebAQIDBA==\x1e4")]);
    assert_eq!(script.at(3, Input::PollOpened), []);
    assert_eq!(script.at(4, Input::Send(bytes(&[255]))), [answer("b/w==")]);
}

#[test]
fn a_waiting_poll_takes_what_is_sent_until_it_is_asked() {
    let mut script = Script::polling();
    assert_eq!(script.at(1, Input::PollOpened), []);
    assert_eq!(script.all_at(2, [send("a"), send("b")]), [answer("4a\x1e4b")]);
    assert_eq!(script.at(3, send("c")), []);
}

#[test]
fn a_lone_text_is_not_copied() {
    let mut script = Script::polling();
    let packet = Bytes::from("4hello".to_owned());
    script.at(1, Input::Send(Frame::Text(packet.clone())));
    let outputs = script.at(2, Input::PollOpened);
    let [Output::Wire(Wire::AnswerPoll(body))] = &outputs[..] else { panic!("{outputs:?}") };
    assert_eq!(body.as_ptr(), packet.as_ptr());
}

#[test]
fn at_most_sixteen_in_an_answer() {
    let mut script = Script::polling();
    script.all_at(1, (0..35).map(|n| send(&n.to_string())));
    let counts: Vec<_> = (0..3)
        .map(|_| match &script.at(2, Input::PollOpened)[..] {
            [Output::Wire(Wire::AnswerPoll(body))] => body.split(|&byte| byte == 0x1e).count(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(counts, [16, 16, 3]);
    assert_eq!(script.at(3, Input::PollOpened), []);
}

#[test]
fn a_web_socket_carries_them_bare() {
    let mut script = Script::web_socket();
    assert_eq!(script.at(1, ws("4hello")), [message("hello")]);
    let input = Input::WebSocketBinary(Bytes::from_static(&[1, 2]));
    assert_eq!(script.at(2, input), [Output::Message(bytes(&[1, 2]))]);
    assert_eq!(script.at(3, send("back")), [frame("4back")]);
    let output = Output::Wire(Wire::SendFrame(bytes(&[3])));
    assert_eq!(script.at(4, Input::Send(bytes(&[3]))), [output]);
}

#[test]
fn an_invalid_post_is_refused_whole_and_ends_the_session() {
    for body in ["abc", "", "4a\x1e", "4a\x1eb!", "0{}", "2", "4\x1e\x1e4"] {
        let mut script = Script::polling();
        let ended = [posted(Err(Reject::BadRequest)), closed(Closed::InvalidPacket)];
        assert_eq!(script.at(1, post(body)), ended, "{body}");
        script.is_dead(2);
    }
    let mut script = Script::polling();
    let outputs = script.at(1, Input::Post(Bytes::from_static(b"4\xd0")));
    assert_eq!(outputs, [posted(Err(Reject::BadRequest)), closed(Closed::InvalidPacket)]);
}

#[test]
fn an_invalid_frame_ends_the_session() {
    for text in ["abc", "", "0", "2", "2x", "b", "9", "\u{1e}"] {
        let mut script = Script::web_socket();
        assert_eq!(script.at(1, ws(text)), [CLOSE_SOCKET, closed(Closed::InvalidPacket)], "{text}");
        script.is_dead(2);
    }
}

#[test]
fn a_probe_where_nothing_is_to_upgrade_is_invalid() {
    let mut script = Script::web_socket();
    assert_eq!(script.at(1, ws("2probe")), [CLOSE_SOCKET, closed(Closed::InvalidPacket)]);
    let mut script = Script::polling();
    assert_eq!(script.at(1, post("2probe")), [posted(Ok(())), closed(Closed::InvalidPacket)]);
}

#[test]
fn noops_and_late_upgrades_do_nothing() {
    let mut script = Script::web_socket();
    assert_eq!(script.at(1, ws("6")), []);
    assert_eq!(script.at(1, ws("5")), []);
    assert_eq!(Script::polling().at(1, post("6\x1e5")), [posted(Ok(()))]);
}

#[test]
fn a_long_post_is_refused_and_forgotten() {
    let mut script = Script::polling_with(EngineSettings { max_payload: 4, ..settings() });
    assert_eq!(script.at(1, post("4four")), [posted(Err(Reject::TooLarge))]);
    assert_eq!(script.at(2, post("4hat")), [posted(Ok(())), message("hat")]);
}

#[test]
fn a_long_packet_is_refused_in_a_short_post_too() {
    let mut script = Script::polling_with(EngineSettings { max_packet: 4, ..settings() });
    assert_eq!(script.at(1, post("4hat\x1e4four")), [posted(Err(Reject::TooLarge))]);
    assert_eq!(script.at(2, post("4hat\x1e4hat")), [posted(Ok(())), message("hat"), message("hat")]);
}

#[test]
fn a_post_holds_a_bounded_number() {
    let mut script = Script::polling_with(EngineSettings { max_packets_per_post: 2, ..settings() });
    assert_eq!(script.at(1, post("4\x1e4")).len(), 3);
    let ended = [posted(Err(Reject::BadRequest)), closed(Closed::InvalidPacket)];
    assert_eq!(script.at(2, post("4\x1e4\x1e4")), ended);
}

#[test]
fn who_does_not_fetch_is_closed() {
    let mut script = Script::polling_with(EngineSettings { max_waiting: 10_000, ..settings() });
    let outputs = script.all_at(1, (0..10).map(|_| send(&"x".repeat(1_000))));
    assert_eq!(outputs, [closed(Closed::Overflow)]);
    script.is_dead(2);
}

#[test]
fn small_messages_count_for_what_they_cost() {
    let mut script = Script::polling_with(EngineSettings { max_waiting: 10_000, ..settings() });
    assert_eq!(script.all_at(1, (0..10_000).map(|_| send(""))), [closed(Closed::Overflow)]);
}

#[test]
fn a_waiting_poll_makes_room() {
    let mut script = Script::polling_with(EngineSettings { max_waiting: 10_000, ..settings() });
    script.at(1, Input::PollOpened);
    let outputs = script.all_at(2, (0..14).map(|_| send(&"x".repeat(1_000))));
    let [Output::Wire(Wire::AnswerPoll(body))] = &outputs[..] else { panic!("{outputs:?}") };
    assert_eq!(body.len(), 9 * 1_001 + 8);
}
