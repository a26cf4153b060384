//! Limits on what a client may send.

/// Limits on what a client may send.
#[derive(Clone, Copy, Debug)]
pub struct FrameLimits {
    /// The most bytes of one frame's payload; with more the connection is closed with 1009.
    pub frame: usize,
    /// The most bytes of one message's payload, over all of its fragments; with more the connection is closed with 1009.
    pub message: usize,
}

impl Default for FrameLimits {
    fn default() -> Self {
        FrameLimits { frame: 64 << 10, message: 64 << 10 }
    }
}
