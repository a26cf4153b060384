//! This node among others on the same database.

use std::sync::Arc;

use chat_store::Store;
use chat_transport::hub::{Among, Inbox, Reader, Written};

use crate::config::{Config, Way};
use crate::{issuers, secrets};

/// Whether there may be others.
pub(crate) fn several(config: &Config) -> Result<bool, String> {
    let is_shared = chat_store::is_shared(&config.database);
    match config.backplane {
        Some(Way::Postgres) if !is_shared => Err("--backplane postgres needs a --database in Postgres".into()),
        Some(Way::Postgres) => Ok(true),
        Some(Way::None) | None => Ok(false),
    }
}

/// What all nodes must have in common: the secrets of access tokens, where no issuer vouches for people.
pub(crate) fn secrets(config: &Config) -> Result<Vec<String>, String> {
    match issuers::all(config)?.is_empty() {
        true => secrets::shown(config),
        false => Ok(vec!["issuers".to_owned()]),
    }
}

/// The way to the others, if there may be some; this inbox hears them.
pub(crate) async fn among(config: &Config, store: &Store, inbox: &Arc<Inbox>) -> Result<Option<Among>, String> {
    if !several(config)? {
        return Ok(None);
    }
    let met = store.wire(Arc::new(Reader(inbox.clone()))).await.map_err(|error| error.to_string())?;
    Ok(met.map(|(speaker, wire)| Among { speaker, channels: 1, backplane: Arc::new(Written(wire)) }))
}
