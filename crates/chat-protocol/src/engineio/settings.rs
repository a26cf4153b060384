/// A moment, in milliseconds since an origin that the owner of the sockets chose; or a span in milliseconds.
pub type Millis = u64;

/// What a server promises to its Engine.IO clients, and the limits that it keeps. The defaults are those of the
/// reference server, where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineSettings {
    /// The time from the handshake or a ping to the next ping.
    pub ping_interval: Millis,
    /// The time from a ping until a session ends that has not answered it.
    pub ping_timeout: Millis,
    /// How long a WebSocket may probe. After that it is closed, and polling goes on.
    pub upgrade_timeout: Millis,
    /// The longest packet in the body of a POST, in bytes. Clients are told, and keep a body of several packets below
    /// it.
    pub max_packet: usize,
    /// The longest body of a POST, in bytes. Some clients put everything into one body, whatever they were told.
    pub max_payload: usize,
    /// The largest number of packets in the body of a POST. With more, the session ends.
    pub max_packets_per_post: usize,
    /// The largest number of packets in an answer to a poll. Python clients refuse more than 16.
    pub max_packets_per_poll: usize,
    /// The largest number of sessions at a time whose user is not known yet.
    pub max_strangers: usize,
    /// The largest number of bytes that wait for the next poll. With more, the session ends.
    pub max_waiting: usize,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            ping_interval: 25_000,
            ping_timeout: 20_000,
            upgrade_timeout: 10_000,
            max_packet: 64 << 10,
            max_payload: 1_000_000,
            max_packets_per_post: 4_096,
            max_packets_per_poll: 16,
            max_strangers: 10_000,
            max_waiting: 1 << 20,
        }
    }
}
