//! One encoding for each shape in the room, however many sockets have it.

use chat_protocol::Lang;

use super::*;

/// All entrances that carry JSON without an Engine.IO session, each with a cursor and without.
const ENTRANCES: [Entrance; 6] = [
    Entrance::Sse,
    Entrance::Bare,
    Entrance::Multiplexed,
    Entrance::Room(Lang::Russian),
    Entrance::Room(Lang::English),
    Entrance::Roulette,
];

impl World {
    /// Opens a socket of this dialect that listens to the room.
    async fn listening(&self, who: usize, entrance: Entrance, cursor: bool) -> Arc<Socket> {
        let outbox = Outbox::queued(self.hub.depot().clone(), 1);
        let line = if entrance == Entrance::Sse { Line::Stream(outbox) } else { Line::WebSocket(outbox) };
        let endpoint = Endpoint { entrance, room: Some(self.room), features: Features::NONE };
        let socket =
            Socket::new(self.hub.next_socket(), self.people[who].clone(), endpoint, line, None, None, clock::now());
        if self.hub.open(&socket, &Frames::new()) == Opened::Ask {
            let user = socket.user();
            self.hub.learn(user, self.journal.memberships(user).await.expect("memberships"), self.hub.epoch());
        }
        let head = self.journal.head(socket.user(), self.room).await.expect("a member");
        assert_eq!(
            self.hub.attach(&socket, self.room, cursor, Start::Now { head, newest: None }, None),
            Attached::Live
        );
        socket
    }

    /// Returns how often a message of Anna's is encoded with this many listeners of each kind. Each of them must hear it once.
    async fn encodings_for(who: &[usize], of_each: usize) -> u64 {
        let world = World::new(HubSettings { sockets_per_user: 1_000, ..HubSettings::default() }).await;
        let mut sockets = Vec::new();
        // In turns, so that neighbours differ.
        for _ in 0..of_each {
            for &user in who {
                for entrance in ENTRANCES {
                    for cursor in [false, true] {
                        sockets.push(world.listening(user, entrance, cursor).await);
                    }
                }
            }
        }
        world.flush();
        sockets.iter().for_each(|socket| drop(told(socket)));
        let before = world.delivery().encoder.encodings;
        world.say(0, "the one message");
        world.hand_on();
        world.flush();
        let after = world.delivery().encoder.encodings;
        for socket in &sockets {
            let told = told(socket);
            assert_eq!(told.matches("the one message").count(), 1, "{:?}: {told}", socket.endpoint.entrance);
        }
        after - before
    }
}

#[tokio::test]
async fn a_message_is_encoded_once_for_each_shape_however_many_hear_it() {
    let shapes = 2 * ENTRANCES.len() as u64;
    assert_eq!(World::encodings_for(&[1], 1).await, shapes);
    assert_eq!(World::encodings_for(&[1], 20).await, shapes);
    // In dialect 4 the author sees another status than the others.
    assert_eq!(World::encodings_for(&[0, 1], 1).await, shapes + 2);
    assert_eq!(World::encodings_for(&[0, 1], 20).await, shapes + 2);
}
