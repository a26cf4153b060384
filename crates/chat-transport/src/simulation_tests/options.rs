//! The options of `tests/simulate`.

use std::env;

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Options {
    /// A little of everything, as `cargo test` does.
    Usual,
    /// A first seed, and how many from there.
    Seeds(u64, u64),
    /// One seed, with its whole story.
    Seed(u64),
    /// Seeds that were never tried, for this many minutes.
    Minutes(u64),
    /// All planted mistakes.
    Mistakes,
}

impl Options {
    /// Reads them from the environment, such as `SIMULATE="--seed 7"`.
    pub(super) fn of_environment() -> Options {
        let said = env::var("SIMULATE").unwrap_or_default();
        let words: Vec<&str> = said.split_whitespace().collect();
        let number = |text: &str| text.parse::<u64>().unwrap_or_else(|_| panic!("{text} is not a number"));
        match words[..] {
            [] => Options::Usual,
            ["--seeds", count] => Options::Seeds(1, number(count)),
            ["--seeds", count, "--from", first] => Options::Seeds(number(first), number(count)),
            ["--seed", seed] => Options::Seed(number(seed)),
            ["--minutes", minutes] => Options::Minutes(number(minutes)),
            ["--mistakes"] => Options::Mistakes,
            _ => panic!("--seeds COUNT [--from FIRST], --seed SEED, --minutes MINUTES or --mistakes, and not {said}"),
        }
    }
}
