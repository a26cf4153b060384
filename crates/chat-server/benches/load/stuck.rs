//! A fifth of a room stops reading: what the others notice of it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::spawn_local;
use tokio::time::{sleep, sleep_until, timeout};

use crate::Trouble;
use crate::args::Args;
use crate::connection::{Connection, Mouth};
use crate::dialect::Dialect;
use crate::fanout::{SAMPLED, SPEAKERS, listen};
use crate::measure::{Figures, Stretch};
use crate::process::Server;
use crate::tally::{Tally, content};
use crate::world::Somebody;

/// Sends the same messages at the same rate twice: first everybody reads, then a fifth has stopped, until the kernel's buffers
/// and the server's queue are full and the server closes these connections.
pub(crate) async fn run(args: &Args, server: &Server, room: u64, people: &[Rc<Somebody>]) -> Result<(), Trouble> {
    let pause = Rc::new(Pause::default());
    let mut others = Others { tally: Rc::new(Tally::new()), mouths: Vec::new(), dialect: args.dialect, room };
    let mut stuck = Vec::new();
    for (number, somebody) in people.iter().enumerate() {
        let mut connection = Connection::open(server.address, number, args.dialect, room, &somebody.token).await?;
        connection.join(room, None).await?;
        if number % FIFTH == 0 {
            stuck.push(spawn_local(stop_in_between(connection, pause.clone())));
        } else {
            others.mouths.push(connection.mouth());
            spawn_local(listen(connection, others.tally.clone(), others.mouths.len().is_multiple_of(SAMPLED)));
        }
    }
    let free = others.hear_all(args, server, "everybody reads").await?;
    free.print();
    pause.on.set(true);
    let held = others.hear_all(args, server, "every fifth has stopped reading").await?;
    held.print();
    pause.over.notify_waiters();
    let (mut closed, count) = (0, stuck.len());
    for end in stuck {
        closed += usize::from(end.await?.starts_with("closed with 1013"));
    }
    let times = |of: usize| held.late()[of].as_secs_f64() / free.late()[of].as_secs_f64();
    println!(
        "{:<34} the others' p50 is {:.2} ×, their p99 {:.2} × that; {closed} of {count} closed with 1013",
        "",
        times(0),
        times(1)
    );
    Ok(())
}

/// When some stop reading, and when they look again.
#[derive(Default)]
struct Pause {
    on: Cell<bool>,
    over: Notify,
}

/// Those who go on reading.
struct Others {
    tally: Rc<Tally>,
    mouths: Vec<Mouth>,
    dialect: Dialect,
    room: u64,
}

impl Others {
    /// Sends as much as fills a reader's buffers, and waits until all of these have all of it.
    async fn hear_all(&self, args: &Args, server: &Server, name: &str) -> Result<Figures, Trouble> {
        let count = FILL / CONTENT;
        self.tally.forget_delays();
        let before = self.tally.messages();
        let stretch = Stretch::begin(server.watched(), before)?;
        let began = Instant::now();
        for number in 0..count {
            let due = began + Duration::from_secs_f64(number as f64 / args.rate);
            sleep_until(due.into()).await;
            let at = due.duration_since(self.tally.began()).as_micros() as u64;
            let mouth = &self.mouths[number * 7 % self.mouths.len().min(SPEAKERS)];
            mouth.say(&self.dialect.send(self.room, &content(at, CONTENT))).await?;
        }
        let wanted = before + (count * self.mouths.len()) as u64;
        let patience = Instant::now() + PATIENCE;
        while self.tally.messages() < wanted && Instant::now() < patience {
            sleep(Duration::from_millis(20)).await;
        }
        let mut figures = stretch.end(name, self.tally.messages(), Some(&self.tally))?;
        figures.lost = wanted.saturating_sub(self.tally.messages());
        Ok(figures)
    }
}

/// Reads until the pause and again after it. Returns how the connection ended.
async fn stop_in_between(mut connection: Connection, pause: Rc<Pause>) -> String {
    while !pause.on.get() {
        if let Err(error) = connection.hear(|_, _| {}).await {
            return error.to_string();
        }
    }
    pause.over.notified().await;
    loop {
        match timeout(PATIENCE, connection.hear(|_, _| {})).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return error.to_string(),
            Err(_) => return "still open".to_owned(),
        }
    }
}

/// One in so many stops.
const FIFTH: usize = 5;
/// How many bytes are sent until then: more than the kernel's buffers on both sides and the server's queue of 1 MiB hold.
const FILL: usize = 4 << 20;
/// How many bytes a message has, so that this takes half a minute.
const CONTENT: usize = 8 << 10;
/// How long to wait for what is still under way.
const PATIENCE: Duration = Duration::from_secs(10);
