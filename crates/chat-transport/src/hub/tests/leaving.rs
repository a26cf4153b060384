//! What remains after somebody has left a room or the server.

use chat_domain::MessageId;
use chat_protocol::Lang;

use super::*;
use crate::connection::closes;

#[tokio::test]
async fn who_is_behind_hears_of_the_own_removal_before_the_end() {
    let world = World::new(HubSettings::default()).await;
    let endpoint =
        Endpoint { entrance: Entrance::Room(Lang::English), room: Some(world.room), features: Features::NONE };
    let outbox = Outbox::queued(world.hub.depot().clone(), 1);
    let socket = world.open_at(endpoint, 1, outbox.clone()).await;
    // The socket has not caught up: the hub does not tell it what happens in the room.
    world.say(0, "unheard");
    world.order(0, Command::RemoveMember { room: world.room, user: world.people[1].id() }, None);
    world.hand_on();
    world.flush();
    assert_eq!(outbox.ending().map(|close| close.code), Some(closes::FORBIDDEN));
    let told = told(&socket);
    assert!(told.contains(r#""type":"member_removed""#) && !told.contains("cursor"), "{told}");
}

#[tokio::test]
async fn a_stream_that_is_behind_is_told_of_the_removal_without_a_place() {
    let world = World::new(HubSettings::default()).await;
    let endpoint = Endpoint { entrance: Entrance::Sse, room: Some(world.room), features: Features::NONE };
    let socket = world.open_at(endpoint, 1, Outbox::queued(world.hub.depot().clone(), 1)).await;
    // The socket has not caught up. If it took the removal's place as its own, it would go on behind it once its user is let in
    // again.
    world.say(0, "unheard");
    world.order(0, Command::RemoveMember { room: world.room, user: world.people[1].id() }, None);
    world.hand_on();
    world.flush();
    let told = told(&socket);
    assert!(told.contains("removed") && !told.contains("id: "), "{told}");
}

#[tokio::test]
async fn who_was_removed_hears_nothing_that_came_before_the_news_of_it() {
    let world = World::new(HubSettings::default()).await;
    let socket = world.joined(1).await;
    world.order(0, Command::RemoveMember { room: world.room, user: world.people[1].id() }, None);
    world.say(0, "among ourselves");
    world.hand_on_backwards();
    world.flush();
    let told = told(&socket);
    assert!(told.contains(r#""type":"member_removed""#) && !told.contains("among ourselves"), "{told}");
}

#[tokio::test]
async fn who_was_let_in_again_stays_when_it_is_found_out_late_that_they_were_removed() {
    let world = World::new(HubSettings::default()).await;
    let member = world.people[1].id();
    let endpoint =
        Endpoint { entrance: Entrance::Room(Lang::English), room: Some(world.room), features: Features::NONE };
    // For a while nobody knows whether the removal was committed. Meanwhile others go on, and tell it.
    world.order(0, Command::RemoveMember { room: world.room, user: member }, None);
    let late = std::mem::take(&mut *world.recorder.0.lock().expect("the recorder"));
    world.order(0, Command::AddMember { room: world.room, user: member }, None);
    world.hand_on();
    let sockets = [
        world.joined(1).await,
        world.open_at(endpoint, 1, Outbox::queued(world.hub.depot().clone(), 1)).await,
        world.socket(1).await,
    ];
    world.join(&sockets[1]).await;
    sockets.iter().for_each(|socket| drop(told(socket)));
    world.inbox.settled(late);
    world.take_in();
    world.say(0, "after it");
    world.hand_on();
    world.flush();
    assert!(world.hub.is_member(member, world.room));
    for (socket, heard) in sockets.iter().zip([1, 1, 0]) {
        let told = told(socket);
        assert!(socket.line.is_open() && !told.contains("member_removed"), "{told}");
        assert_eq!(told.matches("after it").count(), heard, "{told}");
    }
}

#[tokio::test]
async fn what_was_said_over_http_ends_with_the_last_socket() {
    let world = World::new(HubSettings::default()).await;
    let reader = world.joined(0).await;
    let sockets = [world.socket(1).await, world.socket(1).await];
    world.hub.typing(world.room, &world.people[1], None, true);
    world.flush();
    assert!(told(&reader).contains(r#""is_typing":true"#));
    world.hub.close(&sockets[0]);
    world.flush();
    assert!(!told(&reader).contains("is_typing"));
    world.hub.close(&sockets[1]);
    world.flush();
    assert!(told(&reader).contains(r#""is_typing":false"#));
}

#[tokio::test]
async fn a_socket_has_seen_what_it_was_sent_or_what_was_there_and_no_more() {
    let world = World::new(HubSettings::default()).await;
    let seen = |socket: &Socket| world.hub.newest_seen(socket, world.room);
    let up_to = |number| Some(MessageId::new(number).expect("an id"));
    let (early, late) = (world.joined(1).await, world.socket(1).await);
    assert_eq!((seen(&early), seen(&late)), (None, None));
    world.say(0, "1");
    world.hand_on();
    // It is queued, but not sent.
    assert_eq!(seen(&early), None);
    world.flush();
    world.join(&late).await;
    assert_eq!((seen(&early), seen(&late)), (up_to(1), up_to(1)));
    world.hub.leave(&late, world.room);
    world.say(0, "2");
    world.hand_on();
    world.flush();
    assert_eq!((seen(&early), seen(&late)), (up_to(2), up_to(1)));
    world.join(&late).await;
    assert_eq!(seen(&late), up_to(2));
}

#[tokio::test]
async fn when_a_group_ends_each_hears_of_themselves_alone() {
    let world = World::new(HubSettings::default()).await;
    let endpoint =
        Endpoint { entrance: Entrance::Room(Lang::English), room: Some(world.room), features: Features::NONE };
    let outbox = Outbox::queued(world.hub.depot().clone(), 1);
    let joined = world.joined(0).await;
    let (behind, elsewhere) = (world.open_at(endpoint, 1, outbox).await, world.socket(1).await);
    world.say(0, "the last words");
    world.order(0, Command::EndGroup { room: world.room }, None);
    world.hand_on();
    world.flush();
    let [anna, boris] = [0, 1].map(|who: usize| format!(r#""user_id":{}"#, world.people[who].id()));
    for (socket, own, other) in [(&joined, &anna, &boris), (&behind, &boris, &anna), (&elsewhere, &boris, &anna)] {
        let told = told(socket);
        let removed = told.split("member_removed").nth(1).expect("the end");
        assert!(removed.contains(own) && !removed.contains(other), "{told}");
        assert_eq!(told.matches("member_removed").count(), 1, "{told}");
    }
    assert_eq!([&joined, &behind, &elsewhere].map(|socket| socket.line.is_open()), [true, false, true]);
    assert!(!world.hub.is_member(world.people[0].id(), world.room));
}

#[tokio::test]
async fn what_is_told_again_is_told_under_the_new_name() {
    let world = World::new(HubSettings::default()).await;
    let (head, newest) = world.journal.joining(world.people[1].id(), world.room).await.expect("a member");
    let writer = world.joined(0).await;
    world.say(0, "hello");
    world.hand_on();
    world.flush();
    let person = Person { name: "Anna of now".into(), ..Person::clone(&world.people[0]) };
    world.hub.is_now(&Arc::new(person)).await;
    let late = world.socket(1).await;
    assert_eq!(world.hub.attach(&late, world.room, false, Start::At { head, newest }, None), Attached::Live);
    world.hub.typing(world.room, &writer.person, Some(writer.id), true);
    world.flush();
    let told = told(&late);
    assert!(told.contains("hello") && !told.contains(r#""anna""#), "{told}");
}
