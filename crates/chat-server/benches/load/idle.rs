//! Connections that do nothing, and the cost of making them.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::{JoinHandle, spawn_local};
use tokio::time::sleep;

use crate::Trouble;
use crate::args::{Args, Peer};
use crate::connection::Connection;
use crate::dialect::Dialect;
use crate::measure::{Figures, Stretch};
use crate::process::{Server, cpu, resident};
use crate::world::Somebody;

/// Opens connections, several at once. They join `rooms` in turn, if there are any.
pub(crate) async fn open(
    server: &Server,
    dialect: Dialect,
    rooms: &[u64],
    people: &[Rc<Somebody>],
) -> Result<Vec<Connection>, Trouble> {
    let next = Rc::new(Cell::new(0));
    let people: Rc<[Rc<Somebody>]> = people.into();
    let rooms: Rc<[u64]> = rooms.into();
    let address = server.address;
    let mut workers: Vec<JoinHandle<Result<Numbered, String>>> = Vec::new();
    for _ in 0..AT_ONCE {
        let (next, people, rooms) = (next.clone(), people.clone(), rooms.clone());
        workers.push(spawn_local(async move {
            let mut opened = Vec::new();
            while let Some(somebody) = people.get(next.get()) {
                let number = next.replace(next.get() + 1);
                let room = if rooms.is_empty() { 0 } else { rooms[number * rooms.len() / people.len()] };
                let connection = Connection::open(address, number, dialect, room, &somebody.token).await;
                let mut connection = connection.map_err(|error| error.to_string())?;
                if room != 0 {
                    connection.join(room, None).await.map_err(|error| error.to_string())?;
                }
                opened.push((number, connection));
            }
            Ok(opened)
        }));
    }
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await??);
    }
    all.sort_by_key(|(number, _)| *number);
    Ok(all.into_iter().map(|(_, connection)| connection).collect())
}

/// Connects everybody twice, so that they are known the second time, and returns the cost of the second time.
pub(crate) async fn connect(server: &Server, dialect: Dialect, people: &[Rc<Somebody>]) -> Result<Figures, Trouble> {
    drop(open(server, dialect, &[], people).await?);
    sleep(Duration::from_secs(1)).await;
    let stretch = Stretch::begin(server.watched(), 0)?;
    let connections = open(server, dialect, &[], people).await?;
    stretch.end("connecting, seen before", connections.len() as u64, None)
}

/// Measures connections that do nothing, at first and after each has carried 16 KiB both ways. `rooms` are big ones.
pub(crate) async fn run(args: &Args, server: &Server, rooms: &[u64], people: &[Rc<Somebody>]) -> Result<(), Trouble> {
    let before = resident(server.pid())?;
    let mut connections = open(server, args.dialect, rooms, people).await?;
    sleep(SETTLE).await;
    let each = |resident: u64| resident.saturating_sub(before) as f64 / people.len() as f64;
    println!("idle: {} connections, {:.2} KiB each", people.len(), each(resident(server.pid())?));
    let (cpu_before, wall) = (cpu(server.pid())?, Duration::from_secs_f64(args.seconds));
    sleep(wall).await;
    let used = cpu(server.pid())?.saturating_sub(cpu_before);
    println!("idle: {:.2} % of a core", used.as_secs_f64() / wall.as_secs_f64() * 100.0);
    hear_long(args, rooms, &mut connections).await?;
    sleep(SETTLE).await;
    println!("idle, after hearing 16 KiB: {:.2} KiB each", each(resident(server.pid())?));
    say_long(args, &connections).await?;
    sleep(SETTLE).await;
    println!("idle, after 16 KiB both ways: {:.2} KiB each", each(resident(server.pid())?));
    Ok(())
}

/// Measures the memory and CPU of idle connections of another server.
pub(crate) async fn beside(args: &Args, peer: &Peer, rooms: &[u64], people: &[Rc<Somebody>]) -> Result<(), Trouble> {
    let server = Server::peer(peer, 0)?;
    let before = resident(server.pid())?;
    let connections = open(&server, peer.dialect, rooms, people).await?;
    sleep(SETTLE).await;
    let each = resident(server.pid())?.saturating_sub(before) as f64 / people.len() as f64;
    let (cpu_before, wall) = (cpu(server.pid())?, Duration::from_secs_f64(args.seconds));
    sleep(wall).await;
    let used = cpu(server.pid())?.saturating_sub(cpu_before).as_secs_f64() / wall.as_secs_f64() * 100.0;
    println!("idle, {}: {} connections, {each:.2} KiB each, {used:.2} % of a core", peer.name, connections.len());
    Ok(())
}

/// Lets everybody hear a message of 16 KiB in their room.
async fn hear_long(args: &Args, rooms: &[u64], connections: &mut [Connection]) -> Result<(), Trouble> {
    let people = connections.len();
    for (number, room) in rooms.iter().enumerate() {
        let text = args.dialect.send(*room, &"x".repeat(LONG));
        connections[(number * people).div_ceil(rooms.len()) + 1].mouth().say(&text).await?;
    }
    for connection in connections.iter_mut() {
        connection.until(crate::dialect::Kind::Message).await?;
    }
    Ok(())
}

/// Lets everybody send 16 KiB, to which there is only an answer.
async fn say_long(args: &Args, connections: &[Connection]) -> Result<(), Trouble> {
    let long = "x".repeat(LONG);
    let said = match args.dialect {
        Dialect::Socketio => format!("42[\"nothing\",\"{long}\"]"),
        _ => format!("{{\"type\":\"ping\",\"x\":\"{long}\"}}"),
    };
    for connection in connections {
        connection.mouth().say(&said).await?;
    }
    Ok(())
}

/// Connections, with the indexes of their people.
type Numbered = Vec<(usize, Connection)>;

/// How many connections are made at the same time.
const AT_ONCE: usize = 32;
/// How many bytes a long text has. With what is around it the frame has 16 KiB.
const LONG: usize = 16_000;
/// How long to wait for memory that is given back a little later.
const SETTLE: Duration = Duration::from_secs(3);
