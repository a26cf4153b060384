//! Starting programs, and asking the kernel about them.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Trouble;
use crate::args::{Args, Peer};
use crate::bare::Way;

/// A server process, which is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// The operators' address; other servers have none.
    operators: Option<SocketAddr>,
}

/// What is needed to measure a server.
#[derive(Clone, Copy)]
pub(crate) struct Watched {
    /// The process id.
    pub(crate) pid: u32,
    pub(crate) operators: Option<SocketAddr>,
}

impl Server {
    /// Starts the chat server with a database in this directory. With `port` 0 it takes any port.
    pub(crate) fn ours(args: &Args, home: &Path, port: u16) -> Result<Server, Trouble> {
        let program = match &args.server {
            Some(program) => program.clone(),
            None => PathBuf::from(env!("CARGO_BIN_EXE_chat-server")),
        };
        let mut command = on_core(0, &program);
        command.args(["--listen", &format!("127.0.0.1:{port}"), "--jwt-secret", SECRET, "--api-key", KEY]);
        command.args(["--rate-messages", "10000000", "--max-sockets-per-user", "100000"]);
        command.args(["--rate-changes", "10000000", "--rate-replays", "1000000000"]);
        command.args(["--max-connections-per-address", "100000", "--rate-address", "10000000"]);
        command.args(["--admin-listen", "127.0.0.1:0", "--allow-private-webhooks"]);
        match &args.database {
            // The server before it was killed, and could not give the database up.
            Some(url) => command.args(["--database", url, "--take-over"]),
            None => command.args(["--database", &format!("sqlite:{}", home.join("chat.db").display())]),
        };
        command.env("CHAT_LOG", "warn");
        Server::start(command, true)
    }

    /// Starts the bare broadcaster with frames of this many bytes.
    pub(crate) fn bare(way: Way, frame: u64) -> Result<Server, Trouble> {
        let mut command = on_core(0, &std::env::current_exe()?);
        command.args(["--bare", way.name(), "--frame", &frame.to_string()]);
        Server::start(command, false)
    }

    /// Starts another server with frames of this many bytes.
    pub(crate) fn peer(peer: &Peer, frame: u64) -> Result<Server, Trouble> {
        let mut command = on_core(0, Path::new("sh"));
        command.args(["-c", &format!("exec {}", peer.command)]).env("FRAME", frame.to_string());
        Server::start(command, false).map_err(|error| format!("{}: {error}", peer.name).into())
    }

    fn start(mut command: Command, has_operators: bool) -> Result<Server, Trouble> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut server = Server { child, address: ([127, 0, 0, 1], 0).into(), operators: None };
        for line in BufReader::new(output).lines() {
            let Some((who, address)) =
                line?.split_once("listening on http://").map(|(who, at)| (who.len(), at.parse()))
            else {
                continue;
            };
            match who {
                0 => server.address = address?,
                _ => server.operators = Some(address?),
            }
            if !has_operators || server.operators.is_some() {
                return Ok(server);
            }
        }
        Err("the server ended before it listened".into())
    }

    /// Returns the process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns what is needed to measure it.
    pub(crate) fn watched(&self) -> Watched {
        Watched { pid: self.pid(), operators: self.operators }
    }

    /// Kills it, as a crash would.
    pub(crate) fn kill(mut self) -> Result<(), Trouble> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps this process on one core.
pub(crate) fn keep_to(core: usize) {
    let pid = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-acp", &core.to_string(), &pid]).stdout(Stdio::null()).status();
    if !pinned.is_ok_and(|status| status.success()) {
        eprintln!("load: cannot keep to one core; install taskset for figures that can be compared");
    }
}

/// Returns the CPU time that a process has used.
pub(crate) fn cpu(pid: u32) -> Result<Duration, Trouble> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = stat.rsplit_once(')').ok_or("an odd /proc/PID/stat")?.1;
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    let ticks = ticks.sum::<Result<u64, _>>()?;
    // USER_HZ is 100 on all Linux systems that this runs on.
    Ok(Duration::from_millis(ticks * 10))
}

/// Returns the resident memory of a process, in KiB.
pub(crate) fn resident(pid: u32) -> Result<u64, Trouble> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

fn on_core(core: usize, program: &Path) -> Command {
    let pinned = Command::new("taskset").arg("-V").stdout(Stdio::null()).status();
    if pinned.is_ok_and(|status| status.success()) {
        let mut command = Command::new("taskset");
        command.args(["-c", &core.to_string()]).arg(program);
        return command;
    }
    Command::new(program)
}

/// The secret of access tokens. Tokens are issued here, since hashing a thousand passwords would take too long.
pub(crate) const SECRET: &str = "the secret of a load test that is long enough";
/// The key of the back ends' API.
pub(crate) const KEY: &str = "the-key-of-a-load-test";
