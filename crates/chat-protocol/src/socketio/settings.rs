use std::sync::Arc;

use crate::engineio::{self, Millis};

/// The namespaces of a Socket.IO server, and the limits that it keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketIoSettings {
    /// The settings of Engine.IO.
    pub engine: Arc<engineio::EngineSettings>,
    /// The namespaces, at most 32. All others are refused.
    pub namespaces: &'static [&'static str],
    /// How long a session may go without coming into any namespace.
    pub connect_timeout: Millis,
    /// The largest number of attachments of a packet.
    pub max_attachments: usize,
    /// The largest number of bytes in the attachments of a packet.
    pub max_attachment_bytes: usize,
}

impl Default for SocketIoSettings {
    fn default() -> Self {
        Self {
            engine: Arc::default(),
            namespaces: &["/"],
            connect_timeout: 45_000,
            max_attachments: 16,
            max_attachment_bytes: 1_000_000,
        }
    }
}
