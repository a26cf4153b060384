//! Running the scenarios, each with a server of its own.

use std::path::PathBuf;
use std::rc::Rc;

use crate::Trouble;
use crate::args::{Args, Scenario};
use crate::bare::Way;
use crate::dialect::Dialect;
use crate::fanout::Crowd;
use crate::measure::{Figures, print_head};
use crate::process::{Server, keep_to};
use crate::targets::{self, Target};
use crate::world::{Somebody, World};
use crate::{acked, hooks, idle, logins, pairs, reactions, rest, storm, stuck};

/// Runs the scenarios that were asked for.
pub(crate) async fn run(args: &Args) -> Result<(), Trouble> {
    keep_to(1);
    print_head();
    let mut reached = Vec::new();
    for (number, (args, scenario)) in args.scenarios.iter().flat_map(|scenario| rows(args, *scenario)).enumerate() {
        let place = if args.tmpfs { PathBuf::from("/dev/shm") } else { std::env::temp_dir() };
        let home = place.join(format!("chat-load-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&home)?;
        let ran = Stage::set(&args, home.clone())?.run(scenario).await;
        std::fs::remove_dir_all(&home)?;
        reached.extend(ran?);
    }
    if args.scenarios.contains(&Scenario::Targets) {
        println!(
            "\nAll targets once more{}",
            if args.database.is_none() { ", without Postgres (--database)" } else { "" }
        );
        reached.iter().for_each(|(who, target)| target.print(who));
    }
    Ok(())
}

/// Returns the runs that a scenario consists of, each with its arguments.
fn rows(args: &Args, scenario: Scenario) -> Vec<(Args, Scenario)> {
    if scenario != Scenario::Targets {
        return vec![(args.clone(), scenario)];
    }
    let on_sqlite = Args { members: CROWD, database: None, ..args.clone() };
    let fanout = |members, window: &[usize], tmpfs| {
        (Args { members, window: window.into(), tmpfs, ..on_sqlite.clone() }, Scenario::Fanout)
    };
    let mut rows = vec![
        fanout(CROWD, &[1, 8, 64], false),
        fanout(CROWD, &[1, 8], true),
        fanout(100, &[16], false),
        (on_sqlite.clone(), Scenario::Rate),
        (on_sqlite.clone(), Scenario::Pairs),
    ];
    rows.extend(args.database.is_some().then(|| (Args { members: CROWD, ..args.clone() }, Scenario::Pairs)));
    rows
}

/// Targets, each with the name of the run that it belongs to.
type Reached = Vec<(String, Target)>;

/// A server with its people, and the directory of its database.
struct Stage<'a> {
    args: &'a Args,
    home: PathBuf,
    server: Server,
    world: Rc<World>,
}

impl Stage<'_> {
    fn set(args: &Args, home: PathBuf) -> Result<Stage<'_>, Trouble> {
        let server = Server::ours(args, &home, 0)?;
        let world = World::new(server.address);
        Ok(Stage { args, home, server, world })
    }

    async fn run(self, scenario: Scenario) -> Result<Reached, Trouble> {
        let args = self.args;
        match scenario {
            Scenario::Fanout | Scenario::Rate => return self.one_room(scenario).await,
            Scenario::Pairs => return self.pairs().await,
            Scenario::Acked => {
                let (people, rooms) = self.apart(args.senders).await?;
                acked::run(args, &self.server, &rooms, &people).await?.print();
            }
            Scenario::Posts => {
                let (people, rooms) = self.apart(args.senders).await?;
                rest::run(args, &self.server, &rooms, &people).await?.print();
            }
            Scenario::Hooks => return self.hooks().await,
            Scenario::Idle => {
                let (people, rooms) = self.groups(args.connections, CROWD).await?;
                // A new server: the memory that was used for creating everybody must not count as free.
                let server = self.again()?;
                idle::run(args, &server, &rooms, &people).await?;
                drop(server);
                for peer in &args.peer {
                    idle::beside(args, peer, &rooms, &people).await?;
                }
            }
            Scenario::Connect => {
                let people = self.world.people(args.connections).await?;
                idle::connect(&self.server, args.dialect, &people).await?.print();
            }
            Scenario::Storm => {
                let (people, rooms) = self.groups(args.connections / 2, CROWD).await?;
                storm::resume(args, self.server, &self.home, &rooms, &people).await?;
            }
            Scenario::Stuck => {
                let (people, rooms) = self.groups(args.members, args.members).await?;
                stuck::run(args, &self.server, rooms[0], &people).await?;
            }
            Scenario::Ready => {
                let (people, rooms) = self.apart(args.senders).await?;
                storm::ready(args, self.server, &self.home, &rooms, &people).await?;
            }
            Scenario::Logins => {
                let (people, rooms) = self.groups(args.members.min(100), 100).await?;
                let [quiet, busy] = logins::run(args, &self.server, rooms[0], &people).await?;
                quiet.print();
                busy.print();
                targets::beside(&quiet, &busy).print("");
            }
            Scenario::Reactions => {
                let (people, rooms) = self.groups(args.members, args.members).await?;
                reactions::run(&self.server, rooms[0], &people).await?;
            }
            Scenario::Targets => {}
        }
        Ok(Vec::new())
    }

    /// Starts a new server on the same database.
    fn again(self) -> Result<Server, Trouble> {
        self.server.kill()?;
        Server::ours(self.args, &self.home, 0)
    }

    /// Runs the server and the bare broadcasters in turns, so that whatever else the machine does affects all of them.
    async fn one_room(self, scenario: Scenario) -> Result<Reached, Trouble> {
        let args = self.args;
        let (people, rooms) = self.groups(args.members, args.members).await?;
        let crowd = Crowd::gather(args, &self.server, args.dialect, rooms[0], &people).await?;
        let ways = match scenario {
            Scenario::Rate => vec![Pace::Rate],
            _ => args.window.iter().map(|window| Pace::Window(*window)).collect(),
        };
        // Not counted: it shows how long the others' frames must be.
        let frame = turn(args, &crowd, ways[0], "ours").await?.frame;
        println!("{:<34} a frame has {frame} bytes", "");
        let mut others = Vec::new();
        for way in WAYS.iter().filter(|_| !args.no_bare) {
            let server = Server::bare(*way, frame)?;
            let crowd = Crowd::gather(args, &server, Dialect::Bare, 0, &people).await?;
            others.push((format!("bare, {}", way.name()), *way == Way::Coalescing, server, crowd));
        }
        for peer in &args.peer {
            let server = Server::peer(peer, frame)?;
            let crowd = Crowd::gather(args, &server, peer.dialect, 1, &people).await?;
            others.push((peer.name.clone(), false, server, crowd));
        }
        let mut reached = Vec::new();
        for pace in ways {
            let mut ours = turn(args, &crowd, pace, "ours").await?;
            let mut bare = Vec::new();
            for (name, _, _, crowd) in &others {
                bare.push(turn(args, crowd, pace, name).await?);
            }
            for _ in 1..TURNS {
                ours.add(turn(args, &crowd, pace, "ours").await?);
                for ((name, _, _, crowd), bare) in others.iter().zip(&mut bare) {
                    bare.add(turn(args, crowd, pace, name).await?);
                }
            }
            ours.print();
            for (bare, (_, is_measure, ..)) in bare.iter().zip(&others) {
                bare.print();
                ratio(&ours, bare);
                if *is_measure {
                    let targets = targets::one_room(pace, args.members, !args.tmpfs, &ours, bare);
                    targets.iter().for_each(|target| target.print(""));
                    reached.extend(targets.into_iter().map(|target| (self.named(&ours), target)));
                }
            }
        }
        Ok(reached)
    }

    async fn pairs(self) -> Result<Reached, Trouble> {
        let args = self.args;
        let (people, rooms) = self.groups(args.members / 2 * 2, 2).await?;
        let name = format!("pairs, {} people", people.len());
        let ours = pairs::run(args, &self.server, args.dialect, &rooms, &people, &name).await?;
        ours.print();
        let target = targets::pairs(if args.database.is_some() { ON_POSTGRES } else { ON_SQLITE }, &ours);
        target.print("");
        let reached = vec![(self.named(&ours), target)];
        drop(self.server);
        if !args.no_bare {
            let server = Server::bare(Way::Coalescing, ours.frame)?;
            let bare = pairs::run(args, &server, Dialect::Bare, &rooms, &people, "pairs, bare").await?;
            bare.print();
            ratio(&ours, &bare);
        }
        for peer in &args.peer {
            let server = Server::peer(peer, ours.frame)?;
            let name = format!("pairs, {}", peer.name);
            // Other servers create rooms when somebody joins.
            let theirs = pairs::run(args, &server, peer.dialect, &rooms, &people, &name).await?;
            theirs.print();
            ratio(&ours, &theirs);
        }
        Ok(reached)
    }

    /// Sends everything in one room, or each message in a room of its sender.
    async fn hooks(self) -> Result<Reached, Trouble> {
        let (people, one) = self.groups(self.args.senders, self.args.senders).await?;
        let (_, many) = self.apart(self.args.senders).await?;
        let mut reached = Vec::new();
        for rooms in [vec![one[0]; people.len()], many] {
            let ours = hooks::run(self.args, &self.server, &rooms, &people).await?;
            ours.print();
            for target in targets::hooks(&ours) {
                target.print("");
                reached.push((self.named(&ours), target));
            }
        }
        Ok(reached)
    }

    /// Returns what was run, on which database, and the median commit.
    fn named(&self, ours: &Figures) -> String {
        let place = match (&self.args.database, self.args.tmpfs) {
            (Some(_), _) => "Postgres",
            (None, true) => "in memory",
            (None, false) => "SQLite",
        };
        format!("{}, {place}, c {:.2} ms:", ours.name, ours.commits.median().as_secs_f64() * 1e3)
    }

    /// Creates this many people in groups of about this size.
    async fn groups(&self, people: usize, size: usize) -> Result<(Vec<Rc<Somebody>>, Vec<u64>), Trouble> {
        let people = self.world.people(people).await?;
        let mut groups = vec![Vec::new(); people.len().div_ceil(size)];
        let count = groups.len();
        for (number, somebody) in people.iter().enumerate() {
            groups[number * count / people.len()].push(somebody.clone());
        }
        let rooms = self.world.groups(groups).await?;
        Ok((people, rooms))
    }

    /// Creates this many people, each in a group of their own.
    async fn apart(&self, people: usize) -> Result<(Vec<Rc<Somebody>>, Vec<u64>), Trouble> {
        self.groups(people, 1).await
    }
}

/// Runs one turn of a scenario.
async fn turn(args: &Args, crowd: &Crowd, pace: Pace, who: &str) -> Result<Figures, Trouble> {
    let (members, seconds) = (args.members, args.seconds / f64::from(TURNS));
    match pace {
        Pace::Rate => crowd.fixed_rate(args, seconds, &format!("{members} members, {}/s, {who}", args.rate)).await,
        Pace::Window(window) => {
            crowd.closed_loop(window, seconds, &format!("{members} members, {window} on the way, {who}")).await
        }
    }
}

/// How messages are sent into one room.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// At the rate of the command line.
    Rate,
    /// With this many under way at once.
    Window(usize),
}

fn ratio(ours: &Figures, bare: &Figures) {
    println!("{:<34} ours costs {:.2} × that", "", ours.cost() / bare.cost());
}

/// How many turns each server has in one room.
const TURNS: u32 = 4;
/// The bare broadcasters that run beside ours.
const WAYS: [Way; 2] = [Way::Coalescing, Way::Single];
/// The target for pairs, in deliveries a second.
const ON_SQLITE: f64 = 50_000.0;
const ON_POSTGRES: f64 = 15_000.0;
/// The members of a big room.
const CROWD: usize = 1000;
