//! Typing and presence with many listeners.

use super::*;

const MANY: usize = 600;

/// Boris, with many sockets in the room.
async fn crowd() -> (World, Vec<Arc<Socket>>) {
    let world = World::new(HubSettings { sockets_per_user: 2 * MANY, ..HubSettings::default() }).await;
    let mut sockets = Vec::new();
    for _ in 0..MANY {
        sockets.push(world.joined(1).await);
    }
    (world, sockets)
}

fn heard(sockets: &[Arc<Socket>], what: &str) -> Vec<usize> {
    sockets.iter().map(|socket| told(socket).matches(what).count()).collect()
}

#[tokio::test]
async fn typing_in_a_big_room_lets_others_have_their_turn() {
    let (world, sockets) = crowd().await;
    world.hub.typing(world.room, &world.people[0], None, true);
    let first = heard(&sockets, "\"is_typing\":true");
    assert!(first.iter().sum::<usize>() < MANY, "all were told in one go");
    let leaver = first.iter().position(|heard| *heard == 0).expect("somebody who was not told");
    world.hub.leave(&sockets[leaver], world.room);
    world.flush();
    let rest = heard(&sockets, "\"is_typing\":true");
    for (at, (first, rest)) in first.into_iter().zip(rest).enumerate() {
        assert_eq!(first + rest, usize::from(at != leaver));
    }
}

#[tokio::test]
async fn the_newest_sign_replaces_one_that_still_waits() {
    let (world, sockets) = crowd().await;
    world.hub.typing(world.room, &world.people[0], None, true);
    let first = heard(&sockets, "\"is_typing\":true");
    world.hub.typing(world.room, &world.people[0], None, false);
    world.flush();
    for (socket, first) in sockets.iter().zip(first) {
        let told = told(socket);
        assert_eq!(
            (told.matches("true").count(), told.matches("\"is_typing\":false").count()),
            (0, 1),
            "{first} {told}"
        );
    }
    assert!(world.delivery().asides.is_empty());
}

#[tokio::test]
async fn typing_ends_also_when_the_clock_is_set_back() {
    let world = World::new(HubSettings::default()).await;
    let other = world.joined(1).await;
    world.hub.typing(world.room, &world.people[0], None, true);
    world.flush();
    assert_eq!(told(&other).matches("\"is_typing\":true").count(), 1);
    world.delivery().pass(clock::now().before(Duration::from_secs(3_600)));
    world.flush();
    assert_eq!(told(&other).matches("\"is_typing\":false").count(), 1);
}

#[tokio::test]
async fn nobody_types_for_those_who_hear_the_room_no_longer() {
    let world = World::new(HubSettings::default()).await;
    let (author, other) = (world.joined(0).await, world.joined(1).await);
    world.hub.typing(world.room, &world.people[0], Some(author.id), true);
    world.flush();
    assert_eq!(told(&other).matches("\"is_typing\":true").count(), 1);
    world.delivery().give_up(world.room, clock::now());
    // The typing ends while they are reading the journal.
    world.hub.typing(world.room, &world.people[0], Some(author.id), false);
    world.flush();
    let (told, own) = (told(&other), told(&author));
    assert_eq!((told.matches("\"is_typing\":false").count(), other.behind().len()), (1, 1), "{told}");
    assert!(!own.contains("is_typing"), "{own}");
}

#[tokio::test]
async fn coming_and_going_before_many_lets_others_have_their_turn() {
    let (world, sockets) = crowd().await;
    let anna = world.socket(0).await;
    world.hub.appear(&anna);
    let first = heard(&sockets, "\"online\"");
    assert!(first.iter().sum::<usize>() < MANY, "all were told in one go");
    world.flush();
    let rest = heard(&sockets, "\"online\"");
    assert!(first.iter().zip(rest).all(|(first, rest)| first + rest == 1));
}
