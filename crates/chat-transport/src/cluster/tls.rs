//! TLS between nodes. Each node makes a key when it starts, and writes a hash of it (its mark) behind its address in the database,
//! which all nodes trust anyway. So there are no certificates to make, to share or to renew.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, ring as provider, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::AlwaysResolvesServerRawPublicKeys;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error, ServerConfig, SignatureScheme, version};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::carry::http::Tls;

/// A key with which a node speaks TLS.
pub struct NodeTls {
    /// What answers other nodes.
    pub tls: Tls,
    /// A hash of the key, which is written behind the address, after a `#`.
    pub mark: String,
}

impl NodeTls {
    /// Makes a new key.
    pub fn fresh() -> Result<NodeTls, String> {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| "there are no random numbers")?;
        let own = PrivatePkcs8KeyDer::from(made.as_ref().to_vec());
        let key = provider::sign::any_eddsa_type(&own).map_err(|error| error.to_string())?;
        let public = key.public_key().ok_or("the key has no public half")?;
        let shown = CertificateDer::from(public.as_ref().to_vec());
        let mark = mark(&shown);
        let resolver = AlwaysResolvesServerRawPublicKeys::new(Arc::new(CertifiedKey::new(vec![shown], key)));
        let config = ServerConfig::builder_with_provider(Arc::new(provider::default_provider()))
            .with_protocol_versions(&[&version::TLS13])
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(resolver));
        Ok(NodeTls { tls: Tls::by(config), mark })
    }
}

/// Does the TLS handshake with the node whose key has this mark; `None` if that fails.
pub(super) async fn connected(stream: TcpStream, mark: &str) -> Option<TlsStream<TcpStream>> {
    let provider = Arc::new(provider::default_provider());
    let expected = Expected { mark: mark.to_owned(), algorithms: provider.signature_verification_algorithms };
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&version::TLS13]).ok()?;
    let config = config.dangerous().with_custom_certificate_verifier(Arc::new(expected)).with_no_client_auth();
    let name = ServerName::try_from("node").ok()?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()
}

/// Accepts only the key that is expected.
#[derive(Debug)]
struct Expected {
    mark: String,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Expected {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match mark(shown) == self.mark {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(Error::General("it is another key than the one in the database".into())),
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("nodes speak TLS 1.3".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = SubjectPublicKeyInfoDer::from(shown.as_ref());
        verify_tls13_signature_with_raw_key(message, &key, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

fn mark(shown: &CertificateDer<'_>) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(shown))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_node_speaks_with_the_key_of_the_database_and_with_no_other() {
        let (own, other) = (NodeTls::fresh().expect("a key"), NodeTls::fresh().expect("a key"));
        assert_ne!(own.mark, other.mark);
        for (expected, is_believed) in [(&own.mark, true), (&other.mark, false)] {
            let door = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
            let at = door.local_addr().expect("an address");
            let tls = own.tls.clone();
            let answering = tokio::spawn(async move {
                let (stream, _) = door.accept().await.expect("a connection");
                let (mut stream, _) = tls.accept(stream).await.ok()?;
                stream.write_all(b"welcome").await.ok()
            });
            let stream = TcpStream::connect(at).await.expect("a connection");
            let spoken = connected(stream, expected).await;
            assert_eq!(spoken.is_some(), is_believed);
            if let Some(mut spoken) = spoken {
                let mut said = [0; 7];
                spoken.read_exact(&mut said).await.expect("a word");
                assert_eq!(&said, b"welcome");
            }
            answering.await.expect("the other side");
        }
    }
}
