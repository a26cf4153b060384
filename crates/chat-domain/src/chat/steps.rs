//! Searching in order, counted in tests: no question about one message or one member walks through a history.

/// How many of the first items are below something.
pub(super) fn below<T>(sorted: &[T], is_below: impl Fn(&T) -> bool) -> usize {
    sorted.partition_point(|one| {
        step();
        is_below(one)
    })
}

/// Looks at one more row.
#[inline]
pub(super) fn step() {
    #[cfg(all(test, feature = "std"))]
    tests::STEPS.with(|steps| steps.set(steps.get() + 1));
}

#[cfg(all(test, feature = "std"))]
#[path = "steps_tests.rs"]
mod tests;
