//! Everybody in a room with one other person, each sending as soon as their last message came back.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::Trouble;
use crate::args::Args;
use crate::connection::Connection;
use crate::dialect::{Dialect, Kind};
use crate::measure::{Figures, Stretch};
use crate::process::Server;
use crate::tally::{Tally, content};
use crate::world::Somebody;

/// Runs all pairs. `rooms[n]` is the room of people 2n and 2n + 1.
pub(crate) async fn run(
    args: &Args,
    server: &Server,
    dialect: Dialect,
    rooms: &[u64],
    people: &[Rc<Somebody>],
    name: &str,
) -> Result<Figures, Trouble> {
    let (tally, stop) = (Rc::new(Tally::new()), Rc::new(Cell::new(false)));
    let sent = Rc::new(Cell::new(0));
    let mut talks = Vec::new();
    for (number, somebody) in people.iter().enumerate() {
        let room = rooms[number / 2];
        let mut connection = Connection::open(server.address, number, dialect, room, &somebody.token).await?;
        connection.join(room, None).await?;
        talks.push((connection, room));
    }
    for (number, (connection, room)) in talks.into_iter().enumerate() {
        let talk =
            Talk { number, room, size: args.content, tally: tally.clone(), sent: sent.clone(), stop: stop.clone() };
        spawn_local(talk.run(connection));
    }
    sleep(Duration::from_secs(1)).await;
    tally.forget_delays();
    let stretch = Stretch::begin(server.watched(), tally.messages())?;
    sleep(Duration::from_secs_f64(args.seconds)).await;
    let mut figures = stretch.end(name, tally.messages(), Some(&tally))?;
    stop.set(true);
    let patience = Instant::now() + Duration::from_secs(5);
    while tally.messages() < sent.get() * 2 && Instant::now() < patience {
        sleep(Duration::from_millis(20)).await;
    }
    figures.lost = (sent.get() * 2).saturating_sub(tally.messages());
    Ok(figures)
}

/// One of the two people in a pair.
struct Talk {
    number: usize,
    room: u64,
    size: usize,
    tally: Rc<Tally>,
    sent: Rc<Cell<u64>>,
    stop: Rc<Cell<bool>>,
}

impl Talk {
    async fn run(self, mut connection: Connection) {
        let mouth = connection.mouth();
        let mine = format!("#{}#", self.number);
        loop {
            if !self.stop.get() {
                let text = format!("{}{mine}", content(self.tally.now(), self.size.saturating_sub(mine.len())));
                self.sent.set(self.sent.get() + 1);
                if mouth.say(&connection.dialect.send(self.room, &text)).await.is_err() {
                    return;
                }
            }
            let mut back = false;
            while !back {
                let heard = connection.hear(|kind, frame| match kind {
                    Kind::Message => {
                        self.tally.message(frame, self.number.is_multiple_of(16));
                        back |= frame.windows(mine.len()).any(|bytes| bytes == mine.as_bytes());
                    }
                    Kind::Error => self.tally.error(frame),
                    _ => {}
                });
                if heard.await.is_err() {
                    return;
                }
            }
        }
    }
}
