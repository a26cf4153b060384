//! Opening the addresses and Unix sockets on which the server listens, or taking over those that are open already.

use std::io::{Error, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs};

use chat_transport::carry::http::{self, Listener, Pair, Tls};
use listenfd::ListenFd;
use tracing::{info, warn};

use crate::config::{Address, Config};

/// Where clients, operators and other nodes connect.
pub(crate) struct Doors {
    pub(crate) public: Vec<Listener>,
    pub(crate) operators: Vec<Listener>,
    pub(crate) nodes: Vec<Listener>,
}

/// Opens the listeners. Sockets that the service manager holds open (systemd's socket activation) are used in their place: these
/// stay open while one server ends and the next begins.
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
            // The default port may be taken by another server. Nobody asked for it, so the server starts without it.
            Err(problem) if config.admin_listen.is_none() => {
                warn!(problem, "operators have no page and no metrics: give a free --admin-listen");
                Vec::new()
            }
            Err(problem) => return Err(problem),
        };
    }
    Ok(Doors { public, operators, nodes: nodes.unwrap_or_default() })
}

/// Opens the certificates, if there are any.
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

/// Returns the addresses of the listeners, and the files of their Unix sockets.
pub(crate) fn told(listeners: &[Listener]) -> (Vec<SocketAddr>, Vec<String>) {
    let addresses = listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
    let files = listeners.iter().filter_map(Listener::path).map(|path| format!("unix:{}", path.display())).collect();
    (addresses, files)
}

/// Returns the sockets that the service manager has opened. One that it calls `admin` is for operators.
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
            // Not a TCP socket, so it should be a Unix socket.
            Err(_) => sockets.take_unix_listener(number).map_err(failed)?.map(Listener::try_from),
        };
        let Some(listener) = found.transpose().map_err(failed)? else { continue };
        let is_admin = names.next() == Some("admin");
        info!(is_admin, "taking over a socket that was given open");
        if is_admin { doors.operators.push(listener) } else { doors.public.push(listener) }
    }
    Ok(doors)
}

/// Listens at every address of a host name: a browser may try any of them.
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
            // Without IPv6 the name may still have an IPv6 address.
            Err(error) if error.kind() == ErrorKind::AddrNotAvailable && at.is_ipv6() => {}
            Err(error) => return Err(failed(error)),
        }
    }
    if listeners.is_empty() { Err(failed(ErrorKind::AddrNotAvailable.into())) } else { Ok(listeners) }
}

/// The default address for operators.
const ADMIN: &str = "127.0.0.1:9464";
