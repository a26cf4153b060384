//! What the command line says.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;

use crate::Trouble;

/// Kills a chat server once a second while clients of all five dialects talk, and compares what was acknowledged with what they heard.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// For how long the server is killed, in seconds.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=150))]
    seconds: u64,
    /// The same in minutes.
    #[arg(long, conflicts_with = "seconds", value_parser = clap::value_parser!(u64).range(1..=600))]
    minutes: Option<u64>,
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

/// What can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Broken {
    /// What is sent again goes under another name, so that nobody can know it for the same.
    Dedup,
    /// Who comes back goes on from now instead of from where it was.
    Seam,
    /// The disk forgets what was written in the last moments before a kill, though it was synced.
    Fsync,
}

impl Args {
    /// For how long there is trouble.
    pub(crate) fn trouble(&self) -> Duration {
        Duration::from_secs(self.minutes.map_or(self.seconds, |minutes| 60 * minutes))
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
