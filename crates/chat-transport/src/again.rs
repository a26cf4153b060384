//! When something that was tried in vain is tried again.

use std::time::Duration;

/// How long to wait after so many tries in vain: `first` after one, three times as long each time, `longest` at most, and up to a fifth
/// more by chance, which is 0 to 99.
pub(crate) fn pause(first: Duration, longest: Duration, tries: u32, chance: u32) -> Duration {
    let pause = first.saturating_mul(3_u32.saturating_pow(tries.saturating_sub(1).min(20))).min(longest);
    pause + pause / 500 * chance.min(99)
}
