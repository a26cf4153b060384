use chat_domain::Rate;

use super::*;

#[tokio::test]
async fn whoever_fetches_too_much_gets_it_slowly() {
    let mut settings = ServerSettings::default();
    settings.rates.replays = Rate { per_second: 1, burst: 100 << 10 };
    let world = World::with(outbox::Limits::default(), settings).await;
    for _ in 0..40 {
        world.says(&world.anna, "x".repeat(16_000)).await;
    }
    let session = world.session(&world.boris).await;
    let pull = world.everything_since(&session).await;
    let mut all = String::new();
    {
        let mut fetching = std::pin::pin!(session.catch_up(pull));
        for _ in 0..100 {
            let ended = timeout(Duration::from_millis(1), &mut fetching).await;
            assert!(ended.is_err(), "all of it came");
            all += &told(&session);
        }
    }
    assert!((1..=100 << 10).contains(&all.len()), "{} bytes", all.len());
}

#[tokio::test]
async fn nobody_marks_as_read_faster_than_others_can_hear() {
    let mut settings = ServerSettings::default();
    settings.rates.changes = Rate { per_second: 1, burst: 10 };
    let world = World::with(outbox::Limits::default(), settings).await;
    world.says(&world.anna, "hello".into()).await;
    let _running = world.run();
    let mut session = world.session(&world.boris).await;
    let read = format!(r#"{{"type":"read_messages","chat_id":{},"message_id":1}}"#, world.room);
    for _ in 0..200 {
        hear(&mut session, read.as_bytes()).await;
    }
    hear(&mut session, br#"{"type":"ping"}"#).await;
    let told = told(&session);
    // Ninety tenths are left after the first, and a slow machine earns a few more.
    assert!((50..=110).contains(&told.matches("RATE_LIMIT").count()), "{told}");
}
