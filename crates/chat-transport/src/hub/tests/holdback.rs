//! Orders that come while their room is being told.

use super::*;
use crate::hub::holdback::MOST;
use crate::hub::telling::LONGEST_PAUSE;

/// A room in the middle of a round, and a group beside it that is not.
async fn busy() -> (World, Arc<Socket>, RoomId) {
    let world = World::new(HubSettings { sockets_per_user: 2_000, ..HubSettings::default() }).await;
    let group = Command::CreateGroup { title: "beside".into(), members: vec![], client_id: None };
    let group = Order { actor: world.people[0].id(), at: clock::now(), command: group, origin: None };
    let beside = world.journal.execute(group).await.expect("a group").event().expect("an event").room;
    let mut socket = world.joined(0).await;
    for _ in 0..500 {
        socket = world.joined(0).await;
    }
    world.flush();
    world.say(0, "long to tell");
    world.hand_on();
    assert_eq!(world.turn(Instant::now()), Next::Now, "the round is not over");
    (world, socket, beside)
}

impl World {
    /// Sends a message as a client does: its answer goes to the socket.
    fn submit(&self, socket: &Arc<Socket>, room: RoomId, content: &str) {
        let context = Context { verb: Verb::Send, ..Context::default() };
        let command = Command::Send { room, draft: Draft::text(content), client_id: None };
        self.hub.order(socket, command, context, clock::now());
    }

    /// Returns how many orders the journal has settled since the last call.
    fn settled(&self) -> usize {
        let settled = self.recorder.0.lock().expect("the recorder").len();
        self.hand_on();
        settled
    }
}

#[tokio::test]
async fn orders_to_a_room_that_is_being_told_wait_for_the_last_quarter_of_the_round() {
    let (world, socket, beside) = busy().await;
    // One moment for all lines: on a slow machine the longest pause could pass between two of them.
    let now = Instant::now();
    world.submit(&socket, world.room, "first");
    world.submit(&socket, world.room, "second");
    assert_eq!(world.settled(), 0);
    world.submit(&socket, beside, "elsewhere");
    assert_eq!(world.settled(), 1, "other rooms wait for nothing");
    assert_eq!((world.turn(now), world.settled()), (Next::Now, 0), "half of them are not told");
    assert_eq!((world.turn(now), world.settled()), (Next::Now, 2), "beside the end of the round");
    world.submit(&socket, world.room, "third");
    assert_eq!(world.settled(), 1, "from there on nobody waits");
    world.flush();
    let told = told(&socket);
    let places = ["first", "second", "third"].map(|content| told.find(&format!(r#""content":"{content}""#)));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{told}");
}

#[tokio::test]
async fn orders_wait_no_longer_than_a_pause() {
    let (world, socket, _) = busy().await;
    world.submit(&socket, world.room, "patient");
    world.turn(Instant::now() + LONGEST_PAUSE);
    let rounds = world.delivery().rounds().len();
    assert_eq!((rounds, world.settled()), (1, 1), "though the round is not over");
}

#[tokio::test]
async fn those_who_come_after_that_wait_for_each_other_anew() {
    let world = World::new(HubSettings::default()).await;
    let began = Instant::now();
    let (held, at) = (world.hub.holdback(0), |millis| began + Duration::from_millis(millis));
    let submit = |millis| {
        let command = Command::Send { room: world.room, draft: Draft::text("patient"), client_id: None };
        let order = Order { actor: world.people[0].id(), at: clock::now(), command, origin: None };
        held.submit(order, at(millis), &*world.journal);
    };
    let settled_by = |millis| {
        held.only(&[world.room], at(millis), &*world.journal);
        world.settled()
    };
    assert_eq!(settled_by(0), 0);
    submit(0);
    assert_eq!((settled_by(9), settled_by(10)), (0, 1));
    submit(11);
    assert_eq!((settled_by(20), settled_by(21)), (0, 1));
}

#[tokio::test]
async fn no_more_orders_wait_than_the_journal_has_room_for() {
    let (world, socket, _) = busy().await;
    for number in 0..MOST {
        assert_eq!(world.settled(), 0, "{number}");
        world.submit(&socket, world.room, "one of many");
    }
    assert_eq!(world.settled(), MOST);
}

#[tokio::test]
async fn nothing_waits_when_the_server_stops() {
    let (world, socket, _) = busy().await;
    world.submit(&socket, world.room, "late");
    let stop = tokio_util::sync::CancellationToken::new();
    stop.cancel();
    world.hub.run(stop).await;
    assert_eq!(world.settled(), 1);
    world.submit(&socket, world.room, "later");
    assert_eq!(world.settled(), 1);
}
