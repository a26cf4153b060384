//! What `tests/simulate` asks for.

use std::env;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Options {
    /// A little of everything: what `cargo test` does.
    Usual,
    /// So many seeds from this one on.
    Seeds(u64, u64),
    /// One seed, with its whole story.
    Seed(u64),
    /// Seeds that nobody has tried, for so many minutes.
    Minutes(u64),
    /// All planted mistakes.
    Mistakes,
}

impl Options {
    /// As the environment has them: `SIMULATE="--seed 7"`.
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
