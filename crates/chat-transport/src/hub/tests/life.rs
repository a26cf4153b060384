//! The database was put back beneath the hub.

use super::*;

#[tokio::test]
async fn in_another_life_everybody_comes_back_and_nothing_is_remembered() {
    let world = World::new(Settings::default()).await;
    let socket = world.joined(0).await;
    world.say(0, "lost");
    world.hand_on();
    world.flush();
    let lost = world.hub.head(world.room).expect("an active room");
    let bell = world.hub.changes(world.room);
    let rung = bell.notified();
    world.hub.state().live_on(2);
    rung.await;
    assert!(!socket.line.is_open());
    assert_eq!(world.hub.head(world.room), None);
    assert!(!world.hub.is_member(socket.user(), world.room));
    // What a session of the earlier life still asks for, or has been told, brings nothing back.
    world.hub.learn(socket.user(), world.journal.memberships(socket.user()).await.expect("memberships"), 1);
    assert_eq!(world.hub.attach(&socket, world.room, true, Start::Now(lost), None), Attached::Ended);
    assert_eq!(world.hub.head(world.room), None);
}
