//! Memory is bounded by the length of what is said, and in the common case almost none is allocated.

use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use bytes::Bytes;
use chat_protocol::engineio::packet::decode_payload;
use chat_protocol::engineio::{Frame, Input, Sid};
use chat_protocol::socketio::{Output, Session, packet};

/// Returns a session over a WebSocket, in `/`, after some messages, so that every buffer has its size.
fn connected() -> Session {
    let mut session = Session::new(Arc::default(), Sid::new([0; 15]));
    session.handle(0, Input::WebSocketOpened);
    say(&mut session, "40");
    for _ in 0..10 {
        say(&mut session, r#"42["warm",1]"#);
        session.send(Frame::Text(Bytes::from_static(b"42[]")));
        while session.poll().is_some() {}
    }
    session
}

fn say(session: &mut Session, text: &'static str) -> usize {
    session.handle(0, Input::WebSocketText(Bytes::from_static(text.as_bytes())));
    let mut events = 0;
    while let Some(output) = session.poll() {
        match output {
            Output::Connect { namespace, .. } => assert!(session.accept(namespace, Sid::new([0; 15]))),
            Output::Event(_) => events += 1,
            _ => {}
        }
    }
    events
}

fn cost(text: &'static str) -> AllocationInfo {
    let mut session = connected();
    measure(|| {
        say(&mut session, text);
    })
}

#[test]
fn an_event_is_read_without_allocating() {
    let text = r#"4217["chat:message:send",{"chat_id":"63686174-0002-8000-8000-000000000001","content":"hello"}]"#;
    let mut session = connected();
    let cost = measure(|| assert_eq!(say(&mut session, text), 1));
    assert_eq!(cost.count_total, 0);
}

#[test]
fn sending_on_a_web_socket_does_not_allocate() {
    let mut session = connected();
    let message = packet::event("/", "x", "1");
    let cost = measure(|| {
        session.send(Frame::Text(message.clone()));
        while session.poll().is_some() {}
    });
    // Bytes made from a String allocate when they are first shared.
    assert!(cost.count_total <= 1, "{cost:?}");
    assert!(cost.bytes_total <= 32, "{cost:?}");
}

#[test]
fn what_is_announced_costs_nothing_until_it_comes() {
    assert!(cost(r#"4516-["a",{"_placeholder":true,"num":0}]"#).bytes_max < 512);
    for text in [r#"45999999999999-["a"]"#, r#"4599999999999999999999999999-["a"]"#, r#"42999999999999999999999["a"]"#]
    {
        assert!(cost(text).bytes_max < 512, "{text}");
    }
}

#[test]
fn depth_and_length_cost_no_more_than_they_are() {
    let deep = format!(r#"42["a",{}]"#, "[".repeat(100_000));
    let mut session = connected();
    let cost = measure(|| {
        session.handle(0, Input::WebSocketText(Bytes::from(deep.clone())));
        while session.poll().is_some() {}
    });
    assert!(cost.bytes_max < 4 * 100_000, "{cost:?}");
}

#[test]
fn many_small_packets_cost_what_the_bound_allows() {
    let body = Bytes::from("4\u{1e}".repeat(500_000));
    let cost = measure(|| assert!(decode_payload(body.clone(), 4_096).is_err()));
    assert!(cost.bytes_max < 64, "{cost:?}");
    let body = Bytes::from(vec![b"4".as_slice(); 4_096].join(&0x1e));
    let cost = measure(|| assert!(decode_payload(body.clone(), 4_096).is_ok()));
    assert!(cost.bytes_max < 4_096 * 64, "{cost:?}");
}

#[test]
fn a_quiet_session_is_small() {
    let mut session = None;
    let settings = Arc::default();
    let cost = measure(|| {
        let mut new = Session::new(settings, Sid::new([0; 15]));
        new.handle(0, Input::WebSocketOpened);
        new.handle(0, Input::WebSocketText(Bytes::from_static(b"40")));
        while let Some(output) = new.poll() {
            if let Output::Connect { namespace, .. } = output {
                new.accept(namespace, Sid::new([0; 15]));
            }
        }
        session = Some(new);
    });
    assert!(size_of::<Session>() <= 320, "{}", size_of::<Session>());
    assert!(cost.bytes_current <= 320, "{cost:?}");
}
