//! Settings: from flags, the environment (`CHAT_…`) and a TOML file, in that order of weight.

mod back_ends;
mod file;
mod help;
mod in_force;
mod keeping;
mod layers;
mod nearest;
mod pushes;
mod reports;
mod values;

use std::path::PathBuf;

use chat_transport::account::issuer::Pinned;
use chat_transport::account::secret::Secret;
use chat_transport::address::Network;
use clap::{Parser, Subcommand};
use clap_complete::Shell;
use http::Uri;

use crate::issuers::{self, IssuerConfig};
use crate::secrets;

pub(crate) use self::in_force::InForce;
pub(crate) use self::layers::{Given, Unread, here};
use self::reports::Reports;
pub(crate) use self::values::{Address, Jwks, Registration, Source, Way};
use self::values::{Frequency, Span, database, lifetime, origin, queue, secret, some, web_address};
use self::{back_ends::BackEnds, keeping::Keeping};
use crate::commands::UserAction;

/// A realtime chat server that speaks five dialects over one core.
#[derive(Clone, Debug, Parser)]
#[command(version, about, after_help = help::EXAMPLES)]
pub(crate) struct Config {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub(crate) action: Option<Action>,
    /// Where to listen: a host and a port, or a Unix socket such as `unix:/run/chat/chat.sock?mode=0666` (without a mode 0660); may be
    /// given several times.
    #[arg(long, value_delimiter = ',', default_value = "127.0.0.1:8000")]
    pub(crate) listen: Vec<Address>,
    /// Where a page, /healthz, /readyz and /metrics are served to operators; keep it private. Without it 127.0.0.1:9464, if that is free.
    #[arg(long)]
    pub(crate) admin_listen: Option<Address>,
    /// What operators show at /admin/api to change anything, and to see anything where --admin-listen is reached from elsewhere; 8 bytes
    /// or more. Everybody on this machine can read a command line: --admin-token-file is better.
    #[arg(long, value_parser = secret)]
    pub(crate) admin_token: Option<Secret>,
    /// A file with the operators' token.
    #[arg(long)]
    pub(crate) admin_token_file: Option<PathBuf>,
    /// A certificate in PEM, with those between it and its authority: the addresses of --listen speak TLS then, and HTTP/2. Of several
    /// each client gets the first that is for the name it asks for, or the first of all. Read again when it changes.
    #[arg(long, value_delimiter = ',')]
    pub(crate) tls_certificate: Vec<PathBuf>,
    /// The key of each certificate, in their order.
    #[arg(long, value_delimiter = ',')]
    pub(crate) tls_key: Vec<PathBuf>,
    /// Where everything is stored: a file, `sqlite::memory:` or `postgres://USER:PASSWORD@HOST/NAME`.
    #[arg(long, default_value = "sqlite:chat.db", value_parser = database)]
    pub(crate) database: String,
    /// Serve from a Postgres that another server has, which is dead or is to end its work.
    #[arg(long)]
    pub(crate) take_over: bool,
    /// How nodes on one Postgres hear of each other: `postgres`, `redis://HOST:PORT` (Redis 7 or Valkey, with --cluster-secret), or `none` if
    /// there is only one. With a database in Postgres it is `postgres` unless this is given.
    #[arg(long)]
    pub(crate) backplane: Option<Way>,
    /// A private address where other nodes reach this one, with requests of Socket.IO sessions that live here: a host and a port.
    #[arg(long)]
    pub(crate) node_listen: Option<Address>,
    /// Where other nodes are to reach it, if they cannot at --node-listen as it is written.
    #[arg(long)]
    pub(crate) node_address: Option<String>,
    /// What nodes show each other there, 16 bytes or more, the same for all. Everybody on this machine can read a command line:
    /// --cluster-secret-file is better. Without it that address answers nobody.
    #[arg(long, value_parser = secret)]
    pub(crate) cluster_secret: Option<Secret>,
    /// A file with the secret of the cluster.
    #[arg(long)]
    pub(crate) cluster_secret_file: Option<PathBuf>,
    /// A secret of access tokens, 32 bytes or more; of several the first one signs and all are good. Everybody on this machine can
    /// read a command line: --jwt-secret-file is better. Without either one is made and kept in a file beside the database.
    #[arg(long, value_delimiter = ',', value_parser = secret)]
    pub(crate) jwt_secret: Vec<Secret>,
    /// A file with secrets of access tokens, one a line.
    #[arg(long)]
    pub(crate) jwt_secret_file: Option<PathBuf>,
    /// Who issues the access tokens, as their `iss` says, if another server does: then nobody registers here, and people are known
    /// by that issuer's subjects.
    #[arg(long)]
    pub(crate) jwt_issuer: Option<String>,
    /// For whom the issuer's tokens are: their `aud`.
    #[arg(long)]
    pub(crate) jwt_audience: Option<String>,
    /// HS256, RS256, ES256 or EdDSA; without it that of the key, and RS256 for a key set.
    #[arg(long)]
    pub(crate) jwt_algorithm: Option<Pinned>,
    /// A file with the issuer's public key in PEM, read again when it changes.
    #[arg(long)]
    pub(crate) jwt_public_key: Option<PathBuf>,
    /// The issuer's public keys as a JWKS document: a file, read again when it changes, or an https address, asked again when a token
    /// names a key that is not known, at most once a minute.
    #[arg(long)]
    pub(crate) jwks: Option<Jwks>,
    /// Further issuers, each an `[[issuer]]` of the file with the settings above.
    #[arg(skip)]
    pub(crate) issuers: Vec<IssuerConfig>,
    /// An address of your back end that says who brings a credential: it gets the cookies or the bearer token of a request, and answers
    /// `{id, name, avatar}`, or 401. Then nobody registers here.
    #[arg(long, value_parser = web_address)]
    pub(crate) introspect_url: Option<Uri>,
    /// After how long that is asked again about somebody who stays connected.
    #[arg(long, default_value = "60s", value_parser = lifetime)]
    pub(crate) introspect_every: Span,
    /// Take a database over whose people are known by another issuer's subjects: the same subject is the same person then.
    #[arg(long)]
    pub(crate) adopt_issuer: bool,
    /// Another site whose pages may use the session cookie, such as `https://chat.example`; may be given several times.
    #[arg(long, value_delimiter = ',', value_parser = origin)]
    pub(crate) allowed_origin: Vec<String>,
    /// A site that may show the page inside of its own, such as `https://shop.example`; may be given several times.
    #[arg(long, value_delimiter = ',', value_parser = origin)]
    pub(crate) frame_ancestors: Vec<String>,
    /// A key of a trusted back end for /api/v2/server, 16 bytes or more; may be given several times, for rotation. Everybody on this
    /// machine can read a command line: --api-key-file is better.
    #[arg(long, value_delimiter = ',', value_parser = secret)]
    pub(crate) api_key: Vec<Secret>,
    /// A file with keys of trusted back ends, one a line.
    #[arg(long)]
    pub(crate) api_key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) back_ends: BackEnds,
    /// How long an access token is good.
    #[arg(long, default_value = "24h", value_parser = lifetime)]
    pub(crate) access_token_ttl: Span,
    /// How long somebody stays online after their last connection has gone.
    #[arg(long, default_value = "5s")]
    pub(crate) presence_grace: Span,
    /// How long a place in the roulette is good without a connection.
    #[arg(long, default_value = "15s")]
    pub(crate) roulette_grace: Span,
    /// Messages, edits, deletes and likes of a user a second; `20/60` allows bursts of 60.
    #[arg(long, default_value = "20/60")]
    pub(crate) rate_messages: Frequency,
    /// Other lasting changes of a user a second, each weighed by the people who hear of it: a group of 50 weighs 50.
    #[arg(long, default_value = "100/3000")]
    pub(crate) rate_changes: Frequency,
    /// Bytes of history, replays and lists of a user a second; what is missed comes more slowly then.
    #[arg(long, default_value = "4194304/67108864")]
    pub(crate) rate_replays: Frequency,
    /// Failed log-ins of an account from an address; `1/10` allows ten at once and then one a second.
    #[arg(long, default_value = "1/10")]
    pub(crate) rate_logins: Frequency,
    /// Log-ins, registrations and refreshed tokens from an address.
    #[arg(long, default_value = "1/100")]
    pub(crate) rate_address: Frequency,
    /// Log-ins and registrations that may wait for the work of their passwords; more are told to come back.
    #[arg(long, default_value_t = 64, value_parser = some)]
    pub(crate) max_waiting_logins: usize,
    /// Whether people may register themselves.
    #[arg(long, default_value = "open")]
    pub(crate) registration: Registration,
    /// Proxies whose X-Forwarded-For and X-Forwarded-Proto count, such as `127.0.0.1` or `10.0.0.0/8`; may be given several times.
    #[arg(long, value_delimiter = ',')]
    pub(crate) trusted_proxy: Vec<Network>,
    /// How long changes are kept for those who come back.
    #[arg(long, default_value = "30d", value_parser = lifetime)]
    pub(crate) keep_changes: Span,
    /// How many connections a user may have open.
    #[arg(long, default_value_t = 100, value_parser = some)]
    pub(crate) max_sockets_per_user: usize,
    /// How many connections may be open on an address of `--listen`; more wait.
    #[arg(long, default_value_t = 100_000, value_parser = some)]
    pub(crate) max_connections: usize,
    /// How many connections a client's address may have open; those of trusted proxies are not counted.
    #[arg(long, default_value_t = 10_000, value_parser = some)]
    pub(crate) max_connections_per_address: usize,
    /// Sessions of Socket.IO of which nobody knows whose they are; the oldest gives way.
    #[arg(long, default_value_t = 10_000, value_parser = some)]
    pub(crate) max_strangers: usize,
    /// Typing signs of a user a second; more are dropped.
    #[arg(long, default_value = "5/5")]
    pub(crate) rate_typing: Frequency,
    /// Bytes in the content of a message.
    #[arg(long, default_value_t = 16 << 10, value_parser = some)]
    pub(crate) max_content: usize,
    /// Bytes in the metadata of a message.
    #[arg(long, default_value_t = 4 << 10, value_parser = some)]
    pub(crate) max_metadata: usize,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
    /// Bytes in a frame of a WebSocket client.
    #[arg(long, default_value_t = 64 << 10, value_parser = some)]
    pub(crate) max_frame: usize,
    /// Bytes that may wait for one slow client, 131072 or more.
    #[arg(long, default_value_t = 1 << 20, value_parser = queue)]
    pub(crate) max_queue: usize,
    /// Bytes that may wait for all clients together.
    #[arg(long, default_value_t = 512 << 20, value_parser = some)]
    pub(crate) max_queues: usize,
    /// In rooms of more members, coming and going is not announced.
    #[arg(long, default_value_t = 200)]
    pub(crate) presence_room: u32,
    /// In rooms of more members, deliveries are not announced, and a read announces the newest message of each author.
    #[arg(long, default_value_t = 50)]
    pub(crate) delivered_room: u32,
    /// Over how long everybody is sent away when the server is told to stop; a second signal ends it at once.
    #[arg(long, default_value = "5s")]
    pub(crate) drain: Span,
    #[command(flatten)]
    pub(crate) reports: Reports,
    /// A TOML file with the same settings in lower case with underscores.
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
}

