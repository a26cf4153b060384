//! Serving until told to stop.

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use chat_transport::carry::http::{self, HttpSettings, Listener, Tls};
use chat_transport::notify::{self, notify};
use chat_transport::service::Service;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::assembly::{Assembly, connections};
use crate::config::{self, Action, Config, Given, InForce};
use crate::demo::{Demo, Stage};
use crate::doors::{self, Doors};
use crate::greeting::{Greeting, reachable};
use crate::insecure;
use crate::log::Adjust;
use crate::reload::Reload;

/// Serves until a signal says to stop. After a hang-up signal some settings are read again.
pub(crate) async fn serve(given: Given, log: Adjust, hang_up: io::Result<Signal>) -> Result<(), String> {
    let Given { mut config, in_force, .. } = given;
    let hang_up = hang_up.map_err(deaf)?;
    let is_demo = matches!(config.action, Some(Action::Demo));
    if is_demo {
        config.database = "sqlite::memory:".to_owned();
        // The demo's people connect like any client, but do not speak TLS.
        (config.tls_certificate, config.tls_key) = Default::default();
    }
    let doors = doors::open(&config)?;
    let tls = doors::tls(&config)?;
    let assembly = Assembly::open(&config, &doors, &in_force).await?;
    let app = assembly.app.clone();
    let stage = Stage { app: app.clone() };
    let demo = if is_demo { Some(stage.prepare().await?) } else { None };
    let service = assembly.service(&config)?;
    let (at, _) = doors::told(&doors.public);
    warn_of_insecure(&config, &in_force, &at, &assembly);
    greet(&config, &doors, tls.is_some(), demo.as_ref());
    let http = HttpSettings { tally: app.tally.clone(), tls: tls.clone(), ..connections(&config) };
    let (stop, closed) = (CancellationToken::new(), CancellationToken::new());
    let tasks = Tasks::begin(doors, (&http, assembly.node_tls.clone()), &service, &stop, &closed);
    if let (Some(demo), Some(at)) = (demo, at.first()) {
        tokio::spawn(stage.play(demo, reachable(*at), closed.clone()));
    }
    let mut signals = Signals::listen()?;
    let reload = Reload { app, tls, log, in_force, read: config::here };
    notify("READY=1");
    tokio::spawn(stop.clone().run_until_cancelled_owned(notify::live()));
    tokio::spawn(stop.clone().run_until_cancelled_owned(reload.keep(hang_up)));
    signals.next().await;
    info!("stopping");
    notify("STOPPING=1");
    tokio::select! {
        () = leave(&service, &config, tasks.public, &closed) => {}
        () = signals.next() => return Err("stopped at once by a second signal".into()),
    }
    stop.cancel();
    ended(tasks.private, "a listener ended badly").await;
    ended(vec![tasks.service], "the hub ended badly").await;
    service.settle_up().await;
    assembly.close().await;
    Ok(())
}

/// The tasks of a server.
struct Tasks {
    /// Everything that happens beside requests.
    service: JoinHandle<()>,
    /// The listeners for clients.
    public: Vec<JoinHandle<()>>,
    /// The listeners for operators and other nodes.
    private: Vec<JoinHandle<()>>,
}

impl Tasks {
    /// Begins to serve. Clients and other nodes are served until `closed`, operators and what happens beside requests until `stop`.
    fn begin(
        doors: Doors,
        (http, node_tls): (&HttpSettings, Option<Tls>),
        service: &Arc<Service>,
        stop: &CancellationToken,
        closed: &CancellationToken,
    ) -> Tasks {
        let beside = tokio::spawn({
            let (service, stop) = (service.clone(), stop.clone());
            async move { service.run(stop).await }
        });
        let to_clients = |door| tokio::spawn(to_clients(door, http.clone(), service.clone(), closed.clone()));
        let to_operators = |door| tokio::spawn(to_operators(door, service.clone(), stop.clone()));
        let to_nodes = |door| tokio::spawn(to_nodes(door, node_tls.clone(), service.clone(), closed.clone()));
        let Doors { public, operators, nodes } = doors;
        Tasks {
            service: beside,
            public: public.into_iter().map(to_clients).collect(),
            private: operators.into_iter().map(to_operators).chain(nodes.into_iter().map(to_nodes)).collect(),
        }
    }
}

async fn ended(tasks: Vec<JoinHandle<()>>, badly: &str) {
    for task in tasks {
        if let Err(error) = task.await {
            warn!(%error, "{badly}");
        }
    }
}

/// Logs each setting that makes the server easier to attack, and shows it in the metrics.
fn warn_of_insecure(config: &Config, in_force: &[InForce], at: &[SocketAddr], assembly: &Assembly) {
    for (switch, meaning) in insecure::switches(config, in_force, at) {
        warn!(switch, "insecure: {meaning}");
        assembly.app.is_insecure(switch);
    }
}

/// Prints where everything is. It is no reason to end if nobody reads it.
fn greet(config: &Config, doors: &Doors, is_tls: bool, demo: Option<&Demo>) {
    let ((public, files), (admin, admin_files)) = (doors::told(&doors.public), doors::told(&doors.operators));
    let greeting = Greeting {
        is_tls,
        public: &public,
        files: &files,
        admin: &admin,
        admin_files: &admin_files,
        database: &config.database,
        guest: demo.map(|demo| demo.guest.reveal()),
    };
    let mut out = std::io::stdout();
    let text = if out.is_terminal() { greeting.colourful() } else { greeting.plain() };
    if let Err(error) = out.write_all(text.as_bytes()) {
        tracing::debug!(%error, text, "nobody listens to the standard output");
    }
}

async fn to_clients(listener: Listener, settings: HttpSettings, service: Arc<Service>, stop: CancellationToken) {
    let answer = move |request, peer| {
        let service = service.clone();
        async move { service.answer(request, peer).await }
    };
    http::serve(listener, settings, stop, answer).await;
}

async fn to_operators(listener: Listener, service: Arc<Service>, stop: CancellationToken) {
    let answer = move |request, peer| {
        let service = service.clone();
        async move { service.answer_operator(request, peer).await }
    };
    http::serve(listener, HttpSettings::default(), stop, answer).await;
}

/// Answers other nodes. Their connections are not limited by address: clients are counted by the node that they came to.
async fn to_nodes(door: Listener, tls: Option<Tls>, service: Arc<Service>, stop: CancellationToken) {
    let answer = move |request, peer| {
        let service = service.clone();
        async move { service.answer_node(request, peer).await }
    };
    let settings = HttpSettings { per_address: usize::MAX >> 4, tls, ..HttpSettings::default() };
    http::serve(door, settings, stop, answer).await;
}

/// Stops accepting connections, answers what was asked, and tells clients to come back elsewhere.
async fn leave(service: &Service, config: &Config, serving: Vec<JoinHandle<()>>, closed: &CancellationToken) {
    service.leave();
    closed.cancel();
    service.drain(config.drain.0).await;
    ended(serving, "a listener ended badly").await;
}

/// The signals that stop the server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Signals, String> {
        let listen = |kind| signal(kind).map_err(deaf);
        Ok(Signals { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn deaf(error: io::Error) -> String {
    format!("cannot listen to signals: {error}")
}
