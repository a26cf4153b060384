use std::sync::atomic::{AtomicUsize, Ordering};

use chat_protocol::socketio::Output;
use tokio::time::timeout;

use super::*;
use crate::carry::outbox::{Bookmark, Limits, Offered};

/// Engines whose sessions nobody serves. The counter counts the sessions that were opened.
fn engines(strangers: usize) -> (Arc<Engines>, Arc<AtomicUsize>) {
    desk_within(strangers, Limits::default())
}

fn desk_within(strangers: usize, limits: Limits) -> (Arc<Engines>, Arc<AtomicUsize>) {
    let served = Arc::new(AtomicUsize::new(0));
    let count = served.clone();
    let open = move |_, _: &Uri, _: &HeaderMap| {
        count.fetch_add(1, Ordering::Relaxed);
        std::future::ready(())
    };
    let mut settings = SocketIoSettings::default();
    Arc::make_mut(&mut settings.engine).max_strangers = strangers;
    let engines = Engines::new(settings, FrameLimits::default(), Depot::new(limits), open);
    (Arc::new(engines), served)
}

/// Opens a polling session.
fn polling(engines: &Engines) -> Arc<Engine> {
    let engine = engines.new_session(&Uri::default(), &HeaderMap::new()).expect("randomness");
    let mut answer = engine.poll();
    assert!(answer.try_recv().expect("at once").is_ok());
    engines.note(&engine);
    engine
}

async fn connected(engines: &Engines) -> Arc<Engine> {
    let engine = accepted(engines).await;
    engine.set_known(true);
    engine
}

/// Opens a session that was accepted into its namespace before its user is known.
async fn accepted(engines: &Engines) -> Arc<Engine> {
    let engine = polling(engines);
    engines.tell(&engine, Input::Post(Bytes::from_static(b"40")));
    let Output::Connect { namespace, .. } = engine.next().await else { panic!("not asked for a namespace") };
    assert!(engine.accept(namespace, Sid::new([1; 15])));
    engine
}

