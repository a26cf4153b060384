//! Rooms of different shards do not wait for each other.

use std::sync::mpsc::channel;
use std::thread;

use super::*;

impl World {
    /// Creates a room in another shard, with the same people.
    async fn room_elsewhere(&self) -> RoomId {
        loop {
            let members = vec![self.people[1].id()];
            let command = Command::CreateGroup { title: "elsewhere".into(), members, client_id: None };
            let order = Order { actor: self.people[0].id(), at: clock::now(), command, origin: None };
            let room = self.journal.execute(order).await.expect("a group").event().expect("an event").room;
            self.hand_on();
            if self.inbox.lane(room) != self.inbox.lane(self.room) {
                return room;
            }
        }
    }
}

#[tokio::test]
async fn a_room_is_told_in_the_middle_of_anothers_turn() {
    let world = World::new(HubSettings::default()).await;
    let (elsewhere, socket) = (world.room_elsewhere().await, world.socket(1).await);
    let head = world.journal.head(socket.user(), elsewhere).await.expect("a member");
    let start = Start::Now { head, newest: None };
    assert_eq!(world.hub.attach(&socket, elsewhere, false, start, None), Attached::Live);
    let command = Command::Send { room: elsewhere, draft: Draft::text("meanwhile"), client_id: None };
    world.order(0, command, None);
    let settled = std::mem::take(&mut *world.recorder.0.lock().expect("the recorder"));
    // A turn holds its shard's lock from beginning to end.
    let turn = world.delivery();
    let (hub, inbox, (told, is_told)) = (world.hub.clone(), world.inbox.clone(), channel());
    thread::spawn(move || {
        inbox.settled(settled);
        hub.turn(inbox.lane(elsewhere), clock::now(), Instant::now());
        told.send(()).expect("somebody who waits");
    });
    is_told.recv_timeout(Duration::from_secs(10)).expect("both turns at once");
    drop(turn);
    assert!(super::told(&socket).contains("meanwhile"));
}

#[tokio::test]
async fn answers_about_one_room_come_in_order_and_wait_for_no_other_room() {
    let world = World::new(HubSettings::default()).await;
    let (elsewhere, socket) = (world.room_elsewhere().await, world.joined(0).await);
    let order = |room, name: &str| {
        let context = Context { verb: Verb::Send, client_id: ClientId::new(name), ..Context::default() };
        let origin = socket.order(Some(room), context, clock::now(), world.inbox.lane(room));
        world.order(0, Command::Send { room, draft: Draft::text(name), client_id: None }, Some(origin));
    };
    order(world.room, "first");
    let late = std::mem::take(&mut *world.recorder.0.lock().expect("the recorder"));
    order(elsewhere, "beside");
    order(world.room, "second");
    world.hand_on();
    world.flush();
    let early = told(&socket);
    let has = |told: &str, name: &str| told.contains(&format!(r#""client_id":"{name}""#));
    assert_eq!([has(&early, "first"), has(&early, "beside"), has(&early, "second")], [false, true, false], "{early}");
    world.inbox.settled(late);
    world.take_in();
    world.flush();
    let all = told(&socket);
    let at = |what: &str| all.find(what).expect(what);
    assert!(at(r#""client_id":"first""#) < at(r#""client_id":"second""#), "{all}");
    // Nobody hears the echo before the answer.
    assert!(at(r#""client_id":"second""#) < at(r#""content":"second""#), "{all}");
}
