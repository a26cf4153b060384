pub(crate) mod stub;

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::Ordering;

use http::StatusCode;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::*;
use stub::{answer, request, serve, write};

#[tokio::test]
async fn what_is_asked_is_heard_and_the_answer_comes_back() {
    let (at, connections) = serve(|mut stream| async move {
        while let Some((head, body)) = request(&mut stream).await {
            let said = format!("{}|{body}", head.lines().next().unwrap_or_default());
            answer(&mut stream, "201 Created\r\nx-seen: yes", &said).await;
        }
    });
    let client = Client::new(ClientSettings::default()).expect("a client");
    for word in ["one", "two"] {
        let question = Request::post(format!("http://{at}/hook?a=b")).header("x-key", "k").body(word.into());
        let answer = client.send(question.expect("a request")).await.expect("an answer");
        assert_eq!(
            (answer.status(), &answer.headers()["x-seen"]),
            (StatusCode::CREATED, &HeaderValue::from_static("yes"))
        );
        assert_eq!(answer.body(), format!("POST /hook?a=b HTTP/1.1|{word}").as_bytes());
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1, "a connection is used again");
}

#[tokio::test]
async fn a_redirection_is_an_answer() {
    let (at, connections) = serve(|mut stream| async move {
        request(&mut stream).await;
        answer(&mut stream, "302 Found\r\nlocation: /elsewhere", "").await;
    });
    let answer = ask(&ClientSettings::default(), at).await.expect("an answer");
    assert_eq!((answer.0, connections.load(Ordering::Relaxed)), (StatusCode::FOUND, 1));
}

#[tokio::test]
async fn nobody_waits_for_ever_or_takes_in_too_much() {
    let hurried = ClientSettings { patience: Duration::from_millis(200), most: 1_000, ..ClientSettings::default() };
    let (silent, _) = serve(|mut stream| async move {
        request(&mut stream).await;
        std::future::pending::<()>().await;
    });
    assert_eq!(ask(&hurried, silent).await, Err(Unreached::Slow));
    let (drips, _) = serve(|mut stream| async move {
        request(&mut stream).await;
        write(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n").await;
        loop {
            write(&mut stream, "x").await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert_eq!(ask(&hurried, drips).await, Err(Unreached::Slow));
    let (says_so, _) = serve(|mut stream| async move {
        request(&mut stream).await;
        answer(&mut stream, "200 OK", &"x".repeat(1_001)).await;
    });
    assert_eq!(ask(&hurried, says_so).await, Err(Unreached::TooLarge));
    let (endless, _) = serve(|mut stream| async move {
        request(&mut stream).await;
        write(&mut stream, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
        for _ in 0..11 {
            write(&mut stream, &format!("64\r\n{}\r\n", "x".repeat(100))).await;
        }
        std::future::pending::<()>().await;
    });
    assert_eq!(ask(&hurried, endless).await, Err(Unreached::TooLarge));
    let (hangs_up, _) = serve(|mut stream| async move {
        request(&mut stream).await;
    });
    assert!(matches!(ask(&hurried, hangs_up).await, Err(Unreached::Lost(_))));
}

#[tokio::test]
async fn only_addresses_that_may_be_reached_are() {
    let (at, connections) = serve(|mut stream| async move {
        request(&mut stream).await;
        answer(&mut stream, "200 OK", "inside").await;
    });
    let guarded = |by: Arc<dyn Resolve>| ClientSettings {
        resolve: Arc::new(Only { by, allows: is_public }),
        ..ClientSettings::default()
    };
    // The same server by its address, by a name of the system, and by a name that the resolver makes up.
    for (resolve, host) in
        [(Arc::new(Dns) as Arc<dyn Resolve>, "127.0.0.1"), (Arc::new(Dns), "localhost"), (named(at), "chat.example")]
    {
        let client = Client::new(guarded(resolve)).expect("a client");
        let address = format!("http://{host}:{}/", at.port());
        assert_eq!(got(&client, &address).await, Err(Unreached::Forbidden), "{host}");
    }
    assert_eq!(connections.load(Ordering::Relaxed), 0);
    let client = Client::new(ClientSettings { resolve: named(at), ..ClientSettings::default() }).expect("a client");
    let answer = client.get(&Uri::from_static("http://chat.example/")).await.expect("an answer");
    assert_eq!(answer.body(), "inside");
    for wrong in ["ftp://example.org/", "/path", "example.org:80"] {
        assert_eq!(got(&client, wrong).await, Err(Unreached::Address(wrong.parse().expect(wrong))));
    }
}

#[tokio::test]
async fn who_does_not_prove_who_they_are_hears_nothing() {
    let folder = std::env::temp_dir().join(format!("chat-client-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    for name in ["own", "foreign"] {
        let arguments = format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {name}.key -out {name}.crt -days 2 \
             -subj /CN={name} -addext subjectAltName=DNS:chat.example -addext basicConstraints=critical,CA:FALSE"
        );
        let made = Command::new("openssl").args(arguments.split_whitespace()).current_dir(&folder).output();
        assert!(made.expect("openssl").status.success());
    }
    let chain = vec![CertificateDer::from_pem_file(folder.join("own.crt")).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_file(folder.join("own.key")).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
    let acceptor = TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).expect("a pair")));
    let (at, _) = serve(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            request(&mut stream).await;
            answer(&mut stream, "200 OK", "a secret").await;
        }
    });
    let ask = async |roots: &str, host: &str| {
        let settings =
            ClientSettings { roots: Some(folder.join(roots)), resolve: named(at), ..ClientSettings::default() };
        let client = Client::new(settings).expect("a client");
        got(&client, &format!("https://{host}/")).await.map(|(_, body)| body)
    };
    assert_eq!(ask("own.crt", "chat.example").await, Ok("a secret".into()));
    for (roots, host, why) in
        [("foreign.crt", "chat.example", "UnknownIssuer"), ("own.crt", "other.example", "not valid for name")]
    {
        let Err(Unreached::Lost(said)) = ask(roots, host).await else { panic!("{roots} {host} was believed") };
        assert!(said.contains(why), "{said}");
    }
    fs::remove_dir_all(folder).expect("its end");
}

/// Resolves every host to this address.
#[derive(Debug)]
struct Named(SocketAddr);

impl Resolve for Named {
    fn resolve(&self, _: String, _: u16) -> Resolving {
        let at = self.0;
        Box::pin(async move { Ok(vec![at]) })
    }
}

fn named(at: SocketAddr) -> Arc<dyn Resolve> {
    Arc::new(Named(at))
}

async fn ask(settings: &ClientSettings, at: SocketAddr) -> Result<(StatusCode, Bytes), Unreached> {
    let client = Client::new(settings.clone()).expect("a client");
    got(&client, &format!("http://{at}/")).await
}

async fn got(client: &Client, address: &str) -> Result<(StatusCode, Bytes), Unreached> {
    let answer = client.get(&address.parse().expect("an address")).await;
    answer.map(|answer| (answer.status(), answer.into_body()))
}
