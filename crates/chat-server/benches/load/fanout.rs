//! One room in which everybody hears everything.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::spawn_local;
use tokio::time::{sleep, sleep_until, timeout};

use crate::Trouble;
use crate::args::Args;
use crate::connection::{Connection, Mouth};
use crate::dialect::{Dialect, Kind};
use crate::measure::{Figures, Stretch};
use crate::process::{Server, Watched};
use crate::tally::{Tally, content};
use crate::world::Somebody;

/// A room full of clients.
pub(crate) struct Crowd {
    tally: Rc<Tally>,
    mouths: Vec<Mouth>,
    dialect: Dialect,
    room: u64,
    server: Watched,
    size: usize,
}

impl Crowd {
    /// Connects everybody and lets them join.
    pub(crate) async fn gather(
        args: &Args,
        server: &Server,
        dialect: Dialect,
        room: u64,
        people: &[Rc<Somebody>],
    ) -> Result<Crowd, Trouble> {
        let tally = Rc::new(Tally::new());
        let mut mouths = Vec::new();
        for (number, somebody) in people.iter().enumerate() {
            let mut connection = Connection::open(server.address, number, dialect, room, &somebody.token).await?;
            connection.join(room, None).await?;
            mouths.push(connection.mouth());
            spawn_local(listen(connection, tally.clone(), number % SAMPLED == 0));
        }
        Ok(Crowd { tally, mouths, dialect, room, server: server.watched(), size: args.content })
    }

    /// Sends the next message as soon as an earlier one has reached everybody, for this many seconds.
    pub(crate) async fn closed_loop(&self, window: usize, seconds: f64, name: &str) -> Result<Figures, Trouble> {
        let before = self.tally.messages();
        let mut sent = 0;
        let mut stretch = None;
        let began = Instant::now();
        let ends = began + WARM_UP + Duration::from_secs_f64(seconds);
        while Instant::now() < ends {
            let everywhere = (self.tally.messages() - before) / self.mouths.len() as u64;
            while sent < everywhere + window as u64 {
                self.send(sent, self.tally.now()).await?;
                sent += 1;
            }
            if stretch.is_none() && began.elapsed() > WARM_UP {
                self.tally.forget_delays();
                stretch = Some(Stretch::begin(self.server, self.tally.messages())?);
            }
            // If nothing comes any more, the end of the stretch shows it.
            let _ = timeout(Duration::from_millis(100), self.tally.bell.notified()).await;
        }
        self.finish(stretch, name, before, sent).await
    }

    /// Sends at a fixed rate for this many seconds. Delays count from when a message should have been sent.
    pub(crate) async fn fixed_rate(&self, args: &Args, seconds: f64, name: &str) -> Result<Figures, Trouble> {
        let before = self.tally.messages();
        let mut stretch = None;
        let began = Instant::now();
        let count = ((WARM_UP.as_secs_f64() + seconds) * args.rate) as u64;
        for number in 0..count {
            let due = began + Duration::from_secs_f64(number as f64 / args.rate);
            sleep_until(due.into()).await;
            if stretch.is_none() && due >= began + WARM_UP {
                self.tally.forget_delays();
                stretch = Some(Stretch::begin(self.server, self.tally.messages())?);
            }
            let due = due.duration_since(self.tally.began()).as_micros() as u64;
            self.send(number, due).await?;
        }
        sleep(Duration::from_secs_f64(1.0 / args.rate)).await;
        self.finish(stretch, name, before, count).await
    }

    async fn send(&self, number: u64, at: u64) -> Result<(), Trouble> {
        let mouth = &self.mouths[number as usize * 7 % self.mouths.len().min(SPEAKERS)];
        mouth.say(&self.dialect.send(self.room, &content(at, self.size))).await
    }

    async fn finish(&self, stretch: Option<Stretch>, name: &str, before: u64, sent: u64) -> Result<Figures, Trouble> {
        let stretch = stretch.ok_or("the run was too short to measure anything")?;
        let mut figures = stretch.end(name, self.tally.messages(), Some(&self.tally))?;
        let wanted = before + sent * self.mouths.len() as u64;
        let patience = Instant::now() + PATIENCE;
        while self.tally.messages() < wanted && Instant::now() < patience {
            sleep(Duration::from_millis(20)).await;
        }
        figures.lost = wanted.saturating_sub(self.tally.messages());
        Ok(figures)
    }
}

/// Counts what a connection hears until it ends.
pub(crate) async fn listen(mut connection: Connection, tally: Rc<Tally>, samples: bool) {
    loop {
        let heard = connection.hear(|kind, frame| match kind {
            Kind::Message => tally.message(frame, samples),
            Kind::Answer => tally.answer(None),
            Kind::Error => tally.error(frame),
            _ => {}
        });
        if heard.await.is_err() {
            return;
        }
        tally.bell.notify_one();
    }
}

/// How long to run before measuring.
const WARM_UP: Duration = Duration::from_millis(500);
/// How long to wait for what is still under way.
const PATIENCE: Duration = Duration::from_secs(5);
/// Every so many members, one looks at the delays.
pub(crate) const SAMPLED: usize = 16;
/// How many members send.
pub(crate) const SPEAKERS: usize = 64;
