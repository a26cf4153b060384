//! Where the server is reached: the addresses and Unix sockets that it opens, or those that it was given open.

use std::io::{Error, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs};

use chat_transport::carry::http::{self, Listener, Pair, Tls};
use listenfd::ListenFd;
use tracing::{info, warn};

use crate::config::{Address, Config};

/// The ways in, of clients, of operators and of other nodes.
pub(crate) struct Doors {
    pub(crate) public: Vec<Listener>,
    pub(crate) operators: Vec<Listener>,
    pub(crate) nodes: Vec<Listener>,
}

/// Opens them. Whatever the service manager holds open for us (systemd's socket activation) stands in their place: those are there
/// while one server ends and the next begins.
pub(crate) fn open(config: &Config) -> Result<Doors, String> {
    let Doors { mut public, mut operators, .. } = given()?;
    let nodes = config.node_listen.as_ref().map(|address| bind(address, "--node-listen")).transpose()?;
    if public.is_empty() {
        for address in &config.listen {
            public.extend(bind(address, "--listen")?);
        }
    }
    if operators.is_empty() {
        let default = Address::Host(ADMIN.to_owned());
        operators = match bind(config.admin_listen.as_ref().unwrap_or(&default), "--admin-listen") {
            Ok(listeners) => listeners,
            // Another server may have it. Nobody asked for it, so that is no reason to refuse to serve.
            Err(problem) if config.admin_listen.is_none() => {
                warn!(problem, "there are no figures for operators");
                Vec::new()
            }
            Err(problem) => return Err(problem),
        };
    }
    Ok(Doors { public, operators, nodes: nodes.unwrap_or_default() })
}

/// The certificates, where there are any.
pub(crate) fn tls(config: &Config) -> Result<Option<Tls>, String> {
    let (certificates, keys) = (&config.tls_certificate, &config.tls_key);
    if certificates.is_empty() {
        return Ok(None);
    }
    let pair = |(certificate, key): (&std::path::PathBuf, &std::path::PathBuf)| Pair {
        certificate: certificate.clone(),
        key: key.clone(),
    };
    Tls::open(certificates.iter().zip(keys).map(pair).collect()).map(Some).map_err(|error| error.to_string())
}

/// The addresses among them, and the files.
pub(crate) fn told(listeners: &[Listener]) -> (Vec<SocketAddr>, Vec<String>) {
    let addresses = listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
    let files = listeners.iter().filter_map(Listener::path).map(|path| format!("unix:{}", path.display())).collect();
    (addresses, files)
}

/// What the service manager has opened. One that it calls `admin` is for operators.
fn given() -> Result<Doors, String> {
    let mut sockets = ListenFd::from_env();
    let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
    let mut names = names.split(':');
    let mut doors = Doors { public: Vec::new(), operators: Vec::new(), nodes: Vec::new() };
    let failed = |error: Error| format!("cannot use a socket that was given: {error}");
    for number in 0..sockets.len() {
        let tcp = sockets.take_tcp_listener(number).map(|found| found.map(Listener::try_from));
        let found = match tcp {
            Ok(found) => found,
            // It is of the other sort, or of one that is not known here.
            Err(_) => sockets.take_unix_listener(number).map_err(failed)?.map(Listener::try_from),
        };
        let Some(listener) = found.transpose().map_err(failed)? else { continue };
        let is_admin = names.next() == Some("admin");
        info!(is_admin, "taking over a socket that was given open");
        if is_admin { doors.operators.push(listener) } else { doors.public.push(listener) }
    }
    Ok(doors)
}

/// Listens at every address that a name has: a browser may try any of them.
fn bind(address: &Address, setting: &str) -> Result<Vec<Listener>, String> {
    let failed = |error: Error| format!("cannot listen on {address}: {error}; choose another with {setting}");
    let host = match address {
        Address::Unix { path, mode } => return Ok(vec![http::listen_unix(path, *mode).map_err(failed)?]),
        Address::Host(host) => host,
    };
    let mut listeners = Vec::new();
    for at in host.to_socket_addrs().map_err(failed)? {
        match http::listen(at) {
            Ok(listener) => listeners.push(listener),
            // A machine without IPv6 knows the address of the name all the same.
            Err(error) if error.kind() == ErrorKind::AddrNotAvailable && at.is_ipv6() => {}
            Err(error) => return Err(failed(error)),
        }
    }
    if listeners.is_empty() { Err(failed(ErrorKind::AddrNotAvailable.into())) } else { Ok(listeners) }
}

/// Where operators find the figures, unless told otherwise.
const ADMIN: &str = "127.0.0.1:9464";