/// What the program does beside serving.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Action {
    /// Copy the database into a new file, while a server may run on it: of SQLite a database, of Postgres what `export` writes.
    Backup {
        /// The file to make.
        file: PathBuf,
    },
    /// Write all that a database holds into a file, a row a line, while a server may run on it: people, rooms, messages, reactions,
    /// positions, with their ids and times. `chat-server export chat.jsonl`.
    Export {
        /// The file to make; `-` is the standard output.
        file: PathBuf,
    },
    /// Put such a file into an empty database of either kind: `chat-server import chat.jsonl --database postgres://chat@db/chat`; or what
    /// Slack exports: `chat-server import --from slack export.zip`; or what a query in your own database writes: `chat-server import --from
    /// rows chat.jsonl`.
    Import {
        /// Who made the file.
        #[arg(long, default_value = "chat-server")]
        from: Source,
        /// The file; `-` is the standard input, but for Slack's.
        file: PathBuf,
    },
    /// Put a backup back. A file's database is exchanged, and stays beside it under another name; a Postgres must be empty.
    /// `chat-server restore copy.db`.
    Restore {
        /// What `backup` or `export` made.
        file: PathBuf,
    },
    /// Print the manual page, as `man -l -` shows it.
    Man,
    /// Make the index of words anew, by which messages are found, while a server runs; without one when it starts next.
    Reindex,
    /// Serve: the same as no command.
    Serve,
    /// Serve rooms in memory with people who live in them, and print a link that logs in.
    Demo,
    /// Make and list accounts.
    User {
        /// What to do.
        #[command(subcommand)]
        action: UserAction,
    },
    /// Print an access token of somebody, to try things with.
    Token {
        /// Whose: a username or an integer id.
        #[arg(long)]
        user: String,
    },
    /// Print the settings in force and where each came from, without secrets; or say what is wrong with them.
    CheckConfig,
    /// Print completions of this command line for a shell: `source <(chat-server completions bash)`.
    Completions {
        /// The shell that is to complete the command line.
        shell: Shell,
    },
}

impl Config {
    /// What is looked at only here: a complaint about a secret must not show it.
    fn check_secrets(&self) -> Result<(), String> {
        secrets::api_keys(self)?;
        secrets::admin_token(self)?;
        secrets::cluster(self)?;
        secrets::given(self)?;
        Ok(())
    }

    /// Whether the settings fit together.
    fn check(&self) -> Result<(), String> {
        self.check_secrets()?;
        issuers::all(self)?;
        if self.tls_certificate.len() != self.tls_key.len() {
            return Err("each --tls-certificate needs its --tls-key, in the same order".into());
        }
        Ok(())
    }
}
