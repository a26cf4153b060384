//! Everybody in a room reacts to one message within ten seconds: what each reaction costs the server, and how many frames a
//! member hears. Of a thousand reactions in a room of a thousand, members heard 57 frames, and of a thousand likes each.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::spawn_local;
use tokio::time::{sleep, sleep_until};

use crate::Trouble;
use crate::connection::Connection;
use crate::dialect::Dialect;
use crate::http::{By, Http, number_after};
use crate::measure::Stretch;
use crate::process::Server;
use crate::world::Somebody;

/// Has everybody react with one emoji, then like: reactions are gathered, likes never.
pub(crate) async fn run(server: &Server, room: u64, people: &[Rc<Somebody>]) -> Result<(), Trouble> {
    let heard = Rc::new(Cell::new(0));
    for (number, somebody) in people.iter().enumerate() {
        let token = format!("{}&features=reactions", somebody.token);
        let mut connection = Connection::open(server.address, number, Dialect::Multiplexed, room, &token).await?;
        connection.join(room, None).await?;
        let heard = heard.clone();
        spawn_local(async move {
            loop {
                let hear = connection.hear(|_, frame| {
                    let is_one = FRAMES.iter().any(|begins| frame.starts_with(begins.as_bytes()));
                    heard.set(heard.get() + u64::from(is_one));
                });
                if hear.await.is_err() {
                    return;
                }
            }
        });
    }
    for (name, emoji) in [("reacts", "%F0%9F%91%8D"), ("likes", "%E2%9D%A4%EF%B8%8F")] {
        let path = format!("/api/chats/{room}/messages");
        // A connection that says nothing for ten seconds is closed.
        let mut http = Http::open(server.address, 0).await?;
        let said = http.ask(By::Token(&people[0].token), "POST", &path, "{\"content\":\"well?\"}").await?;
        let message = number_after(&said, "\"id\":").ok_or("a message without an id")?;
        let path = format!("/api/chats/{room}/messages/{message}/reactions/{emoji}");
        let (before, stretch) = (heard.get(), Stretch::begin(server.watched(), 0)?);
        everybody(server, people, &path).await?;
        sleep(QUIET).await;
        let count = people.len() as u64;
        let figures = stretch.end(&format!("{count} members, everybody {name}"), count, None)?;
        figures.print();
        println!("{:<34} {:.1} frames a member", "", (heard.get() - before) as f64 / count as f64);
    }
    Ok(())
}

/// Has everybody react in turn, evenly over the time.
async fn everybody(server: &Server, people: &[Rc<Somebody>], path: &str) -> Result<(), Trouble> {
    let began = Instant::now();
    let mut hands = Vec::new();
    for hand in 0..HANDS {
        let (path, address, people) = (path.to_owned(), server.address, people.to_vec());
        hands.push(spawn_local(async move {
            let mut http = Http::open(address, hand).await.map_err(|error| error.to_string())?;
            for number in (hand..people.len()).step_by(HANDS) {
                sleep_until((began + WITHIN.mul_f64(number as f64 / people.len() as f64)).into()).await;
                let reacted = http.ask(By::Token(&people[number].token), "PUT", &path, "").await;
                reacted.map_err(|error| error.to_string())?;
            }
            Ok::<_, String>(())
        }));
    }
    for hand in hands {
        hand.await??;
    }
    Ok(())
}

/// The beginnings of the frames that tell of a reaction or a like.
const FRAMES: [&str; 2] = ["{\"type\":\"message_reacted\"", "{\"type\":\"message_liked\""];
/// The time in which all do it.
const WITHIN: Duration = Duration::from_secs(10);
/// The time after which what was gathered has been told.
const QUIET: Duration = Duration::from_secs(2);
/// The connections that they share.
const HANDS: usize = 64;
