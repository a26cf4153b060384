//! A Postgres server of the test's own: made in a temporary directory, on a free port, removed at the end.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Folder;

/// A private cluster.
pub struct Cluster {
    programs: PathBuf,
    folder: Folder,
    user: Option<(u32, u32)>,
    /// The file system that was mounted for it, if any.
    disk: Option<PathBuf>,
    /// The port on the loopback.
    pub port: u16,
}

impl Cluster {
    /// Starts a server. Without Postgres on this machine, the test is skipped.
    pub fn start() -> Option<Cluster> {
        let Some(programs) = programs() else {
            super::skip("Postgres", "postgresql");
            return None;
        };
        let folder = Folder::new("postgres");
        Some(Cluster::start_in(programs, folder, None))
    }

    /// Starts a server on a file system of its own with this size, if one may be mounted. Where that is not allowed,
    /// installing something would not help; so this is only said, and the tests with files that may not grow stand for
    /// it.
    pub fn start_on_a_disk(size: &str) -> Option<Cluster> {
        let Some(programs) = programs() else {
            super::skip("Postgres", "postgresql");
            return None;
        };
        let folder = Folder::new("postgres");
        let disk = folder.0.join("data");
        fs::create_dir(&disk).unwrap();
        let options = format!("size={size},mode=700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&disk).output();
        if !mounted.is_ok_and(|mounted| mounted.status.success()) {
            let said =
                b"NOTE: no file system may be mounted here, so Postgres is tried with files that may not grow alone\n";
            std::io::stderr().write_all(said).unwrap();
            return None;
        }
        Some(Cluster::start_in(programs, folder, Some(disk)))
    }

    fn start_in(programs: PathBuf, folder: Folder, disk: Option<PathBuf>) -> Cluster {
        let user = unprivileged(&folder.0);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if let (Some((user, group)), Some(disk)) = (user, &disk) {
            chown(disk, Some(user), Some(group)).unwrap();
        }
        let cluster = Cluster { programs, folder, user, disk, port };
        cluster.make();
        cluster.up();
        cluster
    }

    /// Returns the address of a new database.
    pub fn database(&self, name: &str) -> String {
        self.run(
            "psql",
            &[
                "-h",
                "127.0.0.1",
                "-p",
                &self.port.to_string(),
                "-U",
                "chat",
                "-d",
                "postgres",
                "-c",
                &format!("CREATE DATABASE {name}"),
            ],
        );
        self.address(name, self.port)
    }

    /// Returns the address of a database behind another port.
    pub fn address(&self, name: &str, port: u16) -> String {
        format!("postgres://chat:secret@127.0.0.1:{port}/{name}")
    }

    /// Returns the answer to a SQL statement.
    pub fn ask(&self, database: &str, sql: &str) -> String {
        self.try_ask(database, sql).unwrap_or_else(|said| panic!("{sql}: {said}"))
    }

    /// Returns the answer to a SQL statement, or the error.
    pub fn try_ask(&self, database: &str, sql: &str) -> Result<String, String> {
        let port = self.port.to_string();
        self.try_run("psql", &["-h", "127.0.0.1", "-p", &port, "-U", "chat", "-d", database, "-tAc", sql])
    }

    /// Returns the directory of everything.
    pub fn folder(&self) -> &Path {
        &self.folder.0
    }

    /// Lets the files of all of the server's processes grow to this size, in bytes.
    pub fn limit_files(&self, bytes: &str) {
        let server = fs::read_to_string(self.folder.0.join("data/postmaster.pid")).unwrap();
        let server = server.lines().next().unwrap().to_owned();
        let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children")).unwrap();
        for process in [&*server].into_iter().chain(children.split_whitespace()) {
            let done = self.try_run("prlimit", &["--pid", process, &format!("--fsize={bytes}:")]);
            // A connection may have ended meanwhile.
            assert!(done.is_ok() || process != server, "{done:?}");
        }
    }

    /// Returns the CPU time that all of its processes have used, in seconds, including those that have ended.
    pub fn cpu(&self) -> f64 {
        let server = fs::read_to_string(self.folder.0.join("data/postmaster.pid")).unwrap();
        let server = server.lines().next().unwrap();
        let spent = |process: &str, fields: &[usize]| {
            let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            let after: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
            fields.iter().filter_map(|&at| after.get(at)?.parse::<f64>().ok()).sum::<f64>()
        };
        let children = fs::read_to_string(format!("/proc/{server}/task/{server}/children")).unwrap();
        let living: f64 = children.split_whitespace().map(|child| spent(child, &[11, 12])).sum();
        (living + spent(server, &[11, 12, 13, 14])) / 100.0
    }

    /// Returns what it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.0.join("log")).unwrap()
    }

