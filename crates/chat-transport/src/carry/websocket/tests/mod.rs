mod ends;

use std::{
    future::Future,
    io::{Read, Write},
    net::Shutdown,
    sync::atomic::Ordering,
};

use tokio::{net::TcpListener, task::spawn_blocking};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{Role, WebSocket as Peer},
};

use super::*;
use crate::carry::outbox::{Limits, Offered};

type Client = Peer<std::net::TcpStream>;

const PATIENCE: Duration = Duration::from_secs(5);

async fn connect(limits: FrameLimits) -> (WebSocket, Client) {
    connect_with(limits, Limits::default()).await
}

async fn connect_with(frames: FrameLimits, limits: Limits) -> (WebSocket, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let client = std::net::TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
    client.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let (server, _) = listener.accept().await.expect("a connection");
    server.writable().await.expect("a writable socket");
    let server = WebSocket::new(server, Bytes::new(), frames, Depot::new(limits), 1);
    (server, Client::from_raw_socket(client, Role::Client, None))
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("in time")
}

/// Echoes messages until the connection ends, and returns how it did.
async fn echo(mut socket: WebSocket) -> Closed {
    loop {
        let frame = match socket.next().await {
            Incoming::Text(text) => frame(Opcode::Text, text.as_bytes()),
            Incoming::Binary(bytes) => frame(Opcode::Binary, &bytes),
            Incoming::Closed(closed) => {
                socket.shut(PATIENCE).await;
                return closed;
            }
        };
        socket.outbox().offer(frame);
    }
}

/// Runs the echoing server beside a client that may block its thread.
async fn with_echo<T: Send + 'static>(
    limits: FrameLimits,
    client: impl FnOnce(Client) -> T + Send + 'static,
) -> (Closed, T) {
    let (server, peer) = connect(limits).await;
    let client = spawn_blocking(move || client(peer));
    let (closed, result) = soon(async { tokio::join!(echo(server), client) }).await;
    (closed, result.expect("the client's part"))
}

fn raw(bytes: &[u8]) -> impl FnOnce(Client) -> Option<u16> + Send + 'static {
    let bytes = bytes.to_vec();
    move |mut client| {
        client.get_mut().write_all(&bytes).expect("to write");
        close_code(&mut client)
    }
}

