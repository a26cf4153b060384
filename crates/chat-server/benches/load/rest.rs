//! Messages by `POST`, each sent after the answer to the one before.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::Trouble;
use crate::args::Args;
use crate::http::{By, Http};
use crate::measure::{Figures, Stretch};
use crate::process::Server;
use crate::tally::{Tally, content};
use crate::world::Somebody;

/// Lets everybody post to a room of their own, over a connection that is kept open.
pub(crate) async fn run(
    args: &Args,
    server: &Server,
    rooms: &[u64],
    people: &[Rc<Somebody>],
) -> Result<Figures, Trouble> {
    let (tally, stop) = (Rc::new(Tally::new()), Rc::new(Cell::new(false)));
    let mut posting = Vec::new();
    for (number, (somebody, room)) in people.iter().zip(rooms).enumerate() {
        let mut http = Http::open(server.address, number).await?;
        let (somebody, room, tally, stop, size) = (somebody.clone(), *room, tally.clone(), stop.clone(), args.content);
        posting.push(spawn_local(async move {
            while !stop.get() {
                let at = tally.now();
                let body = format!("{{\"content\":\"{}\"}}", content(at, size));
                let path = format!("/api/chats/{room}/messages");
                match http.ask(By::Token(&somebody.token), "POST", &path, &body).await {
                    Ok(_) => tally.answer(Some(at)),
                    Err(error) => return tally.error(error.to_string().as_bytes()),
                }
            }
        }));
    }
    sleep(Duration::from_secs(1)).await;
    tally.forget_delays();
    let stretch = Stretch::begin(server.watched(), tally.answers())?;
    sleep(Duration::from_secs_f64(args.seconds)).await;
    let figures = stretch.end(&format!("POST, {} connections", people.len()), tally.answers(), Some(&tally));
    stop.set(true);
    // Requests under way are answered while the server still runs.
    for one in posting {
        one.await?;
    }
    figures
}
