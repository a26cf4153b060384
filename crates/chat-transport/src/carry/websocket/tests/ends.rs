//! How connections end.

use super::*;

#[tokio::test]
async fn broken_rules_close_with_their_code() {
    let small = FrameLimits { frame: 1000, message: 1500 };
    let fragments = [masked(0x01, &[b'x'; 900]), masked(0x80, &[b'x'; 900])].concat();
    for (bytes, code) in [
        (masked(0x81, &[b'x'; 1001]), 1009),
        (fragments, 1009),
        (masked(0x81, b"\xff"), 1007),
        ([masked(0x01, "я".as_bytes()), masked(0x80, b"\xd0")].concat(), 1007),
        (vec![0x81, 0x01, b'x'], 1002),
        (masked(0x80, b"continues nothing"), 1002),
        (masked(0x83, b"reserved"), 1002),
        (masked(0xc1, b"compressed"), 1002),
        (masked(0x89, &[b'x'; 126]), 1002),
        (masked(0x09, b"fragmented ping"), 1002),
        ([masked(0x01, b"text"), masked(0x81, b"other")].concat(), 1002),
        (masked(0x88, &[0x03]), 1002),
    ] {
        let (closed, received) = with_echo(small, raw(&bytes)).await;
        assert!(matches!(closed, Closed::Broken(close) if close.code == code), "{closed:?} instead of {code}");
        assert_eq!(received, Some(code));
    }
}

#[tokio::test]
async fn only_the_header_of_an_oversized_frame_is_awaited() {
    let mut header = masked(0x82, &[]);
    header[1] = 0x80 | 127;
    header.splice(2..2, (1u64 << 62).to_be_bytes());
    let (_, received) = with_echo(FrameLimits::default(), raw(&header)).await;
    assert_eq!(received, Some(1009));
}

#[tokio::test]
async fn the_peer_s_close_is_echoed_after_what_was_said_before() {
    let (closed, ()) = with_echo(FrameLimits::default(), |mut client| {
        let bytes = [masked(0x81, b"last words"), masked(0x88, &4000u16.to_be_bytes())].concat();
        client.get_mut().write_all(&bytes).expect("to write");
        assert_eq!(client.read().expect("an echo"), Message::text("last words"));
        assert_eq!(close_code(&mut client), Some(4000));
        assert_eq!(client.get_mut().read(&mut [0; 8]).expect("the end"), 0);
    })
    .await;
    assert_eq!(closed, Closed::ByPeer(4000));
}

#[tokio::test]
async fn our_close_reaches_a_peer_that_is_still_talking() {
    let (mut server, mut client) = connect(FrameLimits::default()).await;
    client.send(Message::text("chatter")).expect("to send");
    assert_eq!(soon(server.next()).await, Incoming::Text("chatter".into()));
    client.send(Message::text("more chatter")).expect("to send");
    let outbox = server.outbox().clone();
    outbox.offer(text("goodbye"));
    outbox.doom(Close::new(4401, "expired"));
    let Incoming::Closed(Closed::ByUs(close)) = soon(server.next()).await else { panic!("still open") };
    assert_eq!(close.code, 4401);
    let reader = spawn_blocking(move || (client.read().expect("a frame"), close_code(&mut client)));
    let ((), read) = soon(async { tokio::join!(server.shut(PATIENCE), reader) }).await;
    assert_eq!(read.expect("the client's part"), (Message::text("goodbye"), Some(4401)));
    assert_eq!(outbox.offer(text("too late")), Offered::Closed);
}

#[tokio::test]
async fn a_peer_that_stops_talking_is_lost() {
    let (mut server, mut client) = connect(FrameLimits::default()).await;
    client.send(Message::text("hello")).expect("to send");
    client.get_mut().write_all(&[0x81, 0x85]).expect("half a frame");
    client.get_mut().shutdown(Shutdown::Write).expect("to hang up");
    assert_eq!(soon(server.next()).await, Incoming::Text("hello".into()));
    assert_eq!(soon(server.next()).await, Incoming::Closed(Closed::Lost));
    soon(server.shut(PATIENCE)).await;
}

#[tokio::test]
async fn a_reader_too_slow_gets_its_close_frame_when_it_reads_again() {
    let limits = Limits { per_socket: 200_000, ..Limits::default() };
    let (mut server, mut client) = connect_with(FrameLimits::default(), limits).await;
    let outbox = server.outbox().clone();
    let frame = frame(Opcode::Binary, &[1; 100_000]);
    assert!((0..1000).any(|_| outbox.offer(frame.clone()) == Offered::Full));
    assert_eq!(soon(server.next()).await, Incoming::Closed(Closed::ByUs(Close::TOO_SLOW)));
    let reader = spawn_blocking(move || close_code(&mut client));
    let ((), code) = soon(async { tokio::join!(server.shut(PATIENCE), reader) }).await;
    assert_eq!(code.expect("the client's part"), Some(1013));
    assert_eq!(outbox.depot().counters().doomed.load(Ordering::Relaxed), 1);
}
