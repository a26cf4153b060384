//! After a crash: how soon the server answers, and how soon everybody has what they missed.

use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::Trouble;
use crate::acked;
use crate::args::Args;
use crate::connection::Connection;
use crate::dialect::{Dialect, Kind};
use crate::http::{By, Http, text_after};
use crate::process::{Server, cpu};
use crate::world::Somebody;
use tokio::task::spawn_local;

/// Lets everybody join, kills the server, and lets all come back at once with their cursors, having missed one message.
pub(crate) async fn resume(
    args: &Args,
    mut server: Server,
    home: &Path,
    rooms: &[u64],
    people: &[Rc<Somebody>],
) -> Result<Server, Trouble> {
    let (there, places) = join_all(server.address, rooms, people).await?;
    let mut http = Http::open(server.address, 0).await?;
    for (number, room) in rooms.iter().enumerate() {
        let owner = &people[(number * people.len()).div_ceil(rooms.len())].token;
        http.ask(By::Token(owner), "POST", &format!("/api/chats/{room}/messages"), "{\"content\":\"missed\"}").await?;
    }
    let port = server.address.port();
    server.kill()?;
    drop(there);
    server = Server::ours(args, home, port)?;
    let began = Instant::now();
    let mut waiting = Vec::new();
    for (number, (somebody, place)) in people.iter().zip(places).enumerate() {
        let (address, token) = (server.address, somebody.token.clone());
        let back = async move { come_back(address, number, &token, &place).await.map_err(|error| error.to_string()) };
        waiting.push(spawn_local(back));
    }
    let mut back = Vec::new();
    for waiting in waiting {
        back.push(waiting.await??);
    }
    let (took, used) = (began.elapsed(), cpu(server.pid())?);
    println!(
        "resume: {} clients of all dialects have what they missed {:.2} s after the restart, {:.0} µs of the server's CPU each",
        back.len(),
        took.as_secs_f64(),
        used.as_secs_f64() * 1e6 / back.len() as f64
    );
    Ok(server)
}

/// Where somebody resumes: the room, the dialect, and the cursor.
type Place = (u64, Dialect, String);

/// Lets everybody join with a cursor.
async fn join_all(
    server: SocketAddr,
    rooms: &[u64],
    people: &[Rc<Somebody>],
) -> Result<(Vec<Connection>, Vec<Place>), Trouble> {
    let (mut there, mut places) = (Vec::new(), Vec::<Place>::new());
    for (number, somebody) in people.iter().enumerate() {
        let (room, dialect) = (rooms[number * rooms.len() / people.len()], MIXED[number % MIXED.len()]);
        let mut connection = Connection::open_from(server, number, dialect, room, &somebody.token, Some("")).await?;
        let cursor = match dialect {
            // Dialect 1's messages have no cursor. One of any other dialect does as well.
            Dialect::Rest => places.last().map(|(_, _, cursor)| cursor.clone()),
            Dialect::Room | Dialect::Roulette => {
                text_after(&connection.until(Kind::Answer).await?, CURSOR).map(Into::into)
            }
            _ => text_after(&connection.join(room, Some("")).await?, CURSOR).map(Into::into),
        };
        places.push((room, dialect, cursor.ok_or("joining told no cursor")?));
        there.push(connection);
    }
    Ok((there, places))
}

/// Resumes, and waits for the message that was missed.
async fn come_back(server: SocketAddr, number: usize, token: &str, place: &Place) -> Result<Connection, Trouble> {
    let (room, dialect, cursor) = place;
    let mut connection = Connection::open_from(server, number, *dialect, *room, token, Some(cursor)).await?;
    if let Some(join) = dialect.join(*room, Some(cursor)) {
        connection.mouth().say(&join).await?;
    }
    let mut heard = 0;
    while heard == 0 {
        connection.hear(|kind, _| heard += u32::from(kind == Kind::Message)).await?;
    }
    Ok(connection)
}

/// Fills the database, kills the server, and waits for the first good answer of a new one.
pub(crate) async fn ready(
    args: &Args,
    server: Server,
    home: &Path,
    rooms: &[u64],
    people: &[Rc<Somebody>],
) -> Result<Server, Trouble> {
    acked::fill(args, &server, rooms, people, args.messages).await?;
    server.kill()?;
    let began = Instant::now();
    let server = Server::ours(args, home, 0)?;
    loop {
        if let Ok(mut http) = Http::open(server.address, 0).await
            && http.ask(By::Key, "GET", "/readyz", "").await.is_ok()
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    println!("ready: {:.0} ms after SIGKILL with {} messages", began.elapsed().as_secs_f64() * 1e3, args.messages);
    Ok(server)
}

/// The dialects that people take in turns.
const MIXED: [Dialect; 5] = [Dialect::Multiplexed, Dialect::Rest, Dialect::Room, Dialect::Roulette, Dialect::Socketio];
const CURSOR: &str = "\"cursor\":\"";
