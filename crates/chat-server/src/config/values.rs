//! The types of settings' values: times, rates, sizes, addresses, origins.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use chat_domain::bucket::Rate;
use chat_transport::account::secret::Secret;
use http::Uri;

/// A time: seconds, or a number with `ms`, `s`, `m`, `h` or `d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

/// A rate: so many a second, and perhaps so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frequency(pub(crate) Rate);

/// Who may create an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Registration {
    /// Everybody may.
    Open,
    /// Nobody may: accounts are created in other ways.
    Closed,
}

/// Where a key set comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Jwks {
    /// A file.
    File(PathBuf),
    /// An address.
    Address(Uri),
}

/// How nodes on the same database hear of each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Through NOTIFY of Postgres.
    Postgres,
    /// Through the Redis or Valkey at this address.
    Redis(String),
    /// Not at all: there is a single node.
    None,
}

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// A host name or address, and a port.
    Host(String),
    /// A Unix socket, and the mode of its file.
    Unix { path: PathBuf, mode: u32 },
}

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

impl FromStr for Way {
    type Err = String;

    fn from_str(text: &str) -> Result<Way, String> {
        match text {
            "postgres" => Ok(Way::Postgres),
            "none" => Ok(Way::None),
            _ if text.starts_with("redis://") || text.starts_with("redis+sentinel://") => {
                Ok(Way::Redis(text.to_owned()))
            }
            _ => Err(format!("`{text}` is not a way between nodes: use postgres, redis://HOST:PORT or none")),
        }
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
        if per_second == 0 || burst == 0 {
            return Err("nobody could do anything at a rate of 0: give 1 or more".into());
        }
        Ok(Frequency(Rate { per_second, burst }))
    }
}

impl FromStr for Jwks {
    type Err = String;

    fn from_str(text: &str) -> Result<Jwks, String> {
        if text.contains("://") { web_address(text).map(Jwks::Address) } else { Ok(Jwks::File(text.into())) }
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Address, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return unix(path)
                .ok_or_else(|| format!("`{text}` is not a Unix socket such as unix:/run/chat.sock?mode=0660"));
        }
        let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port);
        match port.map(str::parse::<u16>) {
            Some(Ok(_)) => Ok(Address::Host(text.to_owned())),
            _ => Err(format!("`{text}` is not a host and a port such as 127.0.0.1:8000 or localhost:8000")),
        }
    }
}

fn unix(text: &str) -> Option<Address> {
    let (path, mode) = match text.split_once("?mode=") {
        Some((path, mode)) => (path, u32::from_str_radix(mode, 8).ok().filter(|mode| *mode <= 0o777)?),
        None => (text, 0o660),
    };
    (!path.is_empty() && !path.contains('?')).then(|| Address::Unix { path: path.into(), mode })
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Host(host) => host.fmt(f),
            Address::Unix { path, .. } => write!(f, "unix:{}", path.display()),
        }
    }
}

/// Reads an address with http or https.
pub(super) fn web_address(text: &str) -> Result<Uri, String> {
    let address: Result<Uri, _> = text.parse();
    let good = |address: &Uri| matches!(address.scheme_str(), Some("http" | "https")) && address.host().is_some();
    address.ok().filter(good).ok_or_else(|| "must be an address such as https://backend.example/path".into())
}

/// Reads a time of at least a second: with less, nobody could come in, or come back.
pub(crate) fn lifetime(text: &str) -> Result<Span, String> {
    let span: Span = text.parse()?;
    if span.0 < Duration::from_secs(1) { Err("must be a second or more".into()) } else { Ok(span) }
}

/// Reads a number that must not be 0.
pub(super) fn some(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("must be a number, 1 or more".into()),
        Ok(number) => Ok(number),
    }
}

/// Reads the size of a queue. What a client missed is sent in pieces, and the longest message must fit behind two of them.
pub(super) fn queue(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(bytes) if bytes >= SMALLEST_QUEUE => Ok(bytes),
        _ => Err(format!("a client that comes back would be closed as too slow: give {SMALLEST_QUEUE} bytes or more")),
    }
}

