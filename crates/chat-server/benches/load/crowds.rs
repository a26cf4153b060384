//! Messages in a small room at a fixed rate, alone and while something happens that touches ten thousand people: the delays in
//! both.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::Trouble;
use crate::args::Args;
use crate::connection::Connection;
use crate::fanout::{Crowd, listen};
use crate::http::{By, Http};
use crate::measure::Figures;
use crate::process::Server;
use crate::tally::Tally;
use crate::world::{Somebody, World};

/// Something that touches everybody in a large room.
#[derive(Clone, Copy)]
enum Event {
    /// `@all`, once a second.
    Call,
    /// Somebody is banned, and all that they have said is deleted.
    Ban,
    /// The group is ended.
    End,
}

/// Returns the figures of others' messages without each of these, and with it: by turns.
pub(crate) async fn run(args: &Args, server: &Server, world: &Rc<World>) -> Result<Vec<[Figures; 2]>, Trouble> {
    let mut people = world.people(OTHERS + LARGE).await?;
    let large = people.split_off(OTHERS);
    let room = world.groups(vec![people.clone()]).await?[0];
    let crowd = Crowd::gather(args, server, args.dialect, room, &people).await?;
    let tally = Rc::new(Tally::new());
    for (number, somebody) in large.iter().take(PRESENT).enumerate() {
        let connection = Connection::open(server.address, OTHERS + number, args.dialect, room, &somebody.token).await?;
        spawn_local(listen(connection, tally.clone(), false));
    }
    let mut all = Vec::new();
    for event in [Event::Call, Event::Ban, Event::End] {
        let mut both: Option<[Figures; 2]> = None;
        for _ in 0..TURNS {
            let room = gather(world, &large).await?;
            let name = format!("{OTHERS} members, beside {LARGE}");
            let quiet = crowd.fixed_rate(args, args.seconds, &format!("{name}: quiet")).await?;
            let goes_on = Rc::new(Cell::new(true));
            let happening = spawn_local(happen(event, server.address, room, large.clone(), goes_on.clone()));
            let busy = crowd.fixed_rate(args, args.seconds, &format!("{name}: {}", event.name())).await?;
            goes_on.set(false);
            happening.await??;
            match &mut both {
                Some([quiet_before, busy_before]) => {
                    quiet_before.add(quiet);
                    busy_before.add(busy);
                }
                None => both = Some([quiet, busy]),
            }
        }
        all.extend(both);
    }
    Ok(all)
}

/// Makes a large room in which somebody has said much.
async fn gather(world: &Rc<World>, large: &[Rc<Somebody>]) -> Result<u64, Trouble> {
    let room = world.groups(vec![large[..FOUNDERS].to_vec()]).await?[0];
    world.join(room, &large[0], large[FOUNDERS..].to_vec()).await?;
    let mut http = Http::open(world.server, 0).await?;
    for number in 0..SAID {
        let body = format!("{{\"content\":\"said {number}\"}}");
        http.ask(By::Token(&large[1].token), "POST", &format!("/api/chats/{room}/messages"), &body).await?;
    }
    Ok(room)
}

/// Lets it happen, a second after the messages began.
async fn happen(
    event: Event,
    server: std::net::SocketAddr,
    room: u64,
    large: Vec<Rc<Somebody>>,
    goes_on: Rc<Cell<bool>>,
) -> Result<(), String> {
    sleep(Duration::from_secs(1)).await;
    let owner = By::Token(&large[0].token);
    let done = async {
        let mut http = Http::open(server, 0).await?;
        match event {
            Event::Call => {
                while goes_on.get() {
                    let path = format!("/api/chats/{room}/messages");
                    http.ask(owner, "POST", &path, "{\"content\":\"dear @all\"}").await?;
                    sleep(Duration::from_secs(1)).await;
                }
            }
            Event::Ban => {
                let path = format!("/api/chats/{room}/bans/{}", large[1].id);
                http.ask(owner, "PUT", &path, "{\"delete_messages\":true}").await?;
            }
            Event::End => drop(http.ask(owner, "DELETE", &format!("/api/chats/{room}"), "").await?),
        }
        Ok::<(), Trouble>(())
    };
    done.await.map_err(|error| error.to_string())
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Event::Call => "@all",
            Event::Ban => "delete",
            Event::End => "end",
        }
    }
}

/// The people whose messages are measured, those in the large room, and how many of these are connected.
const OTHERS: usize = 100;
const LARGE: usize = 10_000;
const PRESENT: usize = 1_000;
/// The most people that a new group has.
const FOUNDERS: usize = 1_000;
/// The messages that are deleted.
const SAID: usize = 1_000;
/// Stretches of each sort.
const TURNS: usize = 3;
