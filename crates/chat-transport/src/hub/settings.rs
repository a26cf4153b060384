//! Settings of the hub.

use std::time::Duration;

use crate::traces::Traces;

/// Settings of the hub.
#[derive(Clone, Debug)]
pub struct HubSettings {
    /// How long somebody stays online after their last socket has gone.
    pub presence_grace: Duration,
    /// Presence is not announced in rooms with more members.
    pub presence_room: u32,
    /// In rooms with more members, a message counts as delivered once it has reached anybody, instead of being noted for each
    /// member.
    pub delivered_room: u32,
    /// How many events of a room stay in memory.
    pub recent: usize,
    /// Roughly how many events of all rooms together stay in memory.
    pub recent_in_all: usize,
    /// For how long after a user's last Socket.IO socket a new one counts as a reconnection.
    pub reconnection: Duration,
    /// How many sockets one user may have.
    pub sockets_per_user: usize,
    /// Where traces are sent, if they are.
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
