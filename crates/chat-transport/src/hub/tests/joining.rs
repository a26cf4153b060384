//! Joining and leaving, in every order of their steps with those of being added and removed.
//!
//! Each step takes one lock and gives it back before the next. So threads can only interleave whole steps, and trying all orders
//! of the steps covers everything that a model checker would find.

use tokio_util::sync::CancellationToken;

use super::*;
use crate::hub::past::Past;

#[tokio::test]
async fn joining_again_loses_nothing_that_was_on_its_way() {
    let world = World::new(HubSettings::default()).await;
    let socket = world.joined(1).await;
    world.say(0, "on its way");
    world.hand_on();
    world.join(&socket).await;
    world.say(0, "after");
    world.hand_on();
    world.flush();
    let told = told(&socket);
    assert_eq!((told.matches("on its way").count(), told.matches("after").count()), (1, 1), "{told}");
}

#[tokio::test]
async fn who_has_read_ahead_gets_nothing_twice_whatever_comes_first() {
    let world = World::new(HubSettings::default()).await;
    let socket = world.socket(0).await;
    let other = world.joined(1).await;
    world.say(0, "read in the journal");
    world.order(1, Command::Read { room: world.room, upto: None }, None);
    let head = world.journal.head(socket.user(), world.room).await.expect("a member");
    let start = Start::At { head, newest: None };
    assert_eq!(world.hub.attach(&socket, world.room, true, start, None), Attached::Live);
    world.say(1, "news");
    world.hand_on_backwards();
    world.flush();
    let (ahead, live) = (told(&socket), told(&other));
    assert_eq!(ahead.matches("read in the journal").count(), 0, "{ahead}");
    assert_eq!(
        (ahead.matches("news").count(), live.matches("\"type\":\"new_message\"").count()),
        (1, 2),
        "{ahead} {live}"
    );
}

#[tokio::test]
async fn nobody_waits_for_a_hub_that_has_stopped() {
    let world = World::new(HubSettings::default()).await;
    let stop = CancellationToken::new();
    stop.cancel();
    world.hub.run(stop).await;
    world.say(0, "nobody takes this in");
    world.inbox.settled(std::mem::take(&mut world.recorder.0.lock().expect("the recorder")));
    tokio::time::timeout(Duration::from_secs(10), world.hub.caught_up()).await.expect("not to wait");
}

/// Returns every way to interleave `first` steps of one with `second` of another; `true` is a step of the first.
fn orders(first: usize, second: usize) -> Vec<Vec<bool>> {
    if first == 0 || second == 0 {
        return vec![vec![first > 0; first + second]];
    }
    let begun = |with: bool, rest: Vec<Vec<bool>>| rest.into_iter().map(move |rest| [vec![with], rest].concat());
    begun(true, orders(first - 1, second)).chain(begun(false, orders(first, second - 1))).collect()
}

/// Joins as [`Hub::attach`] does, step by step.
struct Joining {
    socket: Arc<Socket>,
    start: Start,
    members: Option<u32>,
    steps: usize,
}

impl Joining {
    async fn new(world: &World, socket: Arc<Socket>) -> Joining {
        let head = world.journal.head(socket.user(), world.room).await.expect("a member");
        Joining { socket, start: Start::Now { head, newest: None }, members: None, steps: 0 }
    }

    fn step(&mut self, world: &World) {
        let (socket, room, now) = (&self.socket, world.room, clock::now());
        match self.steps {
            0 => drop(world.delivery().insert(socket, room, false, self.start, now).expect("a place")),
            1 => {
                let shape = socket.endpoint.shape(false);
                self.members = world.hub.people().greet(socket, room, shape, &mut Frames::new(), now);
            }
            _ => match self.members {
                Some(members) => world.delivery().speak(socket.id, room, members),
                None => world.delivery().take_out(socket, room),
            },
        }
        self.steps += 1;
    }
}

impl World {
    /// Takes in what the journal has settled as [`Hub::take_in`] does, one step at a time.
    fn take_in_step(&self, step: usize) {
        let settled = self.recorder.0.lock().expect("the recorder").clone();
        match step {
            0 => drop(self.hub.move_people(settled.iter().filter_map(crate::hub::settle::happened))),
            1 => {
                self.recorder.0.lock().expect("the recorder").clear();
                let nobody = settled.into_iter().map(|settled| (settled, None)).collect();
                let follows = self.delivery().settle(nobody, &Past::default(), clock::now());
                follows.into_iter().for_each(|follow| self.hub.follow(follow, clock::now()));
            }
            _ => {
                self.say(0, "meanwhile");
                self.hand_on();
                self.flush();
            }
        }
    }

