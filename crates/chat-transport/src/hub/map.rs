//! Maps whose keys are numbers that the server gives.

use std::collections::HashMap;

/// A map by ids that the server gives. It has a fixed hash, which is safe because nobody outside chooses the ids, and makes the
/// order of telling the same in every run.
pub(super) type Map<K, V> = HashMap<K, V, rustc_hash::FxBuildHasher>;
