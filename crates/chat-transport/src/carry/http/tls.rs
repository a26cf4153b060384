//! TLS towards clients: certificates by server name, read again when they change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use rustls::client::verify_server_name;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tracing::{info, warn};

/// The certificates of a server and its TLS settings. Cheap to clone.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    pairs: Vec<Pair>,
    held: Arc<Held>,
    stamps: Mutex<Vec<Option<FileStamp>>>,
    acceptor: TlsAcceptor,
}

/// Two PEM files: a certificate chain and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The certificates, the server's own first, then those between it and its authority.
    pub certificate: PathBuf,
    /// The private key of the server's own certificate.
    pub key: PathBuf,
}

/// Why TLS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadCertificate {
    /// The file cannot be read, or is not PEM.
    #[error("cannot read {0}: {1}")]
    Unread(PathBuf, String),
    /// The key does not belong to the certificate, or one of them is of an unsupported kind.
    #[error("{0} cannot be used with {1}: {2}")]
    Unfit(PathBuf, PathBuf, rustls::Error),
    /// No certificate was given.
    #[error("TLS needs a certificate")]
    None,
    /// The machine has no random numbers.
    #[error("TLS cannot be spoken: {0}")]
    Unable(rustls::Error),
}

#[derive(Debug)]
struct Held(Mutex<Arc<[Certified]>>);

#[derive(Debug)]
struct Certified {
    key: Arc<CertifiedKey>,
    certificate: CertificateDer<'static>,
}

/// The time and size of both files when they were read.
type FileStamp = [(SystemTime, u64); 2];

impl Tls {
    /// Opens these certificates. Each client gets the first one for the name that it asks for, or the first of all.
    pub fn open(pairs: Vec<Pair>) -> Result<Tls, BadCertificate> {
        let held = Arc::new(Held(Mutex::new(read_all(&pairs)?)));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(BadCertificate::Unable)?;
        let mut config = config.with_no_client_auth().with_cert_resolver(held.clone());
        config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
        // Session tickets are kept by the clients, so that resumption costs no memory here.
        config.ticketer = ring::Ticketer::new().map_err(BadCertificate::Unable)?;
        let stamps = Mutex::new(pairs.iter().map(stamps).collect());
        Ok(Tls(Arc::new(Inner { pairs, held, stamps, acceptor: TlsAcceptor::from(Arc::new(config)) })))
    }

    /// Makes TLS of a configuration, without any files.
    pub(crate) fn by(config: ServerConfig) -> Tls {
        let held = Arc::new(Held(Mutex::new(Arc::default())));
        let (stamps, acceptor) = (Mutex::default(), TlsAcceptor::from(Arc::new(config)));
        Tls(Arc::new(Inner { pairs: Vec::new(), held, stamps, acceptor }))
    }

    /// Reads all files again if one has changed. If any cannot be used, all certificates stay as they are.
    pub fn reread(&self) {
        let now: Vec<Option<FileStamp>> = self.0.pairs.iter().map(stamps).collect();
        {
            let mut stamps = lock(&self.0.stamps);
            if *stamps == now {
                return;
            }
            *stamps = now;
        }
        match read_all(&self.0.pairs) {
            Ok(certified) => {
                *lock(&self.0.held.0) = certified;
                info!("the certificates are read again");
            }
            Err(error) => warn!(%error, "the certificates stay as they were"),
        }
    }

    /// Does the TLS handshake. The bool tells whether the client chose HTTP/2.
    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<(TlsStream<TcpStream>, bool)> {
        let stream = self.0.acceptor.accept(stream).await?;
        let speaks_2 = stream.get_ref().1.alpn_protocol() == Some(HTTP_2);
        Ok((stream, speaks_2))
    }
}

fn read_all(pairs: &[Pair]) -> Result<Arc<[Certified]>, BadCertificate> {
    if pairs.is_empty() {
        return Err(BadCertificate::None);
    }
    pairs.iter().map(read).collect()
}

fn read(Pair { certificate, key }: &Pair) -> Result<Certified, BadCertificate> {
    let unread = |path: &Path, why: &dyn std::fmt::Display| BadCertificate::Unread(path.to_owned(), why.to_string());
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| unread(certificate, &error))?;
    let first = chain.first().cloned().ok_or_else(|| unread(certificate, &"there is no certificate in it"))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| unread(key, &error))?;
    let unfit = |error| BadCertificate::Unfit(certificate.clone(), key.clone(), error);
    let certified = CertifiedKey::from_der(chain, secret, &ring::default_provider()).map_err(unfit)?;
    Ok(Certified { key: Arc::new(certified), certificate: first })
}

impl ResolvesServerCert for Held {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let all = lock(&self.0).clone();
        let asked = hello.server_name().and_then(|name| ServerName::try_from(name).ok());
        let fitting = asked.and_then(|name| all.iter().find(|certified| certified.is_for(&name)));
        fitting.or(all.first()).map(|certified| certified.key.clone())
    }
}

impl Certified {
    fn is_for(&self, name: &ServerName<'_>) -> bool {
        ParsedCertificate::try_from(&self.certificate).is_ok_and(|parsed| verify_server_name(&parsed, name).is_ok())
    }
}

fn stamps(pair: &Pair) -> Option<FileStamp> {
    let one = |path: &Path| {
        let data = fs::metadata(path).ok()?;
        Some((data.modified().ok()?, data.len()))
    };
    Some([one(&pair.certificate)?, one(&pair.key)?])
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("pairs", &self.0.pairs).finish_non_exhaustive()
    }
}

/// The names of HTTP/2 and HTTP/1.1 in the TLS handshake (ALPN).
const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";
