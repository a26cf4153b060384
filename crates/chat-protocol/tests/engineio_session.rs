//! Engine.IO sessions by script: what happens when, and what comes of it.

use std::sync::Arc;

use bytes::Bytes;
use chat_protocol::engineio::{Closed, Frame, Input, Millis, Output, Reject, Session, Settings, Sid, Wire};

const INTERVAL: Millis = 300;
const TIMEOUT: Millis = 200;

/// A session and what it said last.
struct Script {
    session: Session,
}

impl Script {
    fn new() -> Self {
        Self::with(settings())
    }

    fn with(settings: Settings) -> Self {
        Self { session: Session::new(Arc::new(settings), Sid::new([0; 15])) }
    }

    /// After the handshake of polling, at 0.
    fn polling() -> Self {
        Self::polling_with(settings())
    }

    fn polling_with(settings: Settings) -> Self {
        let mut script = Self::with(settings);
        assert_eq!(script.at(0, Input::PollOpened).len(), 1);
        script
    }

    /// After the handshake of a WebSocket, at 0.
    fn web_socket() -> Self {
        let mut script = Self::new();
        assert_eq!(script.at(0, Input::WebSocketOpened).len(), 2);
        script
    }

    /// After the probe on a second transport, at 0.
    fn probing() -> Self {
        let mut script = Self::polling();
        assert_eq!(script.at(0, Input::WebSocketOpened), []);
        assert_eq!(script.at(0, ws("2probe")), [frame("3probe")]);
        script
    }

    fn at(&mut self, now: Millis, input: Input) -> Vec<Output> {
        self.session.handle(now, input);
        std::iter::from_fn(|| self.session.poll()).collect()
    }

    /// Several inputs of the application, and only then what comes of them.
    fn all_at(&mut self, now: Millis, inputs: impl IntoIterator<Item = Input>) -> Vec<Output> {
        inputs.into_iter().for_each(|input| self.session.handle(now, input));
        std::iter::from_fn(|| self.session.poll()).collect()
    }

    /// Nothing works any more, and nothing is due.
    fn is_dead(&mut self, now: Millis) {
        assert!(self.session.is_over());
        assert_eq!((self.session.deadline(), self.session.waiting()), (None, 0));
        assert_eq!(self.at(now, Input::PollOpened), [Output::Wire(Wire::RefusePoll(Reject::UnknownSid))]);
        assert_eq!(self.at(now, post("4x")), [posted(Err(Reject::UnknownSid))]);
        assert_eq!(self.at(now, Input::WebSocketOpened), [Output::Wire(Wire::RefuseWebSocket)]);
        assert_eq!(self.at(now, send("x")), []);
        assert_eq!(self.at(now + 1_000_000, Input::Tick), []);
    }
}

fn settings() -> Settings {
    Settings { ping_interval: INTERVAL, ping_timeout: TIMEOUT, ..Settings::default() }
}

fn post(body: &'static str) -> Input {
    Input::Post(Bytes::from_static(body.as_bytes()))
}

fn ws(text: &'static str) -> Input {
    Input::WebSocketText(Bytes::from_static(text.as_bytes()))
}

fn send(text: &str) -> Input {
    Input::Send(Frame::Text(chat_protocol::engineio::packet::message(text)))
}

fn answer(body: &'static str) -> Output {
    Output::Wire(Wire::AnswerPoll(Bytes::from_static(body.as_bytes())))
}

fn posted(result: Result<(), Reject>) -> Output {
    Output::Wire(Wire::AnswerPost(result))
}

fn frame(text: &'static str) -> Output {
    Output::Wire(Wire::SendFrame(Frame::Text(Bytes::from_static(text.as_bytes()))))
}

fn message(text: &'static str) -> Output {
    Output::Message(Frame::Text(Bytes::from_static(text.as_bytes())))
}

fn bytes(bytes: &'static [u8]) -> Frame {
    Frame::Binary(Bytes::from_static(bytes))
}

fn closed(why: Closed) -> Output {
    Output::Closed(why)
}

const REFUSED_POLL: Output = Output::Wire(Wire::RefusePoll(Reject::BadRequest));
const READY: Output = Output::Wire(Wire::WebSocketReady);
const CLOSE_SOCKET: Output = Output::Wire(Wire::CloseWebSocket);

mod handshake {
    use super::*;

    #[test]
    fn polling_tells_exactly_five_things() {
        let open = r#"0{"sid":"AAAAAAAAAAAAAAAAAAAA","upgrades":["websocket"],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000}"#;
        assert_eq!(Script::new().at(0, Input::PollOpened), [answer(open)]);
    }

    #[test]
    fn a_web_socket_has_nothing_to_upgrade_to() {
        let open = r#"0{"sid":"AAAAAAAAAAAAAAAAAAAA","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000}"#;
        assert_eq!(Script::new().at(0, Input::WebSocketOpened), [frame(open), READY]);
    }

    #[test]
    fn a_post_cannot_be_one() {
        assert_eq!(Script::new().at(0, post("4x")), [posted(Err(Reject::BadRequest))]);
    }
}

mod messages {
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
        let mut script = Script::polling_with(Settings { max_payload: 4, ..settings() });
        assert_eq!(script.at(1, post("4four")), [posted(Err(Reject::TooLarge))]);
        assert_eq!(script.at(2, post("4hat")), [posted(Ok(())), message("hat")]);
    }

    #[test]
    fn a_post_holds_a_bounded_number() {
        let mut script = Script::polling_with(Settings { max_packets_per_post: 2, ..settings() });
        assert_eq!(script.at(1, post("4\x1e4")).len(), 3);
        let ended = [posted(Err(Reject::BadRequest)), closed(Closed::InvalidPacket)];
        assert_eq!(script.at(2, post("4\x1e4\x1e4")), ended);
    }

    #[test]
    fn who_does_not_fetch_is_closed() {
        let mut script = Script::polling_with(Settings { max_waiting: 10_000, ..settings() });
        let outputs = script.all_at(1, (0..10).map(|_| send(&"x".repeat(1_000))));
        assert_eq!(outputs, [closed(Closed::Overflow)]);
        script.is_dead(2);
    }

    #[test]
    fn small_messages_count_for_what_they_cost() {
        let mut script = Script::polling_with(Settings { max_waiting: 10_000, ..settings() });
        assert_eq!(script.all_at(1, (0..10_000).map(|_| send(""))), [closed(Closed::Overflow)]);
    }

    #[test]
    fn a_waiting_poll_makes_room() {
        let mut script = Script::polling_with(Settings { max_waiting: 10_000, ..settings() });
        script.at(1, Input::PollOpened);
        let outputs = script.all_at(2, (0..14).map(|_| send(&"x".repeat(1_000))));
        let [Output::Wire(Wire::AnswerPoll(body))] = &outputs[..] else { panic!("{outputs:?}") };
        assert_eq!(body.len(), 9 * 1_001 + 8);
    }
}

mod heartbeat {
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
        let mut script = Script::with(Settings { ping_interval: 300, ping_timeout: 1_000, ..Settings::default() });
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
}

mod end {
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
}

mod upgrade {
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
        let mut script = Script::polling_with(Settings { upgrade_timeout: 50, ..settings() });
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
        let mut script = Script::probing();
        script.at(1, send("a"));
        assert_eq!(script.at(2, Input::Close), [CLOSE_SOCKET]);
        assert_eq!(script.at(3, Input::WebSocketOpened), [Output::Wire(Wire::RefuseWebSocket)]);
        assert_eq!(script.at(4, Input::PollOpened), [answer("4a")]);
    }
}
