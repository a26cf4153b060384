//! The command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;

use crate::{Trouble, postgres};

/// Kills a node of a chat server once a second while clients of all five dialects talk, and compares what was acknowledged with
/// what they heard.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// For how many seconds nodes are killed.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=150))]
    seconds: u64,
    /// For how many minutes instead.
    #[arg(long, conflicts_with = "seconds", value_parser = clap::value_parser!(u64).range(1..=600))]
    minutes: Option<u64>,
    /// What the nodes use. Without it, Postgres if its programs are found, else SQLite.
    #[arg(long, value_enum)]
    on: Option<Ground>,
    /// An empty database of yours for three nodes, as postgres://…. Without it a Postgres is started for them.
    #[arg(long, conflicts_with = "on")]
    pub(crate) database: Option<String>,
    /// Break something on purpose. The run must then fail, or it would prove nothing.
    #[arg(long = "break", value_enum)]
    pub(crate) broken: Option<Broken>,
    /// The number of rooms.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=20))]
    pub(crate) rooms: u64,
    /// The number of clients of each dialect in each room.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=10))]
    pub(crate) each: u64,
    /// The seed of another run, to repeat its random choices (but not the kernel's).
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// A file to which every operation is written, one JSON object a line.
    #[arg(long)]
    pub(crate) history: Option<PathBuf>,
    /// The server to start [default: that of the same build].
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
}

/// What the nodes use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Ground {
    /// One node on SQLite.
    Sqlite,
    /// Three nodes on Postgres.
    Postgres,
    /// Three nodes in this process, over a journal in memory and a bus that loses every fifth envelope. None of them is killed.
    Memory,
}

/// What can be broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Broken {
    /// A message that is sent again gets another name, so that the server cannot recognise it.
    Dedup,
    /// A client that comes back goes on from now, instead of from where it was.
    Seam,
    /// The disk forgets what was synced in the last moments before a kill. On SQLite.
    Fsync,
    /// Nodes do not hear each other, and find nothing when they compare. In memory.
    Hint,
}

impl Args {
    /// Returns for how long there is trouble.
    pub(crate) fn trouble(&self) -> Duration {
        Duration::from_secs(self.minutes.map_or(self.seconds, |minutes| 60 * minutes))
    }

    /// Returns what the nodes use.
    pub(crate) fn ground(&self) -> Ground {
        match (self.broken, self.on) {
            (Some(Broken::Fsync), _) => Ground::Sqlite,
            (Some(Broken::Hint), _) => Ground::Memory,
            (_, Some(ground)) => ground,
            _ if self.database.is_some() || postgres::programs().is_some() => Ground::Postgres,
            _ => Ground::Sqlite,
        }
    }

    /// Creates a directory for the database, which is removed with the value.
    pub(crate) fn home(&self) -> Result<Home, Trouble> {
        let path = std::env::temp_dir().join(format!("chat-proof-{}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Home(path))
    }
}

/// A directory that is removed at the end.
pub(crate) struct Home(PathBuf);

impl Home {
    /// Returns its path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // A directory that cannot be removed is left in the temporary directory.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