    /// Starts it.
    pub fn up(&self) {
        let log = self.folder.0.join("log");
        self.run("pg_ctl", &["-D", &self.data(), "-w", "-s", "-l", &log.display().to_string(), "start"]);
    }

    /// Waits until it has recovered by itself, or starts it if it has ended instead.
    pub fn up_again(&self) {
        let until = Instant::now() + Duration::from_secs(60);
        while self.try_ask("postgres", "SELECT 1").is_err() {
            assert!(Instant::now() < until, "{}", self.log());
            if self.try_run("pg_ctl", &["-D", &self.data(), "status"]).is_err() {
                self.up();
            }
        }
    }

    /// Stops it as a power cut would.
    pub fn down(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "-s", "stop"]);
    }

    /// Makes a copy of everything, as a backup does.
    pub fn back_up(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "fast", "-w", "-s", "stop"]);
        self.run("cp", &["-a", &self.data(), &self.backup()]);
        self.up();
    }

    /// Puts the backup in the place of everything, without starting the server.
    pub fn put_back(&self) {
        self.down();
        fs::remove_dir_all(self.data()).unwrap();
        self.run("cp", &["-a", &self.backup(), &self.data()]);
    }

    /// Starts it as a standby.
    pub fn up_as_standby(&self) {
        let signal = PathBuf::from(self.data()).join("standby.signal");
        fs::write(&signal, "").unwrap();
        self.user.into_iter().for_each(|(user, group)| chown(&signal, Some(user), Some(group)).unwrap());
        self.up();
    }

    /// Promotes a standby, as a failover does.
    pub fn promote(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-w", "-s", "promote"]);
    }

    fn make(&self) {
        let secret = self.folder.0.join("secret");
        fs::write(&secret, "secret").unwrap();
        let secret = secret.display().to_string();
        self.run(
            "initdb",
            &[
                "-D",
                &self.data(),
                "-U",
                "chat",
                "-A",
                "scram-sha-256",
                "--pwfile",
                &secret,
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
        );
        let settings = format!(
            "port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 80\n",
            self.port
        );
        let file = PathBuf::from(self.data()).join("postgresql.auto.conf");
        fs::write(file, settings).unwrap();
    }

    fn data(&self) -> String {
        self.folder.0.join("data").display().to_string()
    }

    fn backup(&self) -> String {
        self.folder.0.join("backup").display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        self.try_run(program, arguments).unwrap_or_else(|said| panic!("{program} {arguments:?}: {said}"))
    }

    fn try_run(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        // The client may be installed elsewhere than the server.
        let beside = self.programs.join(program);
        let mut command = Command::new(if beside.exists() { beside } else { program.into() });
        command.args(arguments).env("PGPASSWORD", "secret").current_dir(&self.folder.0).stdin(Stdio::null());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        // The server keeps its parent's output open, so this must be a file, and not a pipe, which would never end.
        let out = self.folder.0.join(format!("{program}.out"));
        let file = fs::File::create(&out).unwrap();
        let status = command.stdout(file.try_clone().unwrap()).stderr(file).status().unwrap();
        let said = fs::read_to_string(&out).unwrap();
        if status.success() { Ok(said) } else { Err(said) }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.down()));
        self.disk.iter().for_each(|disk| drop(Command::new("umount").arg(disk).status()));
        // A second panic would hide the first.
        assert!(ended.is_ok() || std::thread::panicking());
    }
}

/// Returns where Postgres's programs are: on the path, or where Debian has them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    on_path.or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
        versions.filter_map(|version| Some(version.ok()?.path().join("bin"))).find(|bin| bin.join("initdb").exists())
    })
}

/// Gives the directory to another user, because Postgres does not run as root.
fn unprivileged(folder: &Path) -> Option<(u32, u32)> {
    let (user, group) = unprivileged_ids()?;
    chown(folder, Some(user), Some(group)).unwrap();
    Some((user, group))
}

/// Returns a user with fewer rights than root, if the test runs as root.
pub fn unprivileged_ids() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").map(|me| me.uid()).unwrap_or(1) != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2).map_while(|field| field.parse().ok());
        Some((fields.next()?, fields.next()?))
    };
    ids("postgres").or_else(|| ids("nobody"))
}
