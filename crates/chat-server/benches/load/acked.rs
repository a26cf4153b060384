//! Sends that only wait for their answer, each socket in a room of its own.

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::Trouble;
use crate::args::Args;
use crate::connection::Connection;
use crate::dialect::Kind;
use crate::measure::{Figures, Stretch};
use crate::process::Server;
use crate::tally::{Tally, content};
use crate::world::Somebody;

/// Keeps `in_flight` messages under way on every socket.
pub(crate) async fn run(
    args: &Args,
    server: &Server,
    rooms: &[u64],
    people: &[Rc<Somebody>],
) -> Result<Figures, Trouble> {
    let stop = Rc::new(Cell::new(false));
    let tally = start(args, server, rooms, people, args.in_flight, stop.clone()).await?;
    sleep(Duration::from_secs(1)).await;
    tally.forget_delays();
    let stretch = Stretch::begin(server.watched(), tally.answers())?;
    sleep(Duration::from_secs_f64(args.seconds)).await;
    let name = format!("acknowledged, {} × {}", people.len(), args.in_flight);
    let figures = stretch.end(&name, tally.answers(), Some(&tally));
    stop.set(true);
    figures
}

/// Sends until this many are answered.
pub(crate) async fn fill(
    args: &Args,
    server: &Server,
    rooms: &[u64],
    people: &[Rc<Somebody>],
    count: u64,
) -> Result<(), Trouble> {
    let stop = Rc::new(Cell::new(false));
    let tally = start(args, server, rooms, people, 60, stop.clone()).await?;
    while tally.answers() < count {
        sleep(Duration::from_millis(20)).await;
    }
    stop.set(true);
    Ok(())
}

async fn start(
    args: &Args,
    server: &Server,
    rooms: &[u64],
    people: &[Rc<Somebody>],
    in_flight: usize,
    stop: Rc<Cell<bool>>,
) -> Result<Rc<Tally>, Trouble> {
    let tally = Rc::new(Tally::new());
    for (number, (somebody, room)) in people.iter().zip(rooms).enumerate() {
        let connection = Connection::open(server.address, number, args.dialect, *room, &somebody.token).await?;
        spawn_local(speak(connection, *room, in_flight, args.content, tally.clone(), stop.clone()));
    }
    Ok(tally)
}

async fn speak(
    mut connection: Connection,
    room: u64,
    in_flight: usize,
    size: usize,
    tally: Rc<Tally>,
    stop: Rc<Cell<bool>>,
) {
    let mouth = connection.mouth();
    let mut on_their_way = VecDeque::new();
    while !stop.get() {
        while on_their_way.len() < in_flight {
            on_their_way.push_back(tally.now());
            let text = connection.dialect.send(room, &content(tally.now(), size));
            if mouth.say(&text).await.is_err() {
                return;
            }
        }
        let heard = connection.hear(|kind, frame| match kind {
            Kind::Answer => tally.answer(on_their_way.pop_front()),
            Kind::Error => {
                on_their_way.pop_front();
                tally.error(frame);
            }
            _ => {}
        });
        if heard.await.is_err() {
            return;
        }
    }
}
