//! HTTP/2 clients that open no window: few of their answers wait, and only for a time.

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::*;

/// Connects a client that asks for `times` answers of `bytes` bytes and takes none of them.
async fn asks(times: u32, bytes: usize) -> DuplexStream {
    let (mut client, server) = duplex(1 << 20);
    tokio::spawn(async move {
        let service = move |_, _| async move { Response::new(Body::from(Bytes::from(vec![b'x'; bytes]))) };
        let (settings, shutdown) = (HttpSettings::default(), CancellationToken::new());
        two(server, Peer::simulated(), &settings, shutdown, service).await
    });
    client.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    // INITIAL_WINDOW_SIZE is 0.
    client.write_all(&frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0])).await.unwrap();
    for number in 0..times {
        // GET, https, /, and an authority.
        let head = [0x82, 0x87, 0x84, 0x41, 1, b'x'];
        client.write_all(&frame(HEADERS, END_STREAM | END_HEADERS, 2 * number + 1, &head)).await.unwrap();
    }
    client
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Returns the next frame, or `None` when the connection has ended.
async fn next(client: &mut DuplexStream) -> Option<(u8, u8)> {
    loop {
        let mut head = [0; 9];
        client.read_exact(&mut head).await.ok()?;
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        client.read_exact(&mut payload).await.ok()?;
        match (head[3], head[4]) {
            (PING, 0) => client.write_all(&frame(PING, ACK, 0, &payload)).await.ok()?,
            frame => return Some(frame),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_takes_nothing_of_an_answer_is_given_up() {
    let mut client = asks(1, 100_000).await;
    let began = tokio::time::Instant::now();
    while let Some((kind, _)) = next(&mut client).await {
        assert_ne!(kind, DATA, "no window is open");
        assert!(began.elapsed() < Duration::from_secs(300), "it goes on and on");
    }
    assert!(began.elapsed() >= HttpSettings::default().write_timeout, "not at once");
}

#[tokio::test(start_paused = true)]
async fn only_so_much_waits_on_one_connection() {
    let mut client = asks(9, 1 << 20).await;
    let (mut waiting, mut refused) = (0, 0);
    while waiting + refused < 9 {
        match next(&mut client).await.expect("the heads of nine answers") {
            (HEADERS, flags) if flags & END_STREAM == 0 => waiting += 1,
            (HEADERS, _) => refused += 1,
            _ => {}
        }
    }
    assert_eq!((waiting, refused), (4, 5));
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;