/// Returns the code of the next close frame, skipping everything before it.
fn close_code(client: &mut Client) -> Option<u16> {
    loop {
        match client.read() {
            Ok(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

/// Builds a frame as a client sends it, masked with zeros.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        len @ 0..126 => frame.push(0x80 | len as u8),
        len @ 126..0x1_0000 => {
            frame.push(0x80 | 126);
            frame.extend((len as u16).to_be_bytes());
        }
        len => {
            frame.push(0x80 | 127);
            frame.extend((len as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

#[tokio::test]
async fn messages_of_every_size_come_back() {
    let big = FrameLimits { frame: 1 << 20, message: 1 << 20 };
    let (closed, ()) = with_echo(big, |mut client| {
        for len in [0, 1, 125, 126, 4096, 16_384, 65_536, 1 << 20] {
            let text = "x".repeat(len);
            client.send(Message::text(text.clone())).expect("to send");
            assert_eq!(client.read().expect("an echo"), Message::text(text));
            client.send(Message::binary(vec![7; len])).expect("to send");
            assert_eq!(client.read().expect("an echo"), Message::binary(vec![7; len]));
        }
        client.close(None).expect("to close");
        assert_eq!(close_code(&mut client), None);
    })
    .await;
    assert_eq!(closed, Closed::ByPeer(1005));
}

#[tokio::test]
async fn many_messages_in_one_segment_stay_in_order() {
    let (_, ()) = with_echo(FrameLimits::default(), |mut client| {
        for number in 0..3000 {
            client.write(Message::text(number.to_string())).expect("to write");
        }
        client.flush().expect("to flush");
        for number in 0..3000 {
            assert_eq!(client.read().expect("an echo"), Message::text(number.to_string()));
        }
        client.close(None).expect("to close");
        while client.read().is_ok() {}
    })
    .await;
}

#[tokio::test]
async fn fragments_make_one_message_and_pings_between_them_are_answered() {
    let (_, ()) = with_echo(FrameLimits::default(), |mut client| {
        let mut bytes = masked(0x01, "при".as_bytes());
        bytes.extend(masked(0x89, b"there?"));
        bytes.extend(masked(0x80, "вет".as_bytes()));
        for byte in bytes {
            client.get_mut().write_all(&[byte]).expect("to write");
        }
        assert_eq!(client.read().expect("a pong"), Message::Pong("there?".into()));
        assert_eq!(client.read().expect("an echo"), Message::text("привет"));
        client.close(None).expect("to close");
        while client.read().is_ok() {}
    })
    .await;
}

#[tokio::test]
async fn a_pong_keeps_its_place_among_the_echoes() {
    let (_, ()) = with_echo(FrameLimits::default(), |mut client| {
        let mut bytes = masked(0x81, b"before");
        bytes.extend(masked(0x89, b"1"));
        bytes.extend(masked(0x89, b"2"));
        bytes.extend(masked(0x81, b"after"));
        client.get_mut().write_all(&bytes).expect("to write");
        let expected =
            [Message::text("before"), Message::Pong("1".into()), Message::Pong("2".into()), Message::text("after")];
        for expected in expected {
            assert_eq!(client.read().expect("a frame"), expected);
        }
        client.close(None).expect("to close");
        while client.read().is_ok() {}
    })
    .await;
}

#[tokio::test]
async fn bytes_that_came_with_the_handshake_are_heard_first() {
    let (server, mut client) = connect(FrameLimits::default()).await;
    let Stream::Plain(read) = server.stream else { panic!("a plain socket") };
    let early = Bytes::from(masked(0x81, b"eager")[..4].to_vec());
    let mut server = WebSocket::build(server.outbox, Stream::Plain(read), early, FrameLimits::default());
    client.get_mut().write_all(&masked(0x81, b"eager")[4..]).expect("to write");
    assert_eq!(soon(server.next()).await, Incoming::Text("eager".into()));
}

#[tokio::test]
async fn between_messages_nothing_is_kept() {
    let (mut server, mut client) = connect(FrameLimits::default()).await;
    let long = "x".repeat(16_384);
    client.send(Message::text(long.clone())).expect("to send");
    assert_eq!(soon(server.next()).await, Incoming::Text(long.into()));
    assert!(server.guardian.is_at_rest());
    let half = [masked(0x01, b"half "), masked(0x89, b"?")].concat();
    client.get_mut().write_all(&half).expect("to write");
    let pong = spawn_blocking(move || (client.read().expect("a pong"), client));
    let (_, mut client) = soon(async {
        tokio::select! { pong = pong => pong, _ = server.next() => panic!("half") }
    })
    .await
    .expect("the client's part");
    assert!(!server.guardian.is_at_rest());
    client.get_mut().write_all(&masked(0x80, b"done")).expect("to write");
    assert_eq!(soon(server.next()).await, Incoming::Text("half done".into()));
    assert!(server.guardian.is_at_rest());
}

#[tokio::test]
async fn dropping_next_loses_nothing() {
    let (mut server, mut client) = connect(FrameLimits::default()).await;
    let writer = spawn_blocking(move || {
        for byte in masked(0x81, b"slowly does it") {
            client.get_mut().write_all(&[byte]).expect("to write");
            std::thread::sleep(Duration::from_millis(1));
        }
        client
    });
    let heard = soon(async {
        loop {
            if let Ok(incoming) = timeout(Duration::from_micros(300), server.next()).await {
                return incoming;
            }
        }
    });
    assert_eq!(heard.await, Incoming::Text("slowly does it".into()));
    drop(writer.await);
}

#[tokio::test]
async fn the_queue_goes_on_leaving_during_other_work() {
    let (mut server, mut client) = connect(FrameLimits::default()).await;
    let outbox = server.outbox().clone();
    let frame = frame(Opcode::Binary, &[1; 100_000]);
    let mut frames = 1;
    while outbox.offer(frame.clone()) == Offered::Written {
        frames += 1;
    }
    let reader = spawn_blocking(move || (0..frames).for_each(|_| drop(client.read().expect("a frame"))));
    soon(server.during(reader)).await.expect("the client's part");
    assert_eq!(outbox.pending(), 0);
}

#[tokio::test]
async fn a_wrapped_stream_speaks_the_same() {
    let (near, far) = tokio::io::duplex(1000);
    let server = WebSocket::over(near, Bytes::new(), FrameLimits::default(), Depot::new(Limits::default()), 1);
    let client = async {
        let mut client = tokio_tungstenite::WebSocketStream::from_raw_socket(far, Role::Client, None).await;
        use futures_util::{SinkExt, StreamExt};
        let text = "x".repeat(20_000);
        client.send(Message::text(text.clone())).await.expect("to send");
        assert_eq!(client.next().await.expect("an echo").expect("an echo"), Message::text(text));
        client.close(None).await.expect("to close");
    };
    let outbox = server.outbox().clone();
    let (closed, ()) = soon(async { tokio::join!(echo(server), client) }).await;
    assert_eq!(closed, Closed::ByPeer(1005));
    assert_eq!((outbox.pending(), outbox.depot().waiting()), (0, 0));
}
