//! What is still so once somebody has left: a room, or the server.

use chat_domain::MessageId;
use chat_protocol::Lang;

use super::*;
use crate::connection::closes;
use crate::hub::Seen;

#[tokio::test]
async fn who_is_behind_hears_of_the_own_removal_before_the_end() {
    let world = World::new(HubSettings::default()).await;
    let endpoint = Endpoint { entrance: Entrance::Room(Lang::English), room: Some(world.room) };
    let outbox = Outbox::queued(world.hub.depot().clone(), 1);
    let socket = world.open_at(endpoint, 1, outbox.clone()).await;
    // It has not caught up: the hub does not tell it what happens in the room.
    world.say(0, "unheard");
    world.order(0, Command::RemoveMember { room: world.room, user: world.people[1].id() }, None);
    world.hand_on();
    world.flush();
    assert_eq!(outbox.ending().map(|close| close.code), Some(closes::FORBIDDEN));
    let told = told(&socket);
    assert!(told.contains(r#""type":"member_removed""#) && !told.contains("cursor"), "{told}");
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
    let seen = |socket: &Socket| world.hub.seen(socket, world.room);
    let up_to = |number| Seen::UpTo(MessageId::new(number).expect("an id"));
    let (early, late) = (world.joined(1).await, world.socket(1).await);
    assert_eq!((seen(&early), seen(&late)), (Seen::Nothing, Seen::NeverJoined));
    world.say(0, "1");
    world.hand_on();
    // It is on its way, and not sent.
    assert_eq!(seen(&early), Seen::Nothing);
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