/// Reads any secret. [`Config::check_secrets`](super::Config::check_secrets) checks it later, because clap's complaint would show
/// it.
pub(super) fn secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}

/// Reads the origin of a site as browsers spell it. `*` is refused, since every site could then act for whoever has the cookie.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let origin = text.trim_end_matches('/').to_ascii_lowercase();
    let host = origin.strip_prefix("https://").or(origin.strip_prefix("http://")).unwrap_or_default();
    let bad = |letter: char| letter.is_whitespace() || letter.is_control() || "/?#@*,".contains(letter);
    if host.is_empty() || host.starts_with(':') || host.contains(bad) {
        return Err("must be the origin of a site, such as https://chat.example; it cannot stand for every site".into());
    }
    Ok(origin)
}

/// Reads the name of a database. Without a scheme it is a file for SQLite.
pub(super) fn database(text: &str) -> Result<String, String> {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+.-".contains(letter))
    });
    match scheme {
        Some("sqlite" | "postgres" | "postgresql") => Ok(text.to_owned()),
        Some(other) => Err(format!("`{other}:` is not a database that is known here: use sqlite:FILE or postgres://…")),
        None if text.is_empty() => Err("name a file, or postgres://…".into()),
        None if text == ":memory:" => Ok("sqlite::memory:".into()),
        None => Ok(format!("sqlite:{text}")),
    }
}

const SMALLEST_QUEUE: usize = 128 << 10;

/// Who made a file that is imported.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Source {
    /// `chat-server export`.
    ChatServer,
    /// A query in your own database, which writes people, chats and messages as lines of JSON.
    Rows,
    /// Slack: the owners of a workspace can export it as a ZIP file.
    Slack,
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
        assert!(lifetime("0").is_err() && lifetime("999ms").is_err() && lifetime("1s").is_ok());
    }

    #[test]
    fn rates_may_name_their_burst_and_are_never_nothing() {
        assert_eq!("20/60".parse(), Ok(Frequency(Rate { per_second: 20, burst: 60 })));
        assert_eq!("5".parse(), Ok(Frequency(Rate { per_second: 5, burst: 15 })));
        for text in ["fast", "0", "0/5", "5/0", ""] {
            assert!(text.parse::<Frequency>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_place_to_listen_is_a_host_and_a_port() {
        let unix = |path: &str, mode| Ok(Address::Unix { path: path.into(), mode });
        assert_eq!("unix:/run/chat.sock".parse(), unix("/run/chat.sock", 0o660));
        assert_eq!("unix:chat.sock?mode=0666".parse(), unix("chat.sock", 0o666));
        for text in ["unix:", "unix:/a?mode=", "unix:/a?mode=0888", "unix:/a?mode=7777", "unix:/a?umask=0"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        for text in ["127.0.0.1:0", "localhost:8000", "[::1]:8000", "0.0.0.0:80"] {
            assert!(text.parse::<Address>().is_ok(), "{text}");
        }
        for text in ["", "8000", ":8000", "localhost", "localhost:", "localhost:99999", "localhost:http"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_origin_is_one_site_and_never_all() {
        for text in ["https://chat.example", "http://localhost:5173", "https://Chat.Example/"] {
            assert!(origin(text).is_ok(), "{text}");
        }
        assert_eq!(origin("https://Chat.Example/").as_deref(), Ok("https://chat.example"));
        for text in
            ["", "*", "foo", "chat.example", "https://", "https://*", "https://a.example/b", "null", "https://u@a"]
        {
            assert!(origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_database_without_a_scheme_is_a_file() {
        for (text, meant) in
            [("chat2.db", "sqlite:chat2.db"), ("/var/x.db", "sqlite:/var/x.db"), (":memory:", "sqlite::memory:")]
        {
            assert_eq!(database(text).as_deref(), Ok(meant));
        }
        for text in ["sqlite:x.db", "sqlite://x.db", "postgres://u@h/n", "postgresql:///n"] {
            assert_eq!(database(text).as_deref(), Ok(text));
        }
        for text in ["", "mysql://u@h/n", "postgress://u@h/n"] {
            assert!(database(text).is_err(), "{text}");
        }
    }
}
