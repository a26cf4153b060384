//! Puts the layers together and serves until told to stop.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use chat_domain::Limits;
use chat_store::{Options, Store};
use chat_transport::address::Proxies;
use chat_transport::app::{App, ServerSettings};
use chat_transport::beside::Neighbours;
use chat_transport::carry::http::{self, HttpSettings, Listener};
use chat_transport::carry::outbox::{self, Depot};
use chat_transport::carry::websocket::FrameLimits;
use chat_transport::hub::{Hub, HubSettings, Inbox};
use chat_transport::notify::{self, notify};
use chat_transport::rates::RateSettings;
use chat_transport::{routes, service::Service};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::config::{self, Action, Config, Given, Registration};
use crate::demo::Stage;
use crate::doors::{self, Doors};
use crate::greeting::{Greeting, reachable};
use crate::log::Adjust;
use crate::page::{OperatorsPage, Page};
use crate::reload::Reload;
use crate::{files, insecure, issuers, nodes, operators, secrets};

/// Serves until a signal says to stop; at a hang-up some settings are read again.
pub(crate) async fn serve(given: Given, log: Adjust, hang_up: io::Result<Signal>) -> Result<(), String> {
    let Given { mut config, in_force, .. } = given;
    let hang_up = hang_up.map_err(deaf)?;
    let is_demo = matches!(config.action, Some(Action::Demo));
    if is_demo {
        config.database = "sqlite::memory:".to_owned();
        // Its people come in by the front door, and do not look at certificates.
        (config.tls_certificate, config.tls_key) = Default::default();
    }
    let Doors { public, operators: admin, nodes: beside_us } = doors::open(&config)?;
    let tls = doors::tls(&config)?;
    let inbox = Inbox::new(std::thread::available_parallelism().map_or(1, usize::from));
    let limits = limits(&config);
    let options = Options {
        limits,
        keep_changes: config.keep_changes.0,
        erasures: config.keeping.erasures.clone(),
        take_over: config.take_over,
        several_nodes: nodes::several(&config)?,
        secrets: nodes::secrets(&config)?,
        node_address: nodes::address(&config, &beside_us)?,
        ..Options::default()
    };
    let store = Store::open(&config.database, options, inbox.clone()).await.map_err(|error| error.to_string())?;
    let store = Arc::new(store);
    let depot = Depot::new(queues(&config));
    let among = nodes::among(&config, &store, &inbox).await?;
    let cluster = nodes::cluster(&config, &store, among.as_ref())?;
    let hub = Hub::among(hub_settings(&config)?, depot, inbox, store.clone(), store.clone(), among);
    // Last of all: what does not start leaves no secret behind.
    issuers::belongs(&store, &config).await?;
    let tokens = issuers::tokens(&config)?;
    tokens.fetch().await;
    let (admin_at, admin_files) = doors::told(&admin);
    let mut settings = settings(&config)?;
    settings.operators = operators::may(&config, &admin_at, in_force.clone())?;
    let kept = files::kept(&config)?;
    settings.files = Some(kept.settings(&config, store.clone()));
    let app = App::new(store.clone(), store.clone(), store.clone(), hub, tokens, settings);
    let stage = Stage { app: app.clone() };
    let demo = if is_demo { Some(stage.prepare().await?) } else { None };
    let page = Page::new(store.clone(), config.registration == Registration::Open, &config.frame_ancestors);
    let neighbours = Neighbours { public: Some(Arc::new(page)), operators: Some(Arc::new(OperatorsPage)) };
    let service =
        Service::among(app.clone(), neighbours, cluster).map_err(|error| format!("two routes meet: {error}"))?;
    let stop = CancellationToken::new();
    let http = HttpSettings { tally: app.tally.clone(), tls: tls.clone(), ..connections(&config) };
    let (at, files) = doors::told(&public);
    for (switch, meaning) in insecure::switches(&config, &in_force, &at) {
        warn!(switch, "insecure: {meaning}");
        app.is_insecure(switch);
    }
    let guest = demo.as_ref().map(|demo| demo.guest.reveal());
    greet(&Greeting {
        is_tls: tls.is_some(),
        public: &at,
        files: &files,
        admin: &admin_at,
        admin_files: &admin_files,
        database: &config.database,
        guest,
    });
    let beside = tokio::spawn({
        let (service, stop) = (service.clone(), stop.clone());
        async move { service.run(stop).await }
    });
    let closed = CancellationToken::new();
    let serving: Vec<_> =
        public.into_iter().map(|door| tokio::spawn(one(door, http.clone(), service.clone(), closed.clone()))).collect();
    let to_operators = |door| tokio::spawn(to_operators(door, service.clone(), stop.clone()));
    let to_nodes = |door| tokio::spawn(to_nodes(door, service.clone(), closed.clone()));
    let operators: Vec<_> = admin.into_iter().map(to_operators).chain(beside_us.into_iter().map(to_nodes)).collect();
    if let (Some(demo), Some(at)) = (demo, at.first()) {
        tokio::spawn(stage.play(demo, reachable(*at), closed.clone()));
    }
    let mut signals = Signals::listen()?;
    let reload = Reload { app: app.clone(), tls, log, in_force, read: config::here };
    notify("READY=1");
    tokio::spawn(stop.clone().run_until_cancelled_owned(notify::live()));
    tokio::spawn(stop.clone().run_until_cancelled_owned(reload.keep(hang_up)));
    signals.next().await;
    info!("stopping");
    notify("STOPPING=1");
    tokio::select! {
        () = leave(&service, &config, serving, &closed) => {}
        () = signals.next() => return Err("stopped at once by a second signal".into()),
    }
    stop.cancel();
    for task in operators {
        if let Err(error) = task.await {
            warn!(%error, "a listener ended badly");
        }
    }
    if let Err(error) = beside.await {
        warn!(%error, "the hub ended badly");
    }
    service.settle_up().await;
    store.close().await;
    Ok(())
}

