//! A Postgres of one's own: made in a temporary directory, on a free port, gone at the end.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Folder;

/// A private cluster.
pub struct Cluster {
    programs: PathBuf,
    folder: Folder,
    user: Option<(u32, u32)>,
    /// Where it listens, on the loopback.
    pub port: u16,
}

impl Cluster {
    /// Starts one. Without Postgres on this machine the test is skipped.
    pub fn start() -> Option<Cluster> {
        let Some(programs) = programs() else {
            super::skip("Postgres", "postgresql");
            return None;
        };
        let folder = Folder::new("postgres");
        let user = unprivileged(&folder.0);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Cluster { programs, folder, user, port };
        cluster.make();
        cluster.up();
        Some(cluster)
    }

    /// The address of a new database.
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

    /// The address of a database behind some port.
    pub fn address(&self, name: &str, port: u16) -> String {
        format!("postgres://chat:secret@127.0.0.1:{port}/{name}")
    }

    /// The answer of one SQL statement.
    pub fn ask(&self, database: &str, sql: &str) -> String {
        let port = self.port.to_string();
        self.run("psql", &["-h", "127.0.0.1", "-p", &port, "-U", "chat", "-d", database, "-tAc", sql])
    }

    /// What it wrote into its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.0.join("log")).unwrap()
    }

    /// Starts it.
    pub fn up(&self) {
        let log = self.folder.0.join("log");
        self.run("pg_ctl", &["-D", &self.data(), "-w", "-s", "-l", &log.display().to_string(), "start"]);
    }

    /// Stops it as a power cut would.
    pub fn down(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "-s", "stop"]);
    }

    /// Puts a copy of everything aside, as a backup does.
    pub fn back_up(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "fast", "-w", "-s", "stop"]);
        self.run("cp", &["-a", &self.data(), &self.backup()]);
        self.up();
    }

    /// Puts the backup in the place of everything, without a start.
    pub fn put_back(&self) {
        self.down();
        fs::remove_dir_all(self.data()).unwrap();
        self.run("cp", &["-a", &self.backup(), &self.data()]);
    }

    /// Stops it, and starts it as one that follows another server.
    pub fn becomes_standby(&self) {
        self.down();
        let signal = PathBuf::from(self.data()).join("standby.signal");
        fs::write(&signal, "").unwrap();
        self.user.into_iter().for_each(|(user, group)| chown(&signal, Some(user), Some(group)).unwrap());
        self.up();
    }

    /// Makes a standby the server, as a failover does.
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
        // The client may be kept elsewhere than the server.
        let beside = self.programs.join(program);
        let mut command = Command::new(if beside.exists() { beside } else { program.into() });
        command.args(arguments).env("PGPASSWORD", "secret").current_dir(&self.folder.0).stdin(Stdio::null());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        // The server keeps its parent's output open: a file rather than a pipe that would never end.
        let out = self.folder.0.join(format!("{program}.out"));
        let file = fs::File::create(&out).unwrap();
        let status = command.stdout(file.try_clone().unwrap()).stderr(file).status().unwrap();
        let said = fs::read_to_string(&out).unwrap();
        assert!(status.success(), "{program} {arguments:?}: {said}");
        said
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return self.down();
        }
        // A second panic would hide the first.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.down()));
    }
}

/// Where Postgres' programs are: on the path, or where Debian keeps them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    on_path.or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
        versions.filter_map(|version| Some(version.ok()?.path().join("bin"))).find(|bin| bin.join("initdb").exists())
    })
}

/// Postgres does not run as root: then somebody else owns the folder.
fn unprivileged(folder: &Path) -> Option<(u32, u32)> {
    let (user, group) = unprivileged_ids()?;
    chown(folder, Some(user), Some(group)).unwrap();
    Some((user, group))
}

/// Somebody who may less than root, if root is who we are.
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
