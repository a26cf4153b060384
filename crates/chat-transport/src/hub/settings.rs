//! How the hub behaves.

use std::time::Duration;

use crate::traces::Traces;

/// How the hub behaves.
#[derive(Clone, Debug)]
pub struct HubSettings {
    /// How long somebody stays online after their last socket has gone.
    pub presence_grace: Duration,
    /// In rooms of more members, presence is not announced.
    pub presence_room: u32,
    /// In rooms of more members, deliveries are noted once per message rather than once per member.
    pub delivered_room: u32,
    /// Events of an active room that stay in memory.
    pub recent: usize,
    /// Events of all rooms together that stay in memory, roughly.
    pub recent_in_all: usize,
    /// How long a user's earlier Socket.IO socket makes a new one a reconnection.
    pub reconnection: Duration,
    /// Sockets that one user may have open.
    pub sockets_per_user: usize,
    /// Where traces go, if any are made.
    pub traces: Option<Traces>,
}

impl Default for HubSettings {
    fn default() -> HubSettings {
        HubSettings {
            presence_grace: Duration::from_secs(5),
            presence_room: 200,
            delivered_room: 50,
            recent: 256,
            recent_in_all: 65_536,
            reconnection: Duration::from_secs(120),
            sockets_per_user: 100,
            traces: None,
        }
    }
}
