//! What the command line says.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;

use crate::{Trouble, postgres};

/// Kills a node of a chat server once a second while clients of all five dialects talk, and compares what was acknowledged with what they
/// heard.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// For how long nodes are killed, in seconds.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=150))]
    seconds: u64,
    /// The same in minutes.
    #[arg(long, conflicts_with = "seconds", value_parser = clap::value_parser!(u64).range(1..=600))]
    minutes: Option<u64>,
    /// What the nodes stand on. Unsaid, it is Postgres if its programs are found, else SQLite.
    #[arg(long, value_enum)]
    on: Option<Ground>,
    /// An empty database of yours for three nodes, as postgres://…, instead of a Postgres that is started for this.
    #[arg(long, conflicts_with = "on")]
    pub(crate) database: Option<String>,
    /// Breaks something on purpose: the end must be red, or the whole proves nothing.
    #[arg(long = "break", value_enum)]
    pub(crate) broken: Option<Broken>,
    /// Rooms.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=20))]
    pub(crate) rooms: u64,
    /// Clients of each dialect in each room.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=10))]
    pub(crate) each: u64,
    /// Repeats the random choices of another run (not the kernel's).
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Writes every operation to this file, one JSON object a line.
    #[arg(long)]
    pub(crate) history: Option<PathBuf>,
    /// Another server binary than that of the same build.
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
}

/// What nodes stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Ground {
    /// One node on SQLite.
    Sqlite,
    /// Three nodes on Postgres.
    Postgres,
    /// Three nodes in this process, over a journal in memory and a bus that loses every fifth envelope. None of them is killed.
    Memory,
}

/// What can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Broken {
    /// What is sent again goes under another name, so that nobody can know it for the same.
    Dedup,
    /// Who comes back goes on from now instead of from where it was.
    Seam,
    /// The disk forgets what was written in the last moments before a kill, though it was synced. On SQLite.
    Fsync,
    /// Nodes do not hear each other, and compare in vain. In memory.
    Hint,
}

impl Args {
    /// For how long there is trouble.
    pub(crate) fn trouble(&self) -> Duration {
        Duration::from_secs(self.minutes.map_or(self.seconds, |minutes| 60 * minutes))
    }

    /// What the nodes stand on.
    pub(crate) fn ground(&self) -> Ground {
        match (self.broken, self.on) {
            (Some(Broken::Fsync), _) => Ground::Sqlite,
            (Some(Broken::Hint), _) => Ground::Memory,
            (_, Some(ground)) => ground,
            _ if self.database.is_some() || postgres::programs().is_some() => Ground::Postgres,
            _ => Ground::Sqlite,
        }
    }

    /// A new directory for the database, which goes with the value.
    pub(crate) fn home(&self) -> Result<Home, Trouble> {
        let path = std::env::temp_dir().join(format!("chat-proof-{}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Home(path))
    }
}

/// A directory that is removed in the end.
pub(crate) struct Home(PathBuf);

impl Home {
    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What cannot be removed is left to whoever cleans the temporary directory.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
