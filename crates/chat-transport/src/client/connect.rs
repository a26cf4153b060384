//! Opening connections for the HTTP client.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::reach::Resolve;
use super::unreached::Unreached;

/// Opens connections to addresses that may be reached, with TLS where the address says `https`.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    resolve: Arc<dyn Resolve>,
    patience: Duration,
    trust: Trust,
}

#[derive(Clone, Debug)]
enum Trust {
    System,
    Given(Arc<ClientConfig>),
}

/// A connection, plain or over TLS.
pub(super) trait Carrier: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Carrier for T {}

impl Connector {
    /// Creates a connector that trusts the authorities of a file, or the system's.
    pub(super) fn new(
        resolve: Arc<dyn Resolve>,
        patience: Duration,
        roots: Option<&Path>,
    ) -> Result<Connector, Unreached> {
        let trust = match roots {
            None => Trust::System,
            Some(path) => Trust::Given(Arc::new(config(from_file(path)?)?)),
        };
        Ok(Connector { resolve, patience, trust })
    }

    async fn connect(self, to: Uri) -> Result<Box<dyn Carrier>, Unreached> {
        let host = to.host().ok_or_else(|| Unreached::Address(to.clone()))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_tls = to.scheme_str() == Some("https");
        let port = to.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let plain = self.reach(host.clone(), port).await?;
        if !is_tls {
            return Ok(Box::new(plain));
        }
        let name = ServerName::try_from(host).map_err(|_| Unreached::Address(to))?;
        let tls = TlsConnector::from(self.trust.config().await?).connect(name, plain).await;
        Ok(Box::new(tls.map_err(lost)?))
    }

    /// Connects to the first of the host's addresses that answers.
    async fn reach(&self, host: String, port: u16) -> Result<TcpStream, Unreached> {
        let found = self.resolve.resolve(host, port).await.map_err(|error| match error.kind() {
            ErrorKind::PermissionDenied => Unreached::Forbidden,
            _ => lost(error),
        })?;
        let mut last = Unreached::Lost("the host has no address".into());
        for address in found {
            match TcpStream::connect(address).await {
                Ok(stream) => return stream.set_nodelay(true).map(|()| stream).map_err(lost),
                Err(error) => last = Unreached::Lost(format!("{address}: {error}")),
            }
        }
        Err(last)
    }
}

impl Trust {
    /// Returns the TLS settings. The system's authorities are some hundred kilobytes: they are read once, when TLS is first used.
    async fn config(&self) -> Result<Arc<ClientConfig>, Unreached> {
        static SYSTEM: OnceLock<Result<Arc<ClientConfig>, Unreached>> = OnceLock::new();
        match self {
            Trust::Given(config) => Ok(config.clone()),
            Trust::System => match SYSTEM.get() {
                Some(config) => config.clone(),
                None => {
                    let read = || SYSTEM.get_or_init(|| config(system()).map(Arc::new)).clone();
                    tokio::task::spawn_blocking(read).await.unwrap_or(Err(Unreached::Slow))
                }
            },
        }
    }
}

fn config(roots: RootCertStore) -> Result<ClientConfig, Unreached> {
    if roots.is_empty() {
        return Err(Unreached::Roots("there is no certificate".into()));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().map_err(|error| Unreached::Roots(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn from_file(path: &Path) -> Result<RootCertStore, Unreached> {
    let unread =
        |error: &dyn std::fmt::Display| Unreached::Roots(format!("{} cannot be read: {error}", path.display()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(PathBuf::from(path)).map_err(|error| unread(&error))? {
        roots.add(certificate.map_err(|error| unread(&error))?).map_err(|error| unread(&error))?;
    }
    Ok(roots)
}

fn lost(error: io::Error) -> Unreached {
    Unreached::Lost(error.to_string())
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Box<dyn Carrier>>;
    type Error = Unreached;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<Box<dyn Carrier>>, Unreached>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unreached>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (connector, patience) = (self.clone(), self.patience);
        Box::pin(async move {
            let connected = timeout(patience, connector.connect(to)).await;
            connected.unwrap_or(Err(Unreached::Slow)).map(TokioIo::new)
        })
    }
}

impl Connection for Box<dyn Carrier> {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}
