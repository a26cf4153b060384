//! A private Postgres in a directory, reached through a socket there and removed at the end.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Trouble;

/// A running Postgres.
pub(crate) struct Postgres {
    programs: PathBuf,
    home: PathBuf,
    /// The user under whom it runs, if that is another than the one who runs this.
    user: Option<(u32, u32)>,
}

impl Postgres {
    /// Creates and starts one in this directory.
    pub(crate) fn start(home: &Path) -> Result<Postgres, Trouble> {
        let programs = programs().ok_or("there is no Postgres here: install it, or name a database with --database")?;
        let user = unprivileged()?;
        let mine = home.join("postgres");
        fs::create_dir(&mine)?;
        if let Some((user, group)) = user {
            chown(&mine, Some(user), Some(group))?;
        }
        let postgres = Postgres { programs, home: mine, user };
        postgres.run("initdb", &["-D", "data", "-U", "chat", "-A", "trust", "-E", "UTF8", "--locale=C"])?;
        let options = format!("-c listen_addresses= -c max_connections=200 -k {}", postgres.home.display());
        postgres.run("pg_ctl", &["-D", "data", "-o", &options, "-l", "log", "-w", "start"])?;
        postgres.run("createdb", &["-h", &postgres.home.display().to_string(), "-U", "chat", "chat"])?;
        Ok(postgres)
    }

    /// Returns the address of its database.
    pub(crate) fn database(&self) -> String {
        format!("postgres://chat@{}/chat", self.home.display().to_string().replace('/', "%2F"))
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), Trouble> {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).current_dir(&self.home).stdin(Stdio::null());
        // A file instead of a pipe: the server would inherit the pipe and hold it open.
        let said = self.home.join(format!("{program}.log"));
        let file = fs::File::create(&said)?;
        command.stdout(file.try_clone()?).stderr(file);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        if command.status()?.success() {
            return Ok(());
        }
        Err(format!("{program} failed: {}", fs::read_to_string(said)?).into())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(trouble) = self.run("pg_ctl", &["-D", "data", "-m", "immediate", "-w", "stop"]) {
            eprintln!("proof: {trouble}");
        }
    }
}

/// Returns the directory of its programs: on the path, or where Debian keeps them.
pub(crate) fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut places: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    places.sort();
    let mut all = places.into_iter().rev().chain(std::env::split_paths(&path));
    all.find(|place| ["initdb", "pg_ctl", "createdb"].iter().all(|name| place.join(name).exists()))
}

/// Returns an unprivileged user if this runs as root, since Postgres refuses to run as root.
fn unprivileged() -> Result<Option<(u32, u32)>, Trouble> {
    if fs::metadata("/proc/self").map_or(1, |me| me.uid()) != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2).map_while(|field| field.parse().ok());
        Some((fields.next()?, fields.next()?))
    };
    Ok(Some(
        ids("postgres").or_else(|| ids("nobody")).ok_or("Postgres does not run as root, and there is nobody else")?,
    ))
}
