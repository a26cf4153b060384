use std::{future::poll_fn, time::Duration};

use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpSocket, TcpStream, tcp::OwnedReadHalf},
    time::timeout,
};

use super::{depot::Counters, queue::Queue, *};

/// An outbox over loopback with small kernel buffers, and its peer.
struct Pair {
    outbox: Arc<Outbox>,
    peer: TcpStream,
    _read: OwnedReadHalf,
}

async fn pair(limits: Limits) -> Pair {
    pair_in(&Depot::new(limits), 7).await
}

async fn pair_in(depot: &Arc<Depot>, owner: u64) -> Pair {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let peer = socket.connect(listener.local_addr().expect("an address")).await.expect("a connection");
    let (server, _) = listener.accept().await.expect("a connection");
    server.writable().await.expect("a writable socket");
    let (read, write) = server.into_split();
    Pair { outbox: Outbox::direct(depot.clone(), owner, write), peer, _read: read }
}

fn limits(per_socket: usize) -> Limits {
    Limits { per_socket, in_all: 64 << 20, droppable: 1000 }
}

fn writes(outbox: &Outbox) -> u64 {
    outbox.depot().counters().writes.get()
}

/// Makes a frame whose bytes tell which one it is.
fn numbered(number: u8, len: usize) -> Bytes {
    Bytes::from(vec![number; len])
}

/// Offers frames until the kernel takes no more, and returns everything that was accepted.
fn fill(outbox: &Outbox) -> Vec<u8> {
    let mut accepted = Vec::new();
    for number in 0..=u8::MAX {
        let frame = numbered(number, 100_000);
        accepted.extend_from_slice(&frame);
        if outbox.offer(frame) == Offered::Queued {
            return accepted;
        }
    }
    panic!("the kernel takes everything")
}

async fn drain(outbox: &Outbox) {
    let drained = timeout(Duration::from_secs(10), poll_fn(|cx| outbox.poll_empty(cx)));
    drained.await.expect("the peer reads");
}

async fn read(peer: &mut TcpStream, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    timeout(Duration::from_secs(10), peer.read_exact(&mut bytes)).await.expect("bytes in time").expect("bytes");
    bytes
}

#[tokio::test]
async fn with_nothing_waiting_each_offer_is_one_write() {
    let mut pair = pair(limits(1000)).await;
    assert_eq!(pair.outbox.offer(Bytes::from_static(b"one")), Offered::Written);
    let several = [Bytes::from_static(b"two"), Bytes::from_static(b"three")];
    assert_eq!(pair.outbox.offer_all(&several, Some(Bookmark(1, 2))), Offered::Written);
    assert_eq!(writes(&pair.outbox), 2);
    assert_eq!(read(&mut pair.peer, 11).await, b"onetwothree");
    assert_eq!(pair.outbox.pending(), 0);
    assert!(pair.outbox.depot().reached().is_empty());
}

#[tokio::test]
async fn what_the_socket_does_not_take_follows_in_order() {
    let Pair { outbox, mut peer, _read } = pair(limits(64 << 20)).await;
    let mut expected = fill(&outbox);
    assert!(outbox.pending() < expected.len(), "a part was written");
    for number in 0..100 {
        let frame = numbered(number, 1000);
        expected.extend_from_slice(&frame);
        assert_eq!(outbox.offer(frame), Offered::Queued);
    }
    assert_eq!(outbox.depot().waiting(), outbox.pending());
    let (received, ()) = tokio::join!(read(&mut peer, expected.len()), drain(&outbox));
    assert!(received == expected, "bytes differ");
    assert_eq!(outbox.pending(), 0);
    assert_eq!(outbox.depot().waiting(), 0);
    assert_eq!(outbox.offer(Bytes::from_static(b"!")), Offered::Written);
}

#[tokio::test]
async fn gathered_frames_leave_together() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let _peer = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
    let (server, _) = listener.accept().await.expect("a connection");
    server.writable().await.expect("a writable socket");
    let (_read, write) = server.into_split();
    let mut queue = Queue::default();
    (0..30).for_each(|number| queue.push(numbered(number, 10)));
    let counters = Counters::default();
    assert!(matches!(Pipe::Socket(write).write_queue(&queue, &counters), pipe::Wrote::All(300)));
    assert_eq!(counters.writes.get(), 1);
}

#[tokio::test]
async fn a_mark_is_reached_when_its_frame_is_flushed() {
    let Pair { outbox, mut peer, _read } = pair(limits(64 << 20)).await;
    let filled = fill(&outbox).len();
    assert_eq!(outbox.offer_all(&[numbered(1, 50_000)], Some(Bookmark(3, 1))), Offered::Queued);
    assert_eq!(outbox.offer_all(&[numbered(2, 50_000)], Some(Bookmark(3, 2))), Offered::Queued);
    assert!(outbox.depot().reached().is_empty());
    let (_, ()) = tokio::join!(read(&mut peer, filled + 100_000), drain(&outbox));
    let reached = [Bookmark(3, 1), Bookmark(3, 2)].map(|mark| Reached { owner: 7, mark });
    assert_eq!(outbox.depot().reached(), reached);
}

