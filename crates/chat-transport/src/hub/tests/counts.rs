//! The cost of telling, in counts: encodings, writes, bytes. Unlike times, these do not depend on the machine.

use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// Both ends of a connection, kept open.
type Ends = (TcpStream, OwnedReadHalf);

impl World {
    /// Opens a socket of dialect 2 over a real connection, and joins.
    async fn connected(&self, who: usize, cursor: bool) -> (Arc<Socket>, Ends) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let peer = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a connection");
        let (ours, _) = listener.accept().await.expect("a connection");
        ours.writable().await.expect("a writable socket");
        let (read, write) = ours.into_split();
        let socket = self.open(who, Outbox::direct(self.hub.depot().clone(), 1, write)).await;
        let head = self.journal.head(socket.user(), self.room).await.expect("a member");
        let start = Start::Now { head, newest: None };
        assert_eq!(self.hub.attach(&socket, self.room, cursor, start, None), Attached::Live);
        (socket, (peer, read))
    }

    fn writes(&self) -> u64 {
        self.hub.depot().counters().writes.get()
    }

    fn encodings(&self) -> u64 {
        self.delivery().encoder.encodings
    }
}

#[tokio::test]
async fn a_turn_encodes_once_per_shape_and_writes_once_per_member() {
    let settings = HubSettings { sockets_per_user: 200, ..HubSettings::default() };
    let world = World::new(settings).await;
    let mut members = Vec::new();
    for number in 0..MEMBERS {
        members.push(world.connected(1, number % 3 == 0).await);
    }
    for messages in [1, 7, 64] {
        let (encodings, writes) = (world.encodings(), world.writes());
        (0..messages).for_each(|_| world.say(0, "hello"));
        world.hand_on();
        world.flush();
        assert_eq!(world.encodings() - encodings, 2, "one with a cursor and one without, for {messages} messages");
        assert_eq!(world.writes() - writes, MEMBERS as u64, "one write a member, for {messages} messages");
    }
}

#[tokio::test]
async fn an_answer_and_what_it_is_about_leave_in_one_write() {
    let world = World::new(HubSettings::default()).await;
    let (socket, _ends) = world.connected(0, false).await;
    let writes = world.writes();
    let origin = world.order_on(&socket, Context { verb: Verb::Send, room: Some(world.room), ..Context::default() });
    let command = Command::Send { room: world.room, draft: Draft::text("hello"), client_id: None };
    world.order(0, command, Some(origin));
    world.hand_on();
    world.flush();
    assert_eq!(world.writes() - writes, 1);
}

#[test]
fn who_does_nothing_takes_little() {
    // The memory for a socket and its place in a room. A byte more is paid for ten thousand times.
    assert!(size_of::<Socket>() <= SOCKET, "a socket takes {} bytes", size_of::<Socket>());
    assert!(size_of::<Outbox>() <= OUTBOX, "an outbox takes {} bytes", size_of::<Outbox>());
    assert!(size_of::<crate::hub::subs::Sub>() <= SUB, "a sub takes {} bytes", size_of::<crate::hub::subs::Sub>());
}

const MEMBERS: usize = 100;
const SOCKET: usize = 232;
const OUTBOX: usize = 320;
const SUB: usize = 112;
