//! A server on a loopback port over a chat in memory, and a client that knows just enough HTTP to ask it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::described;
use chat_domain::Limits;
use chat_domain::UserId;
use chat_domain::directory::NewAccount;
use chat_domain::grant::Grant;
use chat_domain::memory::InMemory;
use chat_protocol::rest::Tree;
use chat_transport::account::secret::Secret;
use chat_transport::account::token::Tokens;
use chat_transport::app::{App, ServerSettings};
use chat_transport::carry::http::{self, Peer};
use chat_transport::carry::outbox::{self, Depot};
use chat_transport::clock;
use chat_transport::hub::{Hub, HubSettings, Inbox};
use chat_transport::service::Service;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::{CancellationToken, DropGuard};

/// A running server.
pub(crate) struct World {
    pub(crate) app: Arc<App>,
    address: SocketAddr,
    _stop: DropGuard,
}

/// Somebody with a token.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: UserId,
    token: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// Null if there was none.
    pub(crate) body: Json,
}

/// A request that is being built.
pub(crate) struct Ask<'a> {
    world: &'a World,
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    from: IpAddr,
}

impl World {
    pub(crate) async fn new() -> World {
        World::with(ServerSettings::default()).await
    }

    pub(crate) async fn with(settings: ServerSettings) -> World {
        World::serving(settings, false).await
    }

    /// Starts a server, and serves its operators' API instead.
    pub(crate) async fn of_operators(settings: ServerSettings) -> World {
        World::serving(settings, true).await
    }

    async fn serving(settings: ServerSettings, to_operators: bool) -> World {
        let inbox = Inbox::new(2);
        let memory = Arc::new(InMemory::new(Limits::default(), inbox.clone()));
        let depot = Depot::new(outbox::Limits::default());
        let hub = Hub::new(HubSettings::default(), depot, inbox, memory.clone(), memory.clone());
        let tokens = Tokens::local(&[Secret::new("a secret of the tests")], 3_600);
        let app = App::new(memory.clone(), memory.clone(), memory, hub, tokens, settings);
        let service = Service::new(app.clone()).expect("routes without conflicts");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let (background, ended) = (app.clone(), stop.clone());
        tokio::spawn(async move { background.run(ended).await });
        tokio::spawn(http::serve(listener, http::HttpSettings::default(), stop.clone(), move |request, peer: Peer| {
            let service = service.clone();
            async move {
                match to_operators {
                    true => service.answer_operator(request, peer).await,
                    false => service.answer(request, peer).await,
                }
            }
        }));
        World { app, address, _stop: stop.drop_guard() }
    }

    /// Creates an account with a token, without hashing a password.
    pub(crate) async fn user(&self, username: &str) -> User {
        let new = NewAccount { username: username.into(), name: None, avatar: String::new(), password: "-".into() };
        let account = self.app.directory.register(new).await.expect("an account");
        self.token_for(account.person.id())
    }

    pub(crate) fn token_for(&self, id: UserId) -> User {
        let now = clock::now().0.unsigned_abs() / 1_000_000;
        let (token, _) = self
            .app
            .gate
            .tokens()
            .issue(id.number(), None, Grant::default(), "test".into(), now)
            .expect("our own tokens");
        User { id, token: token.reveal().to_owned() }
    }

    pub(crate) fn ask(&self, method: &'static str, path: impl Into<String>) -> Ask<'_> {
        Ask { world: self, method, path: path.into(), headers: Vec::new(), body: Vec::new(), from: HOME.into() }
    }

    pub(crate) fn get(&self, path: impl Into<String>) -> Ask<'_> {
        self.ask("GET", path)
    }

    pub(crate) fn post(&self, path: impl Into<String>, body: Json) -> Ask<'_> {
        self.ask("POST", path).json(body)
    }

    /// Creates a group of these people, owned by the first. Returns its number.
    pub(crate) async fn group(&self, people: &[&User]) -> i64 {
        let members: Vec<i64> = people[1..].iter().map(|user| user.id.number()).collect();
        let body = json!({"type": "group", "title": "us", "member_ids": members});
        let said = self.post("/api/chats", body).by(people[0]).go().await;
        assert_eq!(said.status, 201, "{said:?}");
        said.body["data"]["id"].as_i64().expect("a number")
    }

    /// Sends a message. Returns its number.
    pub(crate) async fn message(&self, by: &User, room: i64, content: &str) -> i64 {
        let said = self.post(format!("/api/chats/{room}/messages"), json!({"content": content})).by(by).go().await;
        assert_eq!(said.status, 200, "{said:?}");
        said.body["data"]["id"].as_i64().expect("a number")
    }
}

impl User {
    /// Returns the user's id in a tree's spelling.
    pub(crate) fn spelled(&self, tree: Tree) -> Json {
        match tree {
            Tree::Api => json!(self.id.number()),
            _ => json!(self.id.uuid().to_string()),
        }
    }
}

impl Ask<'_> {
    pub(crate) fn by(self, user: &User) -> Self {
        self.header("Authorization", &format!("Bearer {}", user.token))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn json(mut self, body: Json) -> Self {
        self.body = body.to_string().into_bytes();
        self
    }

    pub(crate) fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// Sends from another address of this machine.
    pub(crate) fn from(mut self, last: u8) -> Self {
        self.from = Ipv4Addr::new(127, 0, 0, last).into();
        self
    }

    /// Sends the request, and returns the answer.
    pub(crate) async fn go(self) -> Said {
        tokio::time::timeout(Duration::from_secs(60), self.exchange()).await.expect("an answer within a minute")
    }

    async fn exchange(self) -> Said {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind((self.from, 0).into()).expect("an address of this machine");
        let mut stream = socket.connect(self.world.address).await.expect("a connection");
        let mut head = format!("{} {} HTTP/1.1\r\nHost: chat.test\r\nConnection: close\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", self.body.len());
        stream.write_all(head.as_bytes()).await.expect("a listener");
        // A server that refuses early may not read everything.
        let _ = stream.write_all(&self.body).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let said = said(&answer);
        if said.status >= 400 && said.body["code"].is_string() {
            described::check(self.method, &self.path, said.status, said.code());
        }
        said
    }
}

impl Said {
    /// Returns the value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }

    /// Returns the code of an error.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Returns the session in the cookie that was set.
    pub(crate) fn cookie(&self) -> Option<&str> {
        self.header("set-cookie")?.split(';').next()
    }
}

/// The address that requests come from.
const HOME: Ipv4Addr = Ipv4Addr::LOCALHOST;

fn said(answer: &[u8]) -> Said {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a complete head");
    let head = std::str::from_utf8(&answer[..end]).expect("a head of text");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    let headers: Vec<_> = lines.filter_map(pair).collect();
    let body = &answer[end + 4..];
    // What comes page after page is looked at elsewhere.
    let is_paged = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("transfer-encoding"));
    let body = match body.is_empty() || is_paged {
        true => Json::Null,
        false => serde_json::from_slice(body).expect("a body of JSON"),
    };
    Said { status, headers, body }
}
