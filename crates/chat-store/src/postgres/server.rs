//! The server and how to reach it, as libpq's addresses say it.

use std::error::Error;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::passwords;
use super::tls::{self, Proof};

/// A server, with the user and the database.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) config: Config,
    /// `None` if the connection is not encrypted.
    pub(super) tls: Option<MakeRustlsConnect>,
    /// Whether to try without encryption first (`sslmode=allow`).
    pub(super) is_plain_first: bool,
}

/// What an address may leave to the process's environment.
#[derive(Default)]
pub(super) struct Surroundings {
    password: Option<String>,
    password_file: Option<PathBuf>,
}

impl Surroundings {
    /// Returns those of this process: `PGPASSWORD`, and `PGPASSFILE` or else `~/.pgpass`.
    pub(super) fn of_process() -> Surroundings {
        let file = std::env::var_os("PGPASSFILE").map(PathBuf::from);
        let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".pgpass"));
        Surroundings { password: std::env::var("PGPASSWORD").ok(), password_file: file.or_else(home) }
    }
}

impl Server {
    /// Reads an address, or returns what is wrong with it.
    pub(super) fn parse(url: &str, around: &Surroundings) -> Result<Server, String> {
        let (url, [mode, roots]) = without_parameters(url, ["sslmode", "sslrootcert"])?;
        let mut config = Config::from_str(&url).map_err(|error| with_causes(&error))?;
        config.connect_timeout(PATIENCE).tcp_user_timeout(SILENCE);
        if config.get_password().is_none()
            && let Some(password) = password(&config, around)
        {
            config.password(password);
        }
        // A socket in the file system never leaves the machine, so it is not encrypted, whatever the address asks for.
        let is_local = config.get_hosts().iter().all(|host| !matches!(host, Host::Tcp(_)));
        let mode = mode.as_deref().unwrap_or("prefer");
        let proof = match (mode, &roots) {
            ("disable" | "allow" | "prefer", _) | ("require", None) => Proof::Nothing,
            ("require", Some(_)) | ("verify-ca", _) => Proof::Authority,
            ("verify-full", _) => Proof::Name,
            _ => return Err(format!("`{mode}` is no sslmode: it is {MODES}")),
        };
        config.ssl_mode(match mode {
            _ if is_local => SslMode::Disable,
            "disable" => SslMode::Disable,
            "prefer" => SslMode::Prefer,
            _ => SslMode::Require,
        });
        let is_plain = config.get_ssl_mode() == SslMode::Disable;
        let tls = if is_plain { None } else { Some(MakeRustlsConnect::new(tls::config(proof, roots.as_deref())?)) };
        Ok(Server { config, tls, is_plain_first: mode == "allow" && !is_plain })
    }

    /// Makes a connection, or returns why it could not.
    pub(super) async fn connect(&self) -> Result<AsyncPgConnection, String> {
        match &self.tls {
            Some(tls) if self.is_plain_first => match self.plain().await {
                Ok(connection) => Ok(connection),
                Err(_) => self.encrypted(tls).await,
            },
            Some(tls) => self.encrypted(tls).await,
            None => self.plain().await,
        }
    }

    /// Returns the server for people to read, without the password.
    pub(super) fn shown(&self) -> String {
        let ports = self.config.get_ports();
        let hosts = self.config.get_hosts().iter().enumerate().map(|(at, host)| {
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) if name.contains(':') => format!("[{name}]:{port}"),
                Host::Tcp(name) => format!("{name}:{port}"),
                Host::Unix(path) => format!("{}/.s.PGSQL.{port}", path.display()),
            }
        });
        let hosts: Vec<_> = hosts.collect();
        format!("{}/{}", hosts.join(","), self.config.get_dbname().unwrap_or_default())
    }

    async fn plain(&self) -> Result<AsyncPgConnection, String> {
        let mut config = self.config.clone();
        config.ssl_mode(SslMode::Disable);
        let (client, connection) = config.connect(NoTls).await.map_err(|error| with_causes(&error))?;
        let connection = AsyncPgConnection::try_from_client_and_connection(client, connection).await;
        connection.map_err(|error| with_causes(&error))
    }

    async fn encrypted(&self, tls: &MakeRustlsConnect) -> Result<AsyncPgConnection, String> {
        let (client, connection) = self.config.connect(tls.clone()).await.map_err(|error| with_causes(&error))?;
        let connection = AsyncPgConnection::try_from_client_and_connection(client, connection).await;
        connection.map_err(|error| with_causes(&error))
    }
}

/// Returns the address without these parameters, and their values.
fn without_parameters<const N: usize>(url: &str, names: [&str; N]) -> Result<(String, [Option<String>; N]), String> {
    let mut values = [const { None }; N];
    let Some((before, parameters)) = url.split_once('?') else { return Ok((url.into(), values)) };
    let mut rest = Vec::new();
    for parameter in parameters.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match names.iter().position(|known| *known == name) {
            Some(at) => values[at] = Some(decoded(value).ok_or_else(|| format!("`{value}` is wrongly encoded"))?),
            None => rest.push(parameter),
        }
    }
    let url = if rest.is_empty() { before.into() } else { format!("{before}?{}", rest.join("&")) };
    Ok((url, values))
}

/// Undoes percent-encoding, such as `%2F`; `None` if it is wrong.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn password(config: &Config, around: &Surroundings) -> Option<String> {
    around.password.clone().or_else(|| {
        let host = match config.get_hosts().first()? {
            Host::Tcp(name) => name.clone(),
            Host::Unix(_) => "localhost".into(),
        };
        let port = config.get_ports().first().copied().unwrap_or(5432).to_string();
        let user = config.get_user()?;
        let database = config.get_dbname().unwrap_or(user);
        passwords::find(around.password_file.as_deref()?, [&host, &port, database, user])
    })
}

/// Returns an error with its causes: "connection refused" is what helps.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let more = next.to_string();
        if !said.contains(&more) {
            said = format!("{said}: {more}");
        }
        cause = next.source();
    }
    said
}

const MODES: &str = "disable, allow, prefer, require, verify-ca or verify-full";

/// How long making a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// After how long a connection ends whose other side acknowledges nothing.
const SILENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
