//! Binary search whose steps tests count, so that no question about one message or one member walks through a whole
//! history.

/// Returns how many of the first items satisfy `is_below`.
pub(super) fn below<T>(sorted: &[T], is_below: impl Fn(&T) -> bool) -> usize {
    sorted.partition_point(|one| {
        step();
        is_below(one)
    })
}

/// Counts one row that is looked at; does nothing outside of tests.
#[inline]
pub(super) fn step() {
    #[cfg(all(test, feature = "std"))]
    tests::STEPS.with(|steps| steps.set(steps.get() + 1));
}

#[cfg(all(test, feature = "std"))]
#[path = "steps_tests.rs"]
mod tests;
