//! A server process: started, killed, frozen, and started again at the same address with the same database.

use std::cell::RefCell;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tokio::task::spawn_blocking;

use crate::Trouble;
use crate::args::Args;

/// The database's files at some moment.
pub(crate) struct Remembered([Option<Vec<u8>>; 3]);

/// The database's files. The last one is rebuilt from the others.
const FILES: [&str; 3] = ["chat.db", "chat.db-wal", "chat.db-shm"];

/// The file, in the directory, with the secret of access tokens for all nodes of a chat.
pub(crate) const SECRET: &str = "tokens";

/// A server process.
pub(crate) struct Node {
    recipe: Recipe,
    child: RefCell<Child>,
    pub(crate) address: SocketAddr,
}

/// How the server is started.
#[derive(Clone)]
struct Recipe {
    program: PathBuf,
    home: PathBuf,
    database: String,
}

impl Node {
    /// Starts a server on a free port: on this Postgres, or on SQLite in this directory. The directory also has what all nodes of
    /// a chat share.
    pub(crate) async fn start(program: &Path, home: &Path, postgres: Option<&str>) -> Result<Node, Trouble> {
        let database = postgres.map_or_else(|| format!("sqlite:{}", home.join("chat.db").display()), Into::into);
        let recipe = Recipe { program: program.into(), home: home.into(), database };
        let (child, address) = recipe.launch(0).await?;
        Ok(Node { recipe, child: RefCell::new(child), address })
    }

    /// Kills it as a crash would, and starts it again.
    pub(crate) async fn kill_and_start(&self) -> Result<(), Trouble> {
        self.kill()?;
        let (child, _) = self.recipe.launch(self.address.port()).await?;
        // It was waited for already; this only collects the process.
        self.child.replace(child).wait()?;
        Ok(())
    }

    /// Returns the database's files as they are at this moment.
    pub(crate) fn remember(&self) -> Result<Remembered, Trouble> {
        self.freeze(true)?;
        let read = FILES.map(|name| std::fs::read(self.recipe.home.join(name)).ok());
        self.freeze(false)?;
        Ok(Remembered(read))
    }

    /// Kills it, and puts back the files of that moment: a disk that lies about what it has written.
    pub(crate) async fn kill_and_forget(&self, before: &Remembered) -> Result<(), Trouble> {
        self.kill()?;
        for (name, bytes) in FILES.iter().zip(&before.0) {
            let path = self.recipe.home.join(name);
            match bytes {
                Some(bytes) => std::fs::write(path, bytes)?,
                // A file that did not exist then must not exist now. It may not exist at all.
                None => drop(std::fs::remove_file(path)),
            }
        }
        self.kill_and_start().await
    }

    /// Stops the process, or lets it run again.
    pub(crate) fn freeze(&self, frozen: bool) -> Result<(), Trouble> {
        let sign = if frozen { "-STOP" } else { "-CONT" };
        let done = Command::new("kill").args([sign, &self.child.borrow().id().to_string()]).status()?;
        done.success().then_some(()).ok_or_else(|| format!("kill {sign} failed").into())
    }

    fn kill(&self) -> Result<(), Trouble> {
        let mut child = self.child.borrow_mut();
        child.kill()?;
        child.wait()?;
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let child = self.child.get_mut();
        // An error means that it has ended already.
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Recipe {
    /// Starts it and waits until it listens. Clients of other nodes go on meanwhile.
    async fn launch(&self, port: u16) -> Result<(Child, SocketAddr), Trouble> {
        let recipe = self.clone();
        let launched = spawn_blocking(move || recipe.launch_now(port).map_err(|trouble| trouble.to_string())).await?;
        Ok(launched?)
    }

    fn launch_now(&self, port: u16) -> Result<(Child, SocketAddr), Trouble> {
        let mut command = Command::new(&self.program);
        command.args(["--listen", &format!("127.0.0.1:{port}"), "--admin-listen", "127.0.0.1:0"]);
        command.args(["--database", &self.database]);
        if self.database.starts_with("postgres") {
            command.args(["--jwt-secret-file", SECRET]);
        }
        // Clients that are cut off every second do more than people do.
        for limit in ["--rate-messages", "--rate-changes", "--rate-logins", "--rate-address"] {
            command.args([limit, "1000000"]);
        }
        command.args(["--rate-replays", "1000000000", "--max-waiting-logins", "100000"]);
        command.env("CHAT_LOG", "warn").env("NO_COLOR", "1").current_dir(&self.home);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut lines = BufReader::new(output).lines();
        while let Some(line) = lines.next().transpose()? {
            if let Some((_, address)) = line.split_once("listening on http://")
                && !line.contains("admin")
            {
                // Its later output must be read, or it would block when the pipe is full.
                std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
                return Ok((child, address.trim_end_matches('/').parse()?));
            }
        }
        // Its standard error has the reason.
        Err("the server ended before it listened".into())
    }
}

/// Returns the server that was named, or that of the same build, which is built if it is missing.
pub(crate) fn program(args: &Args) -> Result<PathBuf, Trouble> {
    if let Some(program) = &args.server {
        return Ok(program.canonicalize()?);
    }
    let here = std::env::current_exe()?;
    let program = here.parent().and_then(Path::parent).ok_or("this program lies in no directory")?.join("chat-server");
    if let Some(cargo) = std::env::var_os("CARGO") {
        let mut build = Command::new(cargo);
        build.args(["build", "-q", "-p", "chat-server"]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        // cargo's variables for this program must not reach that build: dependencies that read them would be built anew.
        for (name, _) in std::env::vars_os() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|of_this| name.to_string_lossy().starts_with(of_this)) {
                build.env_remove(name);
            }
        }
        if !build.status()?.success() {
            return Err("the server cannot be built".into());
        }
    }
    program.exists().then_some(program).ok_or_else(|| "run this with cargo, or name a server with --server".into())
}
