//! How many round trips to Postgres an order takes: besides the disk, that is what it waits for.

mod common;

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chat_domain::{ClientId, Command, Draft, Journal};
use chat_store::{Options, Store};
use common::postgres::Cluster;
use common::wire::{Messages, READY, ends_a_question};
use common::{Deaf, Folder, order, say, somebody};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpStream, UnixListener, UnixStream, tcp};
use tokio::task::yield_now;

/// On one thread, everything that can be done is done while the others wait.
#[tokio::test(flavor = "current_thread")]
async fn what_is_said_to_a_room_that_is_remembered_is_one_round_trip() {
    let Some(cluster) = Cluster::start() else { return };
    cluster.database("trips");
    let (trips, folder) = (Arc::new(AtomicUsize::new(0)), Folder::new("trips"));
    count(&folder, cluster.port, trips.clone());
    let place = folder.0.display().to_string().replace('/', "%2F");
    let options = Options { feeds: false, ..common::options() };
    let url = format!("postgres://chat:secret@{place}/trips");
    let store = Store::open(&url, options, Arc::new(Deaf)).await.unwrap();
    let (me, other) = (somebody(&store, "ann").await.id(), somebody(&store, "bob").await.id());
    let made = Command::CreateGroup { title: "all".into(), members: vec![other], client_id: None };
    let room = store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room;
    let named = |n: usize| {
        let draft = Draft::text("named");
        Command::Send { room, draft, client_id: ClientId::new(format!("name {n}")) }
    };
    let everything = |n: usize| {
        let all = [(me, say(room, "hello")), (me, named(n)), (other, Command::Read { room, upto: None })];
        let counted = [1, 1, COUNT_OF_A_READ];
        all.into_iter().zip(counted)
    };
    for n in 0..3 {
        for ((actor, command), most) in everything(n) {
            let before = trips.load(Ordering::SeqCst);
            store.execute(order(actor, 2, command.clone())).await.unwrap();
            let taken = trips.load(Ordering::SeqCst) - before;
            // The first time, everything is prepared, which takes round trips of its own.
            assert!(n == 0 || (1..=most).contains(&taken), "{taken} round trips for {command:?}");
        }
    }
    store.close().await;
}

/// How many round trips a read takes: the readers of what it newly covers can be asked only once it is known where that
/// begins.
const COUNT_OF_A_READ: usize = 5;

/// A proxy before the server that holds answers back until everything that the client asked is answered, and the
/// client, given enough time, asks nothing more. So each time it lets something through is one round trip. It uses a
/// kind of socket on which bytes have arrived as soon as they are written.
fn count(folder: &Folder, server: u16, trips: Arc<AtomicUsize>) {
    let listener = UnixListener::bind(folder.0.join(".s.PGSQL.5432")).unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
            tokio::spawn(hold_back(client, server, trips.clone()));
        }
    });
}

async fn hold_back(client: UnixStream, server: TcpStream, trips: Arc<AtomicUsize>) {
    let ((mut client, mut to_client), (mut server, mut to_server)) = (client.into_split(), server.into_split());
    if !let_in(&mut client, &mut to_client, &mut server, &mut to_server).await {
        return;
    }
    let (mut asked, mut answered) = (Messages::within(), Messages::within());
    let mut bytes = vec![0; 65536];
    loop {
        // The client begins, so nothing is on its way.
        let Ok(read @ 1..) = client.read(&mut bytes).await else { return };
        let mut open = pass(&bytes[..read], &mut asked, &mut to_server).await;
        let mut turns = 0;
        while turns < TURNS {
            match client.try_read(&mut bytes) {
                Ok(0) => return,
                Ok(read) => {
                    open += pass(&bytes[..read], &mut asked, &mut to_server).await;
                    turns = 0;
                }
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}"),
            }
            turns += 1;
            yield_now().await;
        }
        let mut said = Vec::new();
        while open > 0 {
            let Ok(read @ 1..) = server.read(&mut bytes).await else { return };
            said.extend_from_slice(&bytes[..read]);
            answered.push(&bytes[..read]);
            open -= answered.by_ref().filter(|(kind, _)| *kind == READY).count();
        }
        trips.fetch_add(1, Ordering::SeqCst);
        if to_client.write_all(&said).await.is_err() {
            return;
        }
    }
}

/// Passes on what the client says. Returns how many answers it asks for.
async fn pass(bytes: &[u8], asked: &mut Messages, to_server: &mut tcp::OwnedWriteHalf) -> usize {
    to_server.write_all(bytes).await.unwrap();
    asked.push(bytes);
    asked.filter(|(kind, _)| ends_a_question(*kind)).count()
}

/// Passes on both directions until the server has let the client in.
async fn let_in(
    client: &mut OwnedReadHalf,
    to_client: &mut OwnedWriteHalf,
    server: &mut tcp::OwnedReadHalf,
    to_server: &mut tcp::OwnedWriteHalf,
) -> bool {
    let (mut said, mut up, mut down) = (Messages::within(), vec![0; 65536], vec![0; 65536]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(read @ 1..) = read else { return false };
                to_server.write_all(&up[..read]).await.unwrap();
            }
            read = server.read(&mut down) => {
                let Ok(read @ 1..) = read else { return false };
                to_client.write_all(&down[..read]).await.unwrap();
                said.push(&down[..read]);
                if said.any(|(kind, _)| kind == READY) {
                    return true;
                }
            }
        }
    }
}

/// More than any client needs between an answer and its next question.
const TURNS: usize = 100;
