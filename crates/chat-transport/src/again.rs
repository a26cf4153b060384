//! How long to wait before something that failed is tried again.

use std::time::Duration;

/// Returns the pause after `tries` failures: `first` after the first one, then three times as long each time, but at most
/// `longest`; and up to a fifth more by `chance` (0 to 99), so that those who failed together do not all try again together.
pub(crate) fn pause(first: Duration, longest: Duration, tries: u32, chance: u32) -> Duration {
    let pause = first.saturating_mul(3_u32.saturating_pow(tries.saturating_sub(1).min(20))).min(longest);
    pause + pause / 500 * chance.min(99)
}
