//! Messages in one room at a fixed rate, alone and while many people log in: their delays in both.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::Trouble;
use crate::args::Args;
use crate::fanout::Crowd;
use crate::http::{By, Http};
use crate::measure::Figures;
use crate::process::Server;
use crate::world::Somebody;

/// Measures delays without log-ins and with them, in turns, so that whatever else the machine does affects both.
pub(crate) async fn run(
    args: &Args,
    server: &Server,
    room: u64,
    people: &[Rc<Somebody>],
) -> Result<[Figures; 2], Trouble> {
    let crowd = Crowd::gather(args, server, args.dialect, room, people).await?;
    Http::open(server.address, 0).await?.ask(By::Key, "POST", "/api/auth/register", ACCOUNT).await?;
    let mut both: Option<[Figures; 2]> = None;
    for _ in 0..TURNS {
        let quiet = crowd.fixed_rate(args, args.seconds, &format!("{} members, nobody logs in", people.len())).await?;
        let door = Door::crowd(server).await?;
        let busy = crowd.fixed_rate(args, args.seconds, &format!("{} members, {AT_ONCE} log in", people.len())).await?;
        door.close();
        match &mut both {
            Some([quiet_before, busy_before]) => {
                quiet_before.add(quiet);
                busy_before.add(busy);
            }
            None => both = Some([quiet, busy]),
        }
    }
    both.ok_or_else(|| "nothing was measured".into())
}

/// Many people who log in, and again as soon as they are in or were sent away.
struct Door {
    is_open: Rc<Cell<bool>>,
    /// How many came in, and how many were told to come back later.
    counts: Rc<[Cell<u64>; 2]>,
}

impl Door {
    async fn crowd(server: &Server) -> Result<Door, Trouble> {
        let door = Door { is_open: Rc::new(Cell::new(true)), counts: Rc::default() };
        for number in 0..AT_ONCE {
            let mut http = Http::open(server.address, number).await?;
            let (is_open, counts) = (door.is_open.clone(), door.counts.clone());
            spawn_local(async move {
                while is_open.get() {
                    let came_in = http.ask(By::Key, "POST", "/api/auth/login", ACCOUNT).await.is_ok();
                    let count = &counts[usize::from(!came_in)];
                    count.set(count.get() + 1);
                    if !came_in {
                        sleep(BACK).await;
                    }
                }
            });
        }
        // By then everybody has sent their first request.
        sleep(BACK).await;
        Ok(door)
    }

    fn close(self) {
        self.is_open.set(false);
        let [came_in, sent_away] = &*self.counts;
        println!("{:<34} {} came in, {} were to come back later", "", came_in.get(), sent_away.get());
    }
}

/// How many people log in at a time.
const AT_ONCE: usize = 100;
/// When somebody who was sent away comes back.
const BACK: Duration = Duration::from_millis(200);
/// How many stretches of each kind are measured.
const TURNS: usize = 4;
/// The account that logs in.
const ACCOUNT: &str = "{\"username\":\"load.logs.in\",\"password\":\"correct horse battery\"}";
