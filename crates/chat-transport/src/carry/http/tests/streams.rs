//! Answers that last long.

use super::*;

#[tokio::test]
async fn a_stream_lasts_until_its_outbox_ends() {
    let server = run(HttpSettings::default()).await;
    let mut client = server.connect().await;
    client.write_all(b"GET /stream HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("to write");
    let head = until(&mut client, "data: first\n\n").await;
    assert!(head.contains("text/event-stream") && head.contains("x-accel-buffering: no"), "{head}");
    let outbox = server.toy.streams.lock().expect("streams").pop().expect("a stream");
    outbox.offer(Bytes::from_static(b"data: second\n\n"));
    until(&mut client, "data: second\n\n").await;
    outbox.offer_last(Bytes::from_static(b"data: last\n\n"), Close::new(1001, "going away"));
    until(&mut client, "data: last\n\n\r\n0\r\n\r\n").await;
    assert_eq!((outbox.pending(), server.toy.ended.load(Ordering::Relaxed)), (0, 1));
}

#[tokio::test]
async fn a_stream_notices_that_its_reader_has_gone() {
    let server = run(HttpSettings::default()).await;
    let mut client = server.connect().await;
    client.write_all(b"GET /stream HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("to write");
    until(&mut client, "data: first\n\n").await;
    drop(client);
    let outbox = server.toy.streams.lock().expect("streams").pop().expect("a stream");
    soon(async {
        while outbox.ending().is_none() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(server.toy.ended.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_stream_that_nobody_reads_is_given_up() {
    let server = run(HttpSettings { write_timeout: Duration::from_millis(50), ..HttpSettings::default() }).await;
    let mut client = server.connect().await;
    client.write_all(b"GET /stream HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("to write");
    until(&mut client, "data: first\n\n").await;
    let outbox = server.toy.streams.lock().expect("streams").pop().expect("a stream");
    soon(async {
        // The connection must end in either case: the queue overflows, or the socket stalls first.
        while server.toy.ended.load(Ordering::Relaxed) == 0 {
            outbox.offer(Bytes::from(vec![b'x'; 10_000]));
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(outbox.ending().is_some());
    drop(client);
}
