//! Putting the layers together: the store, the hub and the routes, each with its settings.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::Limits;
use chat_store::{Options, Store};
use chat_transport::address::Proxies;
use chat_transport::app::{App, ServerSettings};
use chat_transport::beside::Neighbours;
use chat_transport::carry::http::{HttpSettings, Tls};
use chat_transport::carry::outbox::{self, Depot};
use chat_transport::carry::websocket::FrameLimits;
use chat_transport::cluster::{Cluster, NodeTls};
use chat_transport::hub::{Hub, HubSettings, Inbox};
use chat_transport::rates::RateSettings;
use chat_transport::{routes, service::Service};

use crate::config::{Config, InForce, Registration};
use crate::doors::{self, Doors};
use crate::files::{self, Kept};
use crate::page::{OperatorsPage, Page};
use crate::{issuers, nodes, operators, secrets};

/// A server without its listeners.
pub(crate) struct Assembly {
    pub(crate) app: Arc<App>,
    store: Arc<Store>,
    cluster: Option<Arc<Cluster>>,
    /// What other nodes are answered by, where it is TLS.
    pub(crate) node_tls: Option<Tls>,
    /// Kept until the end, since dropping it deletes the files of a database in memory.
    files: Kept,
}

impl Assembly {
    /// Opens the database and puts everything above it together. Other nodes are told of these doors.
    pub(crate) async fn open(config: &Config, doors: &Doors, in_force: &[InForce]) -> Result<Assembly, String> {
        let inbox = Inbox::new(std::thread::available_parallelism().map_or(1, usize::from));
        let node_tls = nodes::tls(config)?;
        let options = store_options(config, doors, node_tls.as_ref())?;
        let store = Store::open(&config.database, options, inbox.clone()).await.map_err(|error| error.to_string())?;
        let store = Arc::new(store);
        let depot = Depot::ahead(queues(config), store.ahead());
        let among = nodes::among(config, &store, &inbox).await?;
        let cluster = nodes::cluster(config, &store, among.as_ref())?;
        let hub = Hub::among(hub_settings(config)?, depot, inbox, store.clone(), store.clone(), among);
        // The secret of access tokens is made last, so that a server which cannot start leaves none behind.
        issuers::belongs(&store, config).await?;
        let tokens = issuers::tokens(config)?;
        tokens.fetch().await;
        let mut settings = settings(config)?;
        settings.operators = operators::may(config, &doors::told(&doors.operators).0, in_force.to_vec())?;
        let kept = files::kept(config)?;
        settings.files = Some(kept.settings(config, store.clone()));
        settings.keep_messages = config.keeping.keep_messages.map(|span| span.0);
        let app = App::new(store.clone(), store.clone(), store.clone(), hub, tokens, settings);
        let node_tls = node_tls.map(|own| own.tls);
        Ok(Assembly { app, store, cluster, node_tls, files: kept })
    }

    /// Returns what answers requests: the chat, and the pages beside it.
    pub(crate) fn service(&self, config: &Config) -> Result<Arc<Service>, String> {
        let page = Page::new(self.store.clone(), config, self.files.elsewhere());
        let neighbours = Neighbours { public: Some(Arc::new(page)), operators: Some(Arc::new(OperatorsPage)) };
        Service::among(self.app.clone(), neighbours, self.cluster.clone())
            .map_err(|error| format!("two routes meet: {error}"))
    }

    /// Closes the database, once nobody is served any more.
    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

/// Returns the limits on connections of clients.
pub(crate) fn connections(config: &Config) -> HttpSettings {
    HttpSettings {
        connections: config.max_connections,
        drain: config.drain.0 + LAST_WORDS,
        per_address: config.max_connections_per_address,
        proxies: Proxies::new(config.trusted_proxy.clone()),
        ..HttpSettings::default()
    }
}

/// Returns the limits on what users and addresses may do.
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

fn store_options(config: &Config, doors: &Doors, tls: Option<&NodeTls>) -> Result<Options, String> {
    Ok(Options {
        limits: limits(config),
        keep_changes: config.keep_changes.0,
        erasures: config.keeping.erasures.clone(),
        take_over: config.take_over,
        several_nodes: nodes::several(config)?,
        secrets: nodes::secrets(config)?,
        node_address: nodes::address(config, &doors.nodes, tls)?,
        ..Options::default()
    })
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

fn queues(config: &Config) -> outbox::Limits {
    outbox::Limits { per_socket: config.max_queue, in_all: config.max_queues, ..outbox::Limits::default() }
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

/// How long a connection may take to end once its client is sent away.
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
