//! The log: its form, and how much of it there is.

use std::io::IsTerminal;
use std::str::FromStr;

use tracing_subscriber::EnvFilter;

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// How much is logged: a level, or levels by part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Level(String);

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Level, String> {
        let wrong = || {
            format!(
                "`{text}` is no level of the log: use error, warn, info, debug or trace, or `chat_store=debug,info`"
            )
        };
        let known = |directive: &str| {
            let (part, level) = directive.rsplit_once('=').unwrap_or(("", directive));
            LEVELS.contains(&level.to_ascii_lowercase().as_str()) && !part.contains(char::is_whitespace)
        };
        let good = text.split(',').all(|directive| known(directive.trim()));
        if good && EnvFilter::try_new(text).is_ok() { Ok(Level(text.to_owned())) } else { Err(wrong()) }
    }
}

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Changes how much is logged while the program runs.
pub(crate) type Adjust = Box<dyn Fn(&Level) + Send + Sync>;

/// Starts logging to the standard error: without a form, as coloured text at a terminal and as JSON elsewhere.
pub(crate) fn begin(level: &Level, format: Option<LogFormat>) -> Adjust {
    let terminal = std::io::stderr().is_terminal();
    let log =
        tracing_subscriber::fmt().with_env_filter(level.filter()).with_writer(std::io::stderr).with_ansi(terminal);
    match format.unwrap_or(if terminal { LogFormat::Text } else { LogFormat::Json }) {
        LogFormat::Text => {
            let log = log.with_filter_reloading();
            let handle = log.reload_handle();
            log.init();
            Box::new(move |level| warn_of(handle.reload(level.filter())))
        }
        LogFormat::Json => {
            let log = log.json().flatten_event(true).with_current_span(false).with_filter_reloading();
            let handle = log.reload_handle();
            log.init();
            Box::new(move |level| warn_of(handle.reload(level.filter())))
        }
    }
}

fn warn_of(changed: Result<(), tracing_subscriber::reload::Error>) {
    if let Err(error) = changed {
        tracing::warn!(%error, "the log goes on as before");
    }
}

impl Level {
    fn filter(&self) -> EnvFilter {
        EnvFilter::try_new(&self.0).unwrap_or_else(|_| EnvFilter::new("info"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_one_that_is_known() {
        for good in ["info", "DEBUG", "off", "chat_store=debug,info", "warn,chat_transport::hub=trace"] {
            assert!(good.parse::<Level>().is_ok(), "{good}");
        }
        for wrong in ["", "loud", "chat_store=loud", "info,", "chat store=info", "debug=chat_store"] {
            assert!(wrong.parse::<Level>().is_err(), "{wrong}");
        }
    }
}
