//! Puts load on a chat server and tells what it costs.
//!
//! The server is started here on one core, with a fresh SQLite file; this program stays on the other. In the same run there is a
//! bare broadcaster with ready-made frames, which shows the cost of a delivery when nothing is stored or promised.

mod acked;
mod args;
mod bare;
mod commits;
mod connection;
mod dialect;
mod fanout;
mod hooks;
mod http;
mod idle;
mod logins;
mod measure;
mod pairs;
mod plan;
mod process;
mod reactions;
mod rest;
mod storm;
mod stuck;
mod tally;
mod targets;
mod world;

use std::process::ExitCode;

use clap::Parser;

use args::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let local = tokio::task::LocalSet::new();
    let run = async move {
        match args.bare {
            Some(way) => bare::serve(way, args.frame).await,
            None => plan::run(&args).await,
        }
    };
    match local.block_on(&runtime, run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &Trouble) -> ExitCode {
    eprintln!("load: {error}");
    ExitCode::FAILURE
}

/// An error, which ends the program.
type Trouble = Box<dyn std::error::Error>;
