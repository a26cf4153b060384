//! Settings: from flags, the environment (`CHAT_…`) and a TOML file, in that order of weight.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use chat_domain::bucket::Rate;
use clap::Parser;

/// A realtime chat server that speaks five dialects over one core.
#[derive(Clone, Debug, Parser)]
#[command(version, about)]
pub(crate) struct Config {
    /// Where to listen; may be given several times.
    #[arg(long, env = "CHAT_LISTEN", value_delimiter = ',', default_value = "127.0.0.1:8000")]
    pub(crate) listen: Vec<SocketAddr>,
    /// Where /healthz, /readyz and /metrics are served to operators; keep it private. Without it 127.0.0.1:9464, if that is free.
    #[arg(long, env = "CHAT_ADMIN_LISTEN")]
    pub(crate) admin_listen: Option<SocketAddr>,
    /// Where everything is stored: `sqlite:FILE`, `sqlite::memory:` or `postgres://USER:PASSWORD@HOST/NAME`.
    #[arg(long, env = "CHAT_DATABASE", default_value = "sqlite:chat.db")]
    pub(crate) database: String,
    /// The secret with which access tokens are signed. Without it one is made and kept in a file beside the database.
    #[arg(long, env = "CHAT_JWT_SECRET", hide_env_values = true)]
    pub(crate) jwt_secret: Option<String>,
    /// Another site whose pages may use the session cookie, such as `https://chat.example`; may be given several times.
    #[arg(long, env = "CHAT_ALLOWED_ORIGIN", value_delimiter = ',')]
    pub(crate) allowed_origin: Vec<String>,
    /// A key of a trusted back end for /api/v2/server; may be given several times, for rotation.
    #[arg(long, env = "CHAT_API_KEY", value_delimiter = ',', hide_env_values = true)]
    pub(crate) api_key: Vec<String>,
    /// How long an access token is good.
    #[arg(long, env = "CHAT_ACCESS_TOKEN_TTL", default_value = "24h")]
    pub(crate) access_token_ttl: Span,
    /// How long somebody stays online after their last connection has gone.
    #[arg(long, env = "CHAT_PRESENCE_GRACE", default_value = "5s")]
    pub(crate) presence_grace: Span,
    /// How long a place in the roulette is good without a connection.
    #[arg(long, env = "CHAT_ROULETTE_GRACE", default_value = "15s")]
    pub(crate) roulette_grace: Span,
    /// Messages, edits, deletes and likes of a user a second; `20/60` allows bursts of 60.
    #[arg(long, env = "CHAT_RATE_MESSAGES", default_value = "20/60")]
    pub(crate) rate_messages: Frequency,
    /// Failed log-ins of an account from an address; `1/10` allows ten at once and then one a second.
    #[arg(long, env = "CHAT_RATE_LOGINS", default_value = "1/10")]
    pub(crate) rate_logins: Frequency,
    /// How long changes are kept for those who come back.
    #[arg(long, env = "CHAT_KEEP_CHANGES", default_value = "30d")]
    pub(crate) keep_changes: Span,
    /// How many connections a user may have open.
    #[arg(long, env = "CHAT_MAX_SOCKETS_PER_USER", default_value_t = 100)]
    pub(crate) max_sockets_per_user: usize,
    /// Typing signs of a user a second; more are dropped.
    #[arg(long, env = "CHAT_RATE_TYPING", default_value = "5/5")]
    pub(crate) rate_typing: Frequency,
    /// Bytes in the content of a message.
    #[arg(long, env = "CHAT_MAX_CONTENT", default_value_t = 16 << 10)]
    pub(crate) max_content: usize,
    /// Bytes in the metadata of a message.
    #[arg(long, env = "CHAT_MAX_METADATA", default_value_t = 4 << 10)]
    pub(crate) max_metadata: usize,
    /// Bytes in a frame of a WebSocket client.
    #[arg(long, env = "CHAT_MAX_FRAME", default_value_t = 64 << 10)]
    pub(crate) max_frame: usize,
    /// Bytes that may wait for one slow client, 131072 or more.
    #[arg(long, env = "CHAT_MAX_QUEUE", default_value_t = 1 << 20, value_parser = queue)]
    pub(crate) max_queue: usize,
    /// Bytes that may wait for all clients together.
    #[arg(long, env = "CHAT_MAX_QUEUES", default_value_t = 512 << 20)]
    pub(crate) max_queues: usize,
    /// In rooms of more members, coming and going is not announced.
    #[arg(long, env = "CHAT_PRESENCE_ROOM", default_value_t = 200)]
    pub(crate) presence_room: u32,
    /// In rooms of more members, deliveries are not announced, and a read announces the newest message of each author.
    #[arg(long, env = "CHAT_DELIVERED_ROOM", default_value_t = 50)]
    pub(crate) delivered_room: u32,
    /// A TOML file with the same settings in lower case with underscores.
    #[arg(long, env = "CHAT_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

/// A span of time: seconds, or a number with `ms`, `s`, `m`, `h` or `d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

/// How often: so many a second, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frequency(pub(crate) Rate);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Span, String> {
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let number: u64 = digits.parse().map_err(|_| format!("`{text}` is not a span of time such as 90s or 24h"))?;
        let millis = match &text[digits.len()..] {
            "ms" => 1,
            "" | "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            unit => return Err(format!("`{unit}` is not a unit of time: use ms, s, m, h or d")),
        };
        Ok(Span(Duration::from_millis(number.saturating_mul(millis))))
    }
}

