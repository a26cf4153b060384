//! Somebody is removed, let in again, and joins because the journal says that they may. The hub is told of all this late and in
//! any order: while it is not known whether an order was committed, others go on.
//!
//! As in [joining](super::joining), each step takes one lock, so that trying every order of the steps covers everything that
//! threads could do.

use chat_protocol::Lang;

use super::*;
use crate::hub::past::Past;

/// Events that the hub may be told late: a removal and an addition.
struct News {
    settled: Vec<Settled>,
    past: Past,
    steps: usize,
}

/// Sockets of the one who was let in again: one that joins, and one that does not.
struct Back {
    world: World,
    news: [News; 2],
    socket: Arc<Socket>,
    other: Arc<Socket>,
    head: Head,
    members: Option<u32>,
    steps: usize,
}

/// When the user came that this is about.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Came {
    Before,
    After,
}

impl Back {
    async fn new(came: Came, entrance: Entrance) -> Back {
        let world = World::new(HubSettings::default()).await;
        let user = world.people[1].id();
        let room = (entrance != Entrance::Multiplexed).then_some(world.room);
        let endpoint = Endpoint { entrance, room, features: Features::NONE };
        let before = if came == Came::Before { Some(world.socket(1).await) } else { None };
        let news = [Command::RemoveMember { room: world.room, user }, Command::AddMember { room: world.room, user }];
        let news = news.map(|command| {
            world.order(0, command, None);
            let settled = std::mem::take(&mut *world.recorder.0.lock().expect("the recorder"));
            News { settled, past: Past::default(), steps: 0 }
        });
        let other = match before {
            Some(before) => before,
            None => world.socket(1).await,
        };
        let socket = world.open_at(endpoint, 1, Outbox::queued(world.hub.depot().clone(), 1)).await;
        let head = world.journal.head(user, world.room).await.expect("a member");
        Back { world, news, socket, other, head, members: None, steps: 0 }
    }

    fn start(&self) -> Start {
        Start::At { head: self.head, newest: None }
    }

    /// Joins as [`Hub::attach`] does.
    fn join(&mut self) {
        let (world, socket, room, now) = (&self.world, &self.socket, self.world.room, clock::now());
        match self.steps {
            0 => drop(world.delivery().insert(socket, room, false, self.start(), now).expect("a place")),
            1 => {
                socket.let_in(room, self.head.seq);
                world.hub.people().confirm(socket.user(), room, self.head);
            }
            2 => {
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

    /// Takes news in as [`Hub::take_in`] does.
    fn take_in(&mut self, of: usize) {
        let News { settled, past, steps } = &mut self.news[of];
        match *steps % 2 {
            0 => *past = self.world.hub.move_people(settled.iter().filter_map(crate::hub::settle::happened)),
            _ => {
                let nobody = settled.iter().map(|settled| (settled.clone(), None)).collect();
                let follows = self.world.delivery().settle(nobody, past, clock::now());
                follows.into_iter().for_each(|follow| self.world.hub.follow(follow, clock::now()));
            }
        }
        *steps += 1;
    }
}

/// Returns every way to interleave the steps of three.
fn orders(steps: [usize; 3]) -> Vec<Vec<usize>> {
    if steps == [0; 3] {
        return vec![Vec::new()];
    }
    let begun = (0..3).filter(|who| steps[*who] > 0).flat_map(|who| {
        let mut rest = steps;
        rest[who] -= 1;
        orders(rest).into_iter().map(move |rest| [vec![who], rest].concat())
    });
    begun.collect()
}

#[tokio::test]
async fn whoever_was_let_in_again_hears_everything_from_there_on_whatever_is_found_out_first() {
    let entrances = [Entrance::Multiplexed, Entrance::Room(Lang::English)];
    let cases = [Came::Before, Came::After].into_iter().flat_map(|came| entrances.map(|entrance| (came, entrance)));
    for (came, entrance) in cases {
        for order in orders([2, 2, 4]) {
            let mut back = Back::new(came, entrance).await;
            for who in &order {
                match who {
                    2 => back.join(),
                    news => back.take_in(*news),
                }
            }
            let case = format!("{came:?} {entrance:?} {order:?}");
            let Back { world, socket, .. } = &back;
            if back.members.is_none() && socket.line.is_open() {
                assert_eq!(
                    world.hub.join(socket, world.room, false, back.start(), None).await,
                    Ok(Attached::Live),
                    "{case}"
                );
            }
            // What was missing was read and told.
            (0..2).for_each(|news| (0..2).for_each(|_| back.take_in(news)));
            let Back { world, socket, other, .. } = &back;
            world.say(0, "after it");
            world.hand_on();
            world.flush();
            let (told, other) = (told(socket), told(other));
            let count = |told: &str, what: &str| told.matches(what).count();
            assert_eq!(count(&other, "member_added"), 1, "{case}: {other}");
            let removed = other.find("member_removed");
            assert!(count(&other, "member_removed") <= 1 && removed < other.find("member_added"), "{case}: {other}");
            assert!(world.hub.is_member(socket.user(), world.room), "{case}");
            assert!(socket.line.is_open(), "{case}: {told}");
            assert_eq!(count(&told, r#""after it""#), 1, "{case}: {told}");
        }
    }
}
