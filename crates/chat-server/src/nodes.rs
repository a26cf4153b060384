//! This node among others on the same database.

use std::sync::Arc;

use chat_domain::backplane::{Listener, Wire};
use chat_store::Store;
use chat_transport::carry::http;
use chat_transport::cluster::{Cluster, NodeTls};
use chat_transport::hub::{Among, Inbox, Reader, Written};
use chat_transport::redis::Redis;
use tracing::warn;

use crate::config::{Config, Way};
use crate::{issuers, secrets};

/// Tells whether there may be several nodes.
pub(crate) fn several(config: &Config) -> Result<bool, String> {
    let is_shared = chat_store::is_shared(&config.database);
    match config.backplane {
        Some(Way::Postgres | Way::Redis(_)) if !is_shared => {
            Err("--backplane needs a --database in Postgres, which the nodes share: leave it out, or give postgres://…"
                .into())
        }
        Some(Way::Postgres | Way::Redis(_)) => Ok(true),
        Some(Way::None) => Ok(false),
        None => Ok(is_shared),
    }
}

/// Returns the address at which other nodes reach this one, if it listens for them, and behind it the mark of its key.
pub(crate) fn address(
    config: &Config,
    doors: &[http::Listener],
    tls: Option<&NodeTls>,
) -> Result<Option<String>, String> {
    let address = bare(config, doors)?;
    Ok(address.map(|at| tls.map_or_else(|| at.clone(), |tls| format!("{at}#{}", tls.mark))))
}

/// Returns what this node speaks TLS with to other nodes, if it does.
pub(crate) fn tls(config: &Config) -> Result<Option<NodeTls>, String> {
    config.node_tls.then(NodeTls::fresh).transpose()
}

fn bare(config: &Config, doors: &[http::Listener]) -> Result<Option<String>, String> {
    let Some(door) = doors.first() else { return Ok(None) };
    if let Some(address) = &config.node_address {
        return Ok(Some(address.clone()));
    }
    match door.local_addr() {
        Ok(at) if !at.ip().is_unspecified() => Ok(Some(at.to_string())),
        _ => {
            Err("--node-listen is at all addresses of this machine: say with --node-address where others reach it"
                .into())
        }
    }
}

/// Creates the connection to other nodes' private addresses, if there may be some.
pub(crate) fn cluster(
    config: &Config,
    store: &Arc<Store>,
    among: Option<&Among>,
) -> Result<Option<Arc<Cluster>>, String> {
    let secret = secrets::cluster(config)?;
    if config.node_listen.is_some() && secret.is_none() {
        warn!("--node-listen answers nobody: give all nodes the same --cluster-secret-file");
    }
    Ok(among.map(|among| Arc::new(Cluster::new(among.speaker.node, secret, config.node_tls, store.clone()))))
}

/// Returns what must be the same on all nodes: a digest of the secrets of access tokens, if no issuer vouches for people. A node
/// without a secret makes one.
pub(crate) fn secrets(config: &Config) -> Result<Vec<String>, String> {
    match issuers::all(config)?.is_empty() {
        true if several(config)? => secrets::shown_by_a_node(config),
        true => secrets::shown(config),
        false => Ok(vec!["issuers".to_owned()]),
    }
}

/// Returns the same for a command that does not serve: it makes no secret.
pub(crate) fn shown(config: &Config) -> Result<Vec<String>, String> {
    match issuers::all(config)?.is_empty() {
        true => secrets::shown(config),
        false => secrets(config),
    }
}

/// Creates the bus to other nodes, if there may be some. This inbox hears them.
pub(crate) async fn among(config: &Config, store: &Store, inbox: &Arc<Inbox>) -> Result<Option<Among>, String> {
    if !several(config)? {
        return Ok(None);
    }
    let ears: Arc<dyn Listener> = Arc::new(Reader(inbox.clone()));
    let (speaker, wire) = match &config.backplane {
        Some(Way::Redis(address)) => {
            let secret = secrets::cluster(config)?;
            let secret = secret.ok_or("--backplane redis:// needs a --cluster-secret, the same for all nodes")?;
            let speaker = store.meet(&ears).await.map_err(|error| error.to_string())?;
            let channel = format!("chat_nodes:{:x}", speaker.cluster);
            let redis = Redis::begin(address, channel, (speaker.node, secret), ears).await;
            let wire: Arc<dyn Wire> = Arc::new(redis.map_err(|said| format!("--backplane redis://…: {said}"))?);
            (speaker, wire)
        }
        _ => store.wire(ears).await.map_err(|error| error.to_string())?,
    };
    Ok(Some(Among { speaker, channels: 1, backplane: Arc::new(Written(wire)) }))
}
