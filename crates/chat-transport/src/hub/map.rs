//! Maps by what the server itself numbers.

use std::collections::HashMap;

/// A map by ids that the server gives. Nobody outside chooses them, so its order need not differ from run to run: what is told
/// first is no matter of chance.
pub(super) type Map<K, V> = HashMap<K, V, rustc_hash::FxBuildHasher>;
