//! The rate at which one fast webhook is told, in order, while rooms are as busy as can be.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::Trouble;
use crate::acked;
use crate::args::Args;
use crate::http::{By, Http, number_after, text_after};
use crate::measure::{Figures, Stretch};
use crate::process::Server;
use crate::world::Somebody;

/// Fills the rooms, and measures until everything was told.
pub(crate) async fn run(
    args: &Args,
    server: &Server,
    rooms: &[u64],
    people: &[Rc<Somebody>],
) -> Result<Figures, Trouble> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let body = format!("{{\"url\":\"http://{}/\",\"events\":[\"message.created\"]}}", listener.local_addr()?);
    let made = Http::open(server.address, 0).await?.ask(By::Key, "POST", "/api/v2/server/webhooks", &body).await?;
    let webhook = text_after(&made, "\"id\":\"").ok_or("a webhook without an id")?;
    let heard = Rc::new(Heard::default());
    spawn_local(listen(listener, heard.clone()));
    let stretch = Stretch::begin(server.watched(), 0)?;
    acked::fill(args, server, rooms, people, EVENTS).await?;
    // Events beyond those are told as well; the end is when nothing new comes for a while.
    let mut before = 0;
    while heard.count.get() < EVENTS || heard.count.get() > before {
        before = heard.count.get();
        sleep(QUIET).await;
        if heard.count.get() == before && before < EVENTS {
            return Err(format!("only {before} of {EVENTS} events were told").into());
        }
    }
    // The old connection may have been closed, since it was not used meanwhile.
    let path = format!("/api/v2/server/webhooks/{webhook}");
    Http::open(server.address, 0).await?.ask(By::Key, "DELETE", &path, "").await?;
    let rooms: HashSet<_> = rooms.iter().collect();
    let mut figures = stretch.end(&format!("webhook, {} room(s)", rooms.len()), heard.count.get(), None)?;
    // The quiet at the end does not count.
    figures.wall = figures.wall.saturating_sub(QUIET);
    figures.lost = heard.out_of_order.get();
    Ok(figures)
}

#[derive(Default)]
struct Heard {
    count: Cell<u64>,
    out_of_order: Cell<u64>,
    /// The last number of each room.
    last: RefCell<HashMap<String, u64>>,
}

async fn listen(listener: TcpListener, heard: Rc<Heard>) {
    while let Ok((stream, _)) = listener.accept().await {
        spawn_local(take(stream, heard.clone()));
    }
}

/// Accepts what is posted, one event after the other.
async fn take(mut stream: TcpStream, heard: Rc<Heard>) {
    let mut bytes = Vec::new();
    let _ = stream.set_nodelay(true);
    loop {
        while let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let whole = end + 4 + number_after(&head, "content-length: ").unwrap_or(0) as usize;
            if bytes.len() < whole {
                break;
            }
            heard.event(&String::from_utf8_lossy(&bytes[end + 4..whole]));
            bytes.drain(..whole);
            if stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.is_err() {
                return;
            }
        }
        if !stream.read_buf(&mut bytes).await.is_ok_and(|more| more > 0) {
            return;
        }
    }
}

impl Heard {
    fn event(&self, body: &str) {
        let (room, seq) = (text_after(body, "\"chat_id\":\""), number_after(body, "\"seq\":"));
        let (Some(room), Some(seq)) = (room, seq) else { return };
        let before = self.last.borrow_mut().insert(room.to_owned(), seq);
        self.out_of_order.set(self.out_of_order.get() + u64::from(before.is_some_and(|before| before >= seq)));
        self.count.set(self.count.get() + 1);
    }
}

/// How many events are told at least.
const EVENTS: u64 = 10_000;
/// After this long without an event all are told.
const QUIET: Duration = Duration::from_secs(3);