#[tokio::test]
async fn a_full_outbox_is_closed_at_a_frame_s_boundary() {
    let Pair { outbox, mut peer, _read } = pair(limits(300_000)).await;
    let mut whole = fill(&outbox).len();
    let waiting = outbox.pending();
    assert_eq!(outbox.offer(numbered(1, 1000)), Offered::Queued);
    assert_eq!(outbox.offer(numbered(2, 300_000)), Offered::Full);
    assert_eq!(outbox.ending(), Some(Close::TOO_SLOW));
    assert_eq!(outbox.offer(numbered(3, 1)), Offered::Closed);
    assert_eq!(outbox.offer_droppable(numbered(3, 1)), Offered::Closed);
    // Only the rest of the frame that has begun to leave is kept, and the close frame follows it.
    assert!(outbox.pending() <= waiting);
    assert_eq!(outbox.depot().waiting(), outbox.pending());
    outbox.offer_last(Bytes::from_static(b"end"), Close::TOO_SLOW);
    whole += 3;
    let (received, ()) = tokio::join!(read(&mut peer, whole), drain(&outbox));
    assert!(received.ends_with(b"end"));
    outbox.shut();
    assert_eq!(peer.read(&mut [0; 8]).await.expect("the end"), 0);
}

#[tokio::test]
async fn a_frame_too_large_for_the_queue_is_not_cut_in_the_middle() {
    let Pair { outbox, mut peer, _read } = pair(limits(1000)).await;
    let frame = numbered(1, 8 << 20);
    assert_eq!(outbox.offer(frame.clone()), Offered::Full);
    outbox.offer_last(Bytes::from_static(b"end"), Close::TOO_SLOW);
    let (received, ()) = tokio::join!(read(&mut peer, frame.len() + 3), drain(&outbox));
    assert!(received[..frame.len()] == frame && received.ends_with(b"end"));
}

#[tokio::test]
async fn over_the_budget_the_fullest_goes_first() {
    let depot = Depot::new(Limits { per_socket: 64 << 20, in_all: 3 << 20, droppable: 0 });
    let (slow, slower) = (pair_in(&depot, 1).await, pair_in(&depot, 2).await);
    let quick = pair_in(&depot, 3).await;
    fill(&slow.outbox);
    fill(&slower.outbox);
    assert_eq!(slower.outbox.offer(numbered(0, 2 << 20)), Offered::Queued);
    assert_eq!(slow.outbox.offer(numbered(0, 1 << 20)), Offered::Queued);
    assert_eq!(slower.outbox.ending(), Some(Close::TOO_SLOW));
    assert_eq!(slow.outbox.ending(), None);
    assert_eq!(quick.outbox.offer(numbered(0, 1)), Offered::Written);
    assert!(depot.waiting() <= 3 << 20);
    drop((slow, slower, quick));
    assert_eq!(depot.waiting(), 0);
}

#[tokio::test]
async fn droppable_frames_do_not_join_a_queue() {
    let Pair { outbox, peer: _peer, _read } = pair(limits(64 << 20)).await;
    assert_eq!(outbox.offer_droppable(numbered(1, 1)), Offered::Written);
    fill(&outbox);
    assert_eq!(outbox.offer(numbered(1, 2000)), Offered::Queued);
    let waiting = outbox.pending();
    assert_eq!(outbox.offer_droppable(numbered(1, 1)), Offered::Dropped);
    assert_eq!(outbox.pending(), waiting);
}

#[tokio::test]
async fn a_peer_that_is_gone_closes_the_outbox() {
    let Pair { outbox, peer, _read } = pair(limits(1000)).await;
    drop(peer);
    let gone = timeout(Duration::from_secs(10), async {
        while outbox.offer(numbered(1, 100)) != Offered::Closed {
            tokio::task::yield_now().await;
        }
    });
    gone.await.expect("an error in time");
    assert_eq!(poll_fn(|cx| Poll::Ready(outbox.poll_drive(cx))).await, Drive::Gone);
}

#[tokio::test]
async fn a_queueing_outbox_wakes_its_task_and_counts_what_is_taken() {
    let depot = Depot::new(limits(100));
    let outbox = Outbox::queued(depot.clone(), 9);
    let taker = tokio::spawn({
        let outbox = outbox.clone();
        async move {
            poll_fn(|cx| {
                outbox.poll_drive(cx);
                outbox.take(5).map_or(Poll::Pending, Poll::Ready)
            })
            .await
        }
    });
    tokio::task::yield_now().await;
    outbox.offer(Bytes::from_static(b"ab"));
    assert_eq!(outbox.offer_all(&[Bytes::from_static(b"cd")], Some(Bookmark(1, 1))), Offered::Queued);
    outbox.offer(Bytes::from_static(b"ef"));
    assert_eq!(taker.await.expect("bytes"), "abcd");
    assert_eq!((outbox.pending(), depot.waiting()), (6, 6));
    outbox.flushed(3);
    assert!(depot.reached().is_empty());
    outbox.flushed(1);
    assert_eq!(depot.reached(), [Reached { owner: 9, mark: Bookmark(1, 1) }]);
    assert_eq!(outbox.take(0).as_deref(), Some(&b"ef"[..]));
    assert_eq!(outbox.take(5), None);
    outbox.shut();
    outbox.flushed(2);
    assert_eq!((outbox.pending(), depot.waiting()), (0, 0));
}

#[derive(Default)]
struct Woken(std::sync::atomic::AtomicU32);

impl std::task::Wake for Woken {
    fn wake(self: Arc<Woken>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_task_that_waits_for_its_own_queue_does_not_wake_itself() {
    let outbox = Outbox::queued(Depot::new(limits(100)), 1);
    outbox.offer(Bytes::from_static(b"ab"));
    let woken = Arc::new(Woken::default());
    let waker = woken.clone().into();
    let mut cx = Context::from_waker(&waker);
    assert!(outbox.poll_drained(&mut cx, 0).is_pending());
    outbox.poll_drive(&mut cx);
    assert_eq!(woken.0.load(Ordering::Relaxed), 0, "it would be asked again and again while its client stalls");
    outbox.doom(Close::TOO_SLOW);
    assert!(woken.0.load(Ordering::Relaxed) > 0);
    assert!(outbox.poll_drained(&mut cx, 0).is_ready());
}
