use std::sync::Arc;

use crate::engineio::{self, Millis};

/// What runs on a Socket.IO server, and the bounds that it keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketIoSettings {
    /// The settings of the layer below.
    pub engine: Arc<engineio::EngineSettings>,
    /// The namespaces that there are, at most 32; all others are refused.
    pub namespaces: &'static [&'static str],
    /// How long a session may live without having connected to any namespace.
    pub connect_timeout: Millis,
    /// The most attachments of one packet.
    pub max_attachments: usize,
    /// The most bytes in the attachments of one packet.
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