#[tokio::test]
async fn the_oldest_stranger_gives_way_and_nobody_else() {
    let (engines, served) = engines(2);
    let known = connected(&engines).await;
    let strangers = [polling(&engines), polling(&engines), polling(&engines)];
    let over: Vec<bool> = strangers.iter().map(|engine| engine.is_over()).collect();
    assert_eq!((known.is_over(), over), (false, vec![true, false, false]));
    assert_eq!(engines.book().engines.len(), 3);
    assert!(engines.find(strangers[0].sid()).is_none());
    assert!(matches!(strangers[0].next().await, Output::Closed(_)));
    tokio::task::yield_now().await;
    assert_eq!(served.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn over_the_budget_the_session_that_keeps_most_for_its_polls_goes_first() {
    let (engines, _) = desk_within(9, Limits { in_all: 100 << 10, ..Limits::default() });
    let (slow, slower) = (connected(&engines).await, connected(&engines).await);
    let packet = || Bytes::from(vec![b'x'; 10 << 10]);
    for _ in 0..4 {
        assert_eq!(slow.send(&[packet()], None), Offered::Queued);
        assert_eq!(slower.send(&[packet()], None), Offered::Queued);
    }
    assert!(engines.depot.waiting() > 80 << 10);
    slower.send(&[packet(), packet(), packet()], None);
    // Whoever waits for the client, such as a replay, need not wait any longer.
    timeout(Duration::from_secs(5), slower.drained(0)).await.expect("not to wait");
    assert_eq!(slower.send(&[packet()], None), Offered::Closed);
    assert!(matches!(slower.next().await, Output::Closed(_)));
    assert!(slower.is_over() && !slow.is_over());
    assert!(engines.depot.waiting() < 50 << 10, "{}", engines.depot.waiting());
    engines.tell(&slow, Input::End);
    assert_eq!(engines.depot.waiting(), 0);
}

#[tokio::test]
async fn who_is_known_frees_a_place() {
    let (engines, _) = engines(1);
    let engine = connected(&engines).await;
    engines.tell(&engine, Input::Tick);
    assert!(engines.book().strangers.is_empty());
    assert!(!polling(&engines).is_over() && !engine.is_over());
}

#[tokio::test]
async fn who_is_let_in_is_a_stranger_until_it_is_known_and_again_once_it_has_left() {
    let (engines, _) = engines(2);
    let (refused, known) = (accepted(&engines).await, connected(&engines).await);
    engines.tell(&known, Input::Tick);
    let (_first, _second) = (polling(&engines), polling(&engines));
    assert!(refused.is_over() && !known.is_over());
    known.set_known(false);
    engines.tell(&known, Input::Tick);
    assert_eq!(engines.book().strangers.len(), 2);
    let (_third, _fourth) = (polling(&engines), polling(&engines));
    assert!(known.is_over());
    let book = engines.book();
    assert_eq!((book.strangers.len(), book.engines.len()), (2, 2));
}

#[tokio::test]
async fn a_handshake_that_never_came_about_is_forgotten() {
    let (engines, _) = engines(10);
    let engine = engines.new_session(&Uri::default(), &HeaderMap::new()).expect("randomness");
    engines.tell(&engine, Input::WebSocketClosed);
    assert!(engines.book().engines.is_empty() && engines.book().strangers.is_empty());
    assert!(matches!(engine.next().await, Output::Closed(_)));
}

#[tokio::test]
async fn a_client_is_not_heard_faster_than_it_is_served() {
    let (engines, _) = engines(10);
    let engine = connected(&engines).await;
    let flood = vec![r#"42["chat:typing"]"#; 100].join("\u{1e}");
    engines.tell(&engine, Input::Post(flood.into()));
    assert!(engine.is_crowded());
    let waiting = tokio::spawn({
        let engine = engine.clone();
        async move { engine.room().await }
    });
    for _ in 0..36 {
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        assert!(matches!(engine.next().await, Output::Event(_)));
    }
    assert!(matches!(engine.next().await, Output::Event(_)));
    timeout(Duration::from_secs(5), waiting).await.expect("room").expect("no panic");
}

#[tokio::test]
async fn a_session_that_ends_keeps_nobody_waiting() {
    let (engines, _) = engines(10);
    let engine = connected(&engines).await;
    let flood = vec![r#"42["chat:typing"]"#; 100].join("\u{1e}");
    engines.tell(&engine, Input::Post(flood.into()));
    engines.tell(&engine, Input::End);
    timeout(Duration::from_secs(5), engine.room()).await.expect("no room is needed");
}

#[tokio::test]
async fn a_poll_that_an_upgrade_overtakes_is_answered() {
    let (engines, _) = engines(10);
    let engine = polling(&engines);
    let outbox = Outbox::queued(engines.depot.clone(), 0);
    assert!(!engine.web_socket(outbox).refuse_socket);
    engines.tell(&engine, Input::WebSocketText(Bytes::from_static(b"2probe")));
    let poll = engine.poll();
    engines.tell(&engine, Input::WebSocketText(Bytes::from_static(b"5")));
    assert_eq!(poll.await, Ok(Err(Reject::BadRequest)));
    assert!(engine.on_web_socket());
}

#[tokio::test]
async fn what_has_reached_a_client_is_known_under_its_user() {
    let (engines, _) = engines(10);
    let engine = engines.new_session(&Uri::default(), &HeaderMap::new()).expect("randomness");
    let outbox = Outbox::queued(engines.depot.clone(), 0);
    engine.web_socket(outbox.clone());
    engine.belongs_to(7);
    let mark = Bookmark(1, 2);
    assert_eq!(engine.send(&[Bytes::from_static(b"42[]")], Some(mark)), Offered::Queued);
    while let Some(bytes) = outbox.take(1 << 20) {
        outbox.flushed(bytes.len());
    }
    let reached: Vec<_> = engines.depot.reached().into_iter().map(|reached| (reached.owner, reached.mark)).collect();
    assert_eq!(reached, [(7, mark)]);
}

#[tokio::test]
async fn a_server_that_goes_away_takes_leave_of_strangers_too() {
    let (engines, _) = engines(10);
    let engine = engines.new_session(&Uri::default(), &HeaderMap::new()).expect("randomness");
    let outbox = Outbox::queued(engines.depot.clone(), 0);
    engine.web_socket(outbox.clone());
    let close = Close::new(1001, "the server is going away");
    engines.close_all(close);
    assert_eq!(outbox.ending(), Some(close));
}

#[tokio::test]
async fn only_who_is_put_out_is_told_not_to_come_back() {
    let close = Close::new(1001, "the server is going away");
    for (for_good, last) in [(false, &[][..]), (true, b"\x1e41")] {
        let (engines, _) = engines(10);
        let engine = connected(&engines).await;
        if for_good {
            engine.put_out(close)
        } else {
            engine.close(close)
        }
        let answer = engine.poll().await.expect("an answer").expect("packets");
        assert_eq!(answer.strip_prefix(br#"40{"sid":"AQEBAQEBAQEBAQEBAQEB"}"#), Some(last));
        assert_eq!(engine.poll().await, Ok(Ok(Bytes::from_static(b"1"))));
        assert!(engine.is_over());
    }
}
