//! How often one order crosses the wire to Postgres and back. Each crossing is what an order waits for beside the disk.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chat_domain::{ClientId, Command, Draft, Journal};
use common::postgres::Cluster;
use common::{open, order, say, somebody};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_two_round_trips() {
    let Some(cluster) = Cluster::start() else { return };
    cluster.database("trips");
    let trips = Arc::new(AtomicUsize::new(0));
    let port = counting(cluster.port, trips.clone()).await;
    let store = open(&cluster.address("trips", port)).await;
    let (me, other) = (somebody(&store, "ann").await.id(), somebody(&store, "bob").await.id());
    let made = Command::CreateGroup { title: "all".into(), members: vec![other], client_id: None };
    let room = store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room;
    let named = |n: usize| {
        let draft = Draft::text("named");
        Command::Send { room, draft, client_id: ClientId::new(format!("name {n}")) }
    };
    let everything = |n: usize| {
        let all = [(me, say(room, "hello")), (me, named(n)), (other, Command::Read { room, upto: None })];
        let counted = [2, 2, COUNT_OF_A_READ];
        all.into_iter().zip(counted)
    };
    for n in 0..3 {
        for ((actor, command), most) in everything(n) {
            let before = trips.load(Ordering::SeqCst);
            store.execute(order(actor, 2, command.clone())).await.unwrap();
            let taken = trips.load(Ordering::SeqCst) - before;
            // The first time everything is prepared, which takes crossings of its own.
            assert!(n == 0 || taken <= most, "{taken} round trips for {command:?}");
        }
    }
    store.close().await;
}

/// What was read, and then who has seen it, is asked only once it is known from where on.
const COUNT_OF_A_READ: usize = 5;

/// Stands before the server and holds back what it says until the client has been silent for a while, which it is when it can
/// do nothing more without an answer: so each time something is let through is one round trip.
async fn counting(server: u16, trips: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
            tokio::spawn(hold_back(client, server, trips.clone()));
        }
    });
    port
}

async fn hold_back(client: TcpStream, server: TcpStream, trips: Arc<AtomicUsize>) {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let (heard, mut waiting) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut bytes = vec![0; 65536];
        while let Ok(read @ 1..) = from_server.read(&mut bytes).await {
            if heard.send(bytes[..read].to_vec()).is_err() {
                return;
            }
        }
    });
    let (mut bytes, mut asked) = (vec![0; 65536], false);
    loop {
        match timeout(SILENCE, from_client.read(&mut bytes)).await {
            Ok(Ok(read @ 1..)) => {
                asked = true;
                to_server.write_all(&bytes[..read]).await.unwrap();
            }
            Ok(_) => return,
            Err(_) => {
                let mut said = Vec::new();
                while let Ok(more) = waiting.try_recv() {
                    said.extend(more);
                }
                if !said.is_empty() {
                    // A slow answer may come in parts.
                    trips.fetch_add(usize::from(std::mem::take(&mut asked)), Ordering::SeqCst);
                    to_client.write_all(&said).await.unwrap();
                }
            }
        }
    }
}

/// How long a client says nothing that waits for an answer.
const SILENCE: Duration = Duration::from_millis(100);