/// Says where everything is to whoever started the server, if they still listen: that is no reason to end.
fn greet(greeting: &Greeting<'_>) {
    let mut out = std::io::stdout();
    let text = if out.is_terminal() { greeting.colourful() } else { greeting.plain() };
    if let Err(error) = out.write_all(text.as_bytes()) {
        tracing::debug!(%error, text, "nobody listens to the standard output");
    }
}

async fn one(listener: Listener, settings: HttpSettings, service: Arc<Service>, stop: CancellationToken) {
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

/// Answers other nodes. Their clients are counted where they came in.
async fn to_nodes(door: Listener, service: Arc<Service>, stop: CancellationToken) {
    let answer = move |request, peer| {
        let service = service.clone();
        async move { service.answer_node(request, peer).await }
    };
    let settings = HttpSettings { per_address: usize::MAX >> 4, ..HttpSettings::default() };
    http::serve(door, settings, stop, answer).await;
}

/// Takes nobody in any more, answers what was asked, and sends everybody away.
async fn leave(service: &Service, config: &Config, serving: Vec<JoinHandle<()>>, closed: &CancellationToken) {
    service.leave();
    closed.cancel();
    service.drain(config.drain.0).await;
    for task in serving {
        if let Err(error) = task.await {
            warn!(%error, "a listener ended badly");
        }
    }
}

/// The signals that say to stop.
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

fn hub_settings(config: &Config) -> Result<HubSettings, String> {
    Ok(HubSettings {
        traces: config.reports.traces()?,
        presence_grace: config.presence_grace.0,
        sockets_per_user: config.max_sockets_per_user,
        presence_room: config.presence_room,
        delivered_room: config.delivered_room,
        ..HubSettings::default()
    })
}

fn queues(config: &Config) -> outbox::Limits {
    outbox::Limits { per_socket: config.max_queue, in_all: config.max_queues, ..outbox::Limits::default() }
}

fn connections(config: &Config) -> HttpSettings {
    HttpSettings {
        connections: config.max_connections,
        drain: config.drain.0 + LAST_WORDS,
        per_address: config.max_connections_per_address,
        proxies: Proxies::new(config.trusted_proxy.clone()),
        ..HttpSettings::default()
    }
}

fn limits(config: &Config) -> Limits {
    Limits {
        content: config.max_content,
        metadata: config.max_metadata,
        quiet_room: config.delivered_room,
        lease: config.roulette_grace.0,
        ..Limits::default()
    }
}

pub(crate) fn rates(config: &Config) -> RateSettings {
    RateSettings {
        messages: config.rate_messages.0,
        changes: config.rate_changes.0,
        replays: config.rate_replays.0,
        typing: config.rate_typing.0,
        logins: config.rate_logins.0,
        addresses: config.rate_address.0,
    }
}

fn settings(config: &Config) -> Result<ServerSettings, String> {
    let http = routes::RouteSettings {
        allowed_origins: config.allowed_origin.clone(),
        api_keys: secrets::api_keys(config)?,
        issuer: issuers::name(config)?,
        registration: config.registration == Registration::Open,
        ..routes::RouteSettings::default()
    };
    let rates = rates(config);
    let default = ServerSettings::default();
    let lobby = (config.roulette_grace.0 / 8).clamp(Duration::from_millis(50), default.lobby);
    let frames = FrameLimits { frame: config.max_frame, message: config.max_frame };
    let mut socketio = default.socketio.clone();
    let engine = Arc::make_mut(&mut socketio.engine);
    engine.max_waiting = config.max_queue;
    engine.max_packet = config.max_frame;
    engine.max_payload = engine.max_payload.max(config.max_frame);
    engine.max_strangers = config.max_strangers;
    let proxies = Proxies::new(config.trusted_proxy.clone());
    let waiting_logins = config.max_waiting_logins;
    let (hooks, check) = (config.back_ends.hooks(config.keep_changes.0), config.back_ends.check()?);
    let push = config.back_ends.pushes.settings(config.keeping.public_url.as_ref());
    Ok(ServerSettings { check, hooks, push, http, rates, lobby, frames, socketio, proxies, waiting_logins, ..default })
}

/// How long the last words of a connection may take.
const LAST_WORDS: Duration = Duration::from_secs(4);

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn one_setting_bounds_all_queues_of_a_client() {
        let config = Config::parse_from(["chat-server", "--max-queue", "200000"]);
        assert_eq!(settings(&config).expect("good settings").socketio.engine.max_waiting, 200_000);
        assert_eq!(queues(&config).per_socket, 200_000);
    }

    #[test]
    fn a_polled_packet_is_bounded_like_a_frame() {
        let config = Config::parse_from(["chat-server", "--max-frame", "2000000"]);
        let engine = settings(&config).expect("good settings").socketio.engine;
        assert_eq!((engine.max_packet, engine.max_payload), (2_000_000, 2_000_000));
    }
}
