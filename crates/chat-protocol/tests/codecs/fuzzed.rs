//! The fuzz target for dialect frames, on its seeds and on random bytes.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::dialect_frames::run;

#[test]
fn dialect_frames_seeds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/dialect_frames");
    let seeds: Vec<_> = fs::read_dir(corpus).unwrap().map(|seed| fs::read(seed.unwrap().path()).unwrap()).collect();
    assert!(seeds.len() > 10, "{} seeds", seeds.len());
    seeds.iter().for_each(|seed| run(seed));
}

proptest! {
    #[test]
    fn dialect_frames_random(data in prop::collection::vec(any::<u8>(), 0..100)) {
        run(&data);
    }
}
