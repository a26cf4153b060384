/// A moment, in milliseconds since an origin that the caller chose, or a span of that length.
pub type Millis = u64;

/// What a server promises its Engine.IO clients, and the bounds that it keeps. The defaults are those of
/// the reference server where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineSettings {
    /// From the handshake, or from the last ping, to the next one.
    pub ping_interval: Millis,
    /// From a ping to the end of a session that did not answer it.
    pub ping_timeout: Millis,
    /// How long a WebSocket may probe before it is closed and polling simply goes on.
    pub upgrade_timeout: Millis,
    /// The longest packet in the body of a POST, in bytes. Clients are told, and make no longer bodies of several.
    pub max_packet: usize,
    /// The longest body of a POST, in bytes: some clients make one of all that they have to say, whatever they are told.
    pub max_payload: usize,
    /// The most packets in one body of a POST; with more the session ends.
    pub max_packets_per_post: usize,
    /// The most packets in one answer to a poll. Python clients refuse more than 16.
    pub max_packets_per_poll: usize,
    /// The most sessions at a time of which nobody knows whose they are.
    pub max_strangers: usize,
    /// The most bytes that wait for the next poll; with more the session ends.
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