impl FromStr for Frequency {
    type Err = String;

    fn from_str(text: &str) -> Result<Frequency, String> {
        let wrong = |_| format!("`{text}` is not a rate such as 20 or 20/60");
        let (per_second, burst) = match text.split_once('/') {
            Some((rate, burst)) => (rate.parse().map_err(wrong)?, burst.parse().map_err(wrong)?),
            None => {
                let rate: u32 = text.parse().map_err(wrong)?;
                (rate, rate.saturating_mul(3))
            }
        };
        Ok(Frequency(Rate { per_second, burst }))
    }
}

/// The size of a queue. What a client missed comes in pieces, and the longest message must find room behind two of them.
fn queue(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(bytes) if bytes >= SMALLEST_QUEUE => Ok(bytes),
        _ => Err(format!("a client that comes back would be closed as too slow: give {SMALLEST_QUEUE} bytes or more")),
    }
}

const SMALLEST_QUEUE: usize = 128 << 10;

impl Config {
    /// Reads flags and environment, and under them the file that they name.
    pub(crate) fn read() -> Result<Config, String> {
        let given = Config::parse();
        let Some(path) = &given.config else { return Ok(given) };
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let flags = flags(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        // What was said on the command line or in the environment weighs more: clap takes the last.
        let said = said_on_the_command_line();
        let from_file = flags.into_iter().filter(|(name, _)| !said(name));
        let mut words: Vec<String> = std::env::args().collect();
        words.extend(from_file.map(|(name, value)| format!("--{name}={value}")));
        Config::try_parse_from(words).map_err(|error| error.to_string())
    }
}

/// The settings of a file as flags.
fn flags(text: &str) -> Result<Vec<(String, String)>, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let mut flags = Vec::new();
    for (key, value) in table {
        let name = key.replace('_', "-");
        match value {
            toml::Value::Array(values) => {
                for value in values {
                    flags.push((name.clone(), plain(&key, value)?));
                }
            }
            value => flags.push((name, plain(&key, value)?)),
        }
    }
    Ok(flags)
}

fn plain(key: &str, value: toml::Value) -> Result<String, String> {
    match value {
        toml::Value::String(text) => Ok(text),
        toml::Value::Integer(number) => Ok(number.to_string()),
        _ => Err(format!("`{key}` must be text or a number")),
    }
}

/// Whether a flag was given on the command line or in the environment.
fn said_on_the_command_line() -> impl Fn(&str) -> bool {
    let words: Vec<String> = std::env::args().collect();
    move |name| {
        let flag = format!("--{name}");
        let variable = format!("CHAT_{}", name.replace('-', "_").to_uppercase());
        let with_value = format!("{flag}=");
        words.iter().any(|word| *word == flag || word.starts_with(&with_value)) || std::env::var_os(variable).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_carry_a_unit_or_are_seconds() {
        for (text, seconds) in [("90", 90), ("90s", 90), ("2m", 120), ("24h", 86_400), ("1d", 86_400)] {
            assert_eq!(text.parse(), Ok(Span(Duration::from_secs(seconds))), "{text}");
        }
        assert_eq!("250ms".parse(), Ok(Span(Duration::from_millis(250))));
        for text in ["", "h", "-1", "1w", "1.5s"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn rates_may_name_their_burst() {
        assert_eq!("20/60".parse(), Ok(Frequency(Rate { per_second: 20, burst: 60 })));
        assert_eq!("5".parse(), Ok(Frequency(Rate { per_second: 5, burst: 15 })));
        assert!("fast".parse::<Frequency>().is_err());
    }

    #[test]
    fn a_queue_has_room_for_what_a_client_missed() {
        let read = |queue: &str| Config::try_parse_from(["chat-server", "--max-queue", queue]);
        assert_eq!(read("131072").map(|config| config.max_queue).ok(), Some(131_072));
        for small in ["131071", "0", "much"] {
            let refused = read(small).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(refused.contains("give 131072 bytes or more"), "{small}: {refused}");
        }
    }

    #[test]
    fn a_file_says_the_same_in_lower_case() {
        let flags = flags("database = \"sqlite:x.db\"\napi_key = [\"a\", \"b\"]\nmax_sockets_per_user = 7\n").unwrap();
        let said = |name: &str, value: &str| flags.contains(&(name.to_owned(), value.to_owned()));
        assert!(said("database", "sqlite:x.db") && said("api-key", "a") && said("api-key", "b"));
        assert!(said("max-sockets-per-user", "7"));
    }
}
