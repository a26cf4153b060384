//! Proof for those who do not believe it: a chat of which a node is killed every second, clients of all five dialects that send, are
//! cut off and resume, and a ledger that compares what was acknowledged with what everybody heard.
//!
//! `cargo run --release -p chat-server --example proof` needs nothing else; where Postgres is installed, three nodes stand on one that is
//! started for this, else one node on SQLite. It ends with one line of figures and, if a message was lost,
//! came twice or out of order, with the exit code 1. `--history FILE` writes down every operation for a checker of your own;
//! `examples/proof/check.py` is one that knows nothing but that file. `--break` breaks something on purpose: then the end must be red.

mod args;
mod chaos;
mod client;
mod frames;
mod history;
mod http;
mod ledger;
mod link;
mod memory;
mod node;
mod nodes;
mod postgres;
mod world;

use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

use clap::Parser;
use tokio::task::LocalSet;

use crate::args::Args;
use crate::chaos::Chaos;
use crate::history::History;
use crate::ledger::Ledger;
use crate::nodes::Nodes;
use crate::world::World;

/// An error that is not what this is about.
type Trouble = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let proven = runtime.map_err(Trouble::from).and_then(|runtime| LocalSet::new().block_on(&runtime, prove(&args)));
    match proven {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("proof: {trouble}");
            ExitCode::from(2)
        }
    }
}

/// Returns whether everybody heard every acknowledged message, once and in order.
async fn prove(args: &Args) -> Result<bool, Trouble> {
    let home = args.home()?;
    let nodes = Nodes::start(args, home.path()).await?;
    let history = Rc::new(History::new(args.history.as_deref())?);
    let world = World::make(args, &nodes.addresses).await?;
    println!(
        "{}: {} clients of five dialects in {} rooms, for {} s",
        nodes.what,
        world.people.len(),
        args.rooms,
        args.trouble().as_secs()
    );
    let began = Instant::now();
    let chaos = Chaos::new(args.seed);
    let clients = world.begin(args, &history, &chaos);
    chaos.reign(args, &nodes.processes).await?;
    println!("the trouble was over {:.0} s after the beginning; now all catch up", began.elapsed().as_secs_f64());
    let heard = world.finish(clients).await?;
    let rooms = world.rooms().await?;
    history.end(&rooms)?;
    let ledger = Ledger::of(&rooms, &heard);
    println!(
        "{} kills, {} freezes, {} cuts, {} returns",
        chaos.kills(),
        chaos.freezes(),
        chaos.cuts(),
        heard.returns()
    );
    ledger.report();
    Ok(ledger.is_clean())
}