    fn listens(&self, socket: &Socket) -> bool {
        self.delivery().rooms.get_mut(&self.room).is_some_and(|room| room.subs.find(socket.id).is_some())
    }
}

#[tokio::test]
async fn whoever_is_removed_while_joining_hears_that_once_and_nothing_after_it() {
    for order in orders(3, 3) {
        let world = World::new(HubSettings::default()).await;
        let socket = world.socket(1).await;
        let mut joining = Joining::new(&world, socket.clone()).await;
        world.order(0, Command::RemoveMember { room: world.room, user: socket.user() }, None);
        let mut steps = 0..3;
        for joins in &order {
            match joins {
                true => joining.step(&world),
                false => world.take_in_step(steps.next().expect("a step")),
            }
        }
        assert!(!world.listens(&socket), "{order:?}");
        world.say(0, "after it");
        world.hand_on();
        world.flush();
        let told = told(&socket);
        let counts = ["member_removed", "meanwhile", "after it"].map(|what| told.matches(what).count());
        assert_eq!(counts, [1, 0, 0], "{order:?}: {told}");
    }
}

#[tokio::test]
async fn whoever_is_added_while_joining_is_in_or_may_ask_again() {
    for order in orders(3, 3) {
        let world = World::new(HubSettings::default()).await;
        let socket = world.socket(1).await;
        let member = socket.user();
        world.order(0, Command::RemoveMember { room: world.room, user: member }, None);
        world.hand_on();
        world.order(0, Command::AddMember { room: world.room, user: member }, None);
        let mut joining = Joining::new(&world, socket.clone()).await;
        let mut steps = 0..3;
        for joins in &order {
            match joins {
                true => joining.step(&world),
                false => world.take_in_step(steps.next().expect("a step")),
            }
        }
        assert_eq!(world.listens(&socket), joining.members.is_some(), "{order:?}");
        if joining.members.is_none() {
            world.join(&socket).await;
        }
        world.say(0, "after it");
        world.hand_on();
        world.flush();
        let told = told(&socket);
        assert_eq!(told.matches(r#""content":"after it""#).count(), 1, "{order:?}: {told}");
    }
}

#[tokio::test]
async fn whoever_goes_while_being_removed_leaves_nothing_behind() {
    for order in orders(2, 3) {
        let world = World::new(HubSettings::default()).await;
        let socket = world.joined(1).await;
        world.order(0, Command::RemoveMember { room: world.room, user: socket.user() }, None);
        let (mut steps, mut closing) = (0..3, None);
        for goes in &order {
            match (goes, &closing) {
                (true, None) => closing = Some(world.hub.people().close(&socket, clock::now())),
                (true, Some((rooms, was_last))) => world.hub.part(&socket, rooms.clone(), *was_last, clock::now()),
                (false, _) => world.take_in_step(steps.next().expect("a step")),
            }
        }
        assert!(!world.listens(&socket), "{order:?}");
        assert!(!world.hub.people().users.contains_key(&socket.user()), "{order:?}");
        assert!(!world.hub.people().rooms.values().any(|here| here.online.contains(&socket.user())), "{order:?}");
    }
}

#[tokio::test]
async fn who_has_just_been_added_may_join_before_the_hub_knows_it() {
    let world = World::new(HubSettings::default()).await;
    let socket = world.socket(1).await;
    world.order(0, Command::RemoveMember { room: world.room, user: socket.user() }, None);
    world.hand_on();
    world.order(0, Command::AddMember { room: world.room, user: socket.user() }, None);
    world.inbox.settled(std::mem::take(&mut world.recorder.0.lock().expect("the recorder")));
    let head = world.journal.head(socket.user(), world.room).await.expect("a member");
    let start = Start::Now { head, newest: None };
    assert_eq!(world.hub.attach(&socket, world.room, false, start, None), Attached::NotMember);
    let joins = world.hub.join(&socket, world.room, false, start, None);
    let (attached, ()) = tokio::join!(joins, async { world.take_in() });
    assert_eq!(attached, Ok(Attached::Live));
}
