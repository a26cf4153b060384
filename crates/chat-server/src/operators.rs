//! Settings of the operators' API.

use std::net::SocketAddr;

use chat_transport::operators::{OperatorSettings, Setting};
use tracing::warn;

use crate::config::{Config, InForce};
use crate::secrets;

/// Returns the settings of the operators' API. Without a token, looking is allowed only if all of its addresses are on this
/// machine alone.
pub(crate) fn may(config: &Config, at: &[SocketAddr], in_force: Vec<InForce>) -> Result<OperatorSettings, String> {
    let (open, token) = (at.iter().all(|at| at.ip().is_loopback()), secrets::admin_token(config)?);
    if !open && token.is_none() {
        warn!("--admin-listen is reached from elsewhere and there is no --admin-token: /admin/api answers nobody");
    }
    Ok(OperatorSettings { token, open, in_force: shown(in_force).into() })
}

/// Returns the settings in force, as operators see them.
pub(crate) fn shown(in_force: Vec<InForce>) -> Vec<Setting> {
    in_force.into_iter().map(|InForce { name, value, from }| Setting { name, value, from }).collect()
}
