//! Settings: from flags, from the environment (`CHAT_…`) and from a TOML file. Earlier ones in this list win.

mod back_ends;
mod file;
mod help;
mod in_force;
pub(crate) mod keeping;
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

use crate::{issuers, issuers::IssuerConfig, secrets};

pub(crate) use self::in_force::InForce;
pub(crate) use self::layers::{Given, Unread, here};
pub(crate) use self::values::{Address, Jwks, Registration, Source, Span, Way, lifetime};
use self::values::{Frequency, database, origin, queue, secret, some, web_address};
use self::{back_ends::BackEnds, keeping::Keeping, reports::Reports};
use crate::commands::UserAction;

/// A realtime chat server that speaks five dialects over one core.
#[derive(Clone, Debug, Parser)]
#[command(version, about, after_help = help::EXAMPLES)]
pub(crate) struct Config {
    /// The command, if there is one.
    #[command(subcommand)]
    pub(crate) action: Option<Action>,
    /// Where clients connect: a host and a port, or a Unix socket such as `unix:/run/chat.sock?mode=0666` (without a mode 0660).
    /// May be given several times.
    #[arg(long, value_delimiter = ',', default_value = "127.0.0.1:8000")]
    pub(crate) listen: Vec<Address>,
    /// Where operators find a page, /healthz, /readyz and /metrics; keep it private. Without it 127.0.0.1:9464, if that is free.
    #[arg(long)]
    pub(crate) admin_listen: Option<Address>,
    /// The token, 8 bytes or more, that operators need to change anything at /admin/api, and to see anything there if others can
    /// reach --admin-listen. Other users of this machine can read command lines: prefer --admin-token-file.
    #[arg(long, value_parser = secret)]
    pub(crate) admin_token: Option<Secret>,
    /// A file with the operators' token.
    #[arg(long)]
    pub(crate) admin_token_file: Option<PathBuf>,
    /// A PEM file with a certificate and those between it and its authority; the addresses of --listen speak TLS and HTTP/2 then.
    /// Of several, each client gets the first for the name that it asks for, or the first of all. Read again when it changes.
    #[arg(long, value_delimiter = ',')]
    pub(crate) tls_certificate: Vec<PathBuf>,
    /// The PEM file with the key of each certificate, in the same order.
    #[arg(long, value_delimiter = ',')]
    pub(crate) tls_key: Vec<PathBuf>,
    /// The database: a file for SQLite, `sqlite::memory:`, or `postgres://USER:PASSWORD@HOST/NAME`.
    #[arg(long, default_value = "sqlite:chat.db", value_parser = database)]
    pub(crate) database: String,
    /// Take the Postgres database over from a server that is dead, or that is to stop using it.
    #[arg(long)]
    pub(crate) take_over: bool,
    /// How several nodes on one Postgres hear of each other: `postgres` (its default), `none` for a single node, or over Redis 7 or
    /// Valkey, with --cluster-secret: `redis://HOST:PORT`, of a cluster `redis://HOST:PORT,…`, `redis+sentinel://HOST:PORT,…/NAME`.
    #[arg(long)]
    pub(crate) backplane: Option<Way>,
    /// The private address, a host and a port, to which other nodes pass on requests of Socket.IO sessions that are here.
    #[arg(long)]
    pub(crate) node_listen: Option<Address>,
    /// The address that other nodes use to reach this one, if it differs from --node-listen.
    #[arg(long)]
    pub(crate) node_address: Option<String>,
    /// Speak TLS with other nodes, and with none that does not. Each makes a key, which the others find in the database.
    #[arg(long)]
    pub(crate) node_tls: bool,
    /// The secret that all nodes of a cluster share, 16 bytes or more. Without it, --node-listen answers nobody. Other users of
    /// this machine can read command lines: prefer --cluster-secret-file.
    #[arg(long, value_parser = secret)]
    pub(crate) cluster_secret: Option<Secret>,
    /// A file with the secret of the cluster.
    #[arg(long)]
    pub(crate) cluster_secret_file: Option<PathBuf>,
    /// A secret that signs access tokens, 32 bytes or more; of several, the first signs and all are accepted. Other users of this
    /// machine can read command lines: prefer --jwt-secret-file. Without either, one is made and kept beside the database.
    #[arg(long, value_delimiter = ',', value_parser = secret)]
    pub(crate) jwt_secret: Vec<Secret>,
    /// A file with secrets that sign access tokens, one a line.
    #[arg(long)]
    pub(crate) jwt_secret_file: Option<PathBuf>,
    /// The issuer of access tokens (their `iss`), if another server issues them. Then nobody registers here, and people are known
    /// by that issuer's subjects. Needs --jwt-secret, --jwt-public-key or --jwks.
    #[arg(long)]
    pub(crate) jwt_issuer: Option<String>,
    /// The audience that the issuer's tokens must name (their `aud`).
    #[arg(long)]
    pub(crate) jwt_audience: Option<String>,
    /// The issuer's algorithm: HS256, RS256, ES256 or EdDSA. Without it, the one that fits the key, and RS256 for a key set.
    #[arg(long)]
    pub(crate) jwt_algorithm: Option<Pinned>,
    /// A PEM file with the issuer's public key. Read again when it changes.
    #[arg(long)]
    pub(crate) jwt_public_key: Option<PathBuf>,
    /// The issuer's public keys as a JWKS document: a file, which is read again when it changes, or an https address, which is
    /// asked again when a token names an unknown key, at most once a minute.
    #[arg(long)]
    pub(crate) jwks: Option<Jwks>,
    /// Further issuers, each an `[[issuer]]` table of the file with the settings above.
    #[arg(skip)]
    pub(crate) issuers: Vec<IssuerConfig>,
    /// An address of your back end that tells whose a credential is: it gets the cookies or the bearer token of a request, and
    /// answers `{id, name, avatar}`, or 401. Then nobody registers here.
    #[arg(long, value_parser = web_address)]
    pub(crate) introspect_url: Option<Uri>,
    /// After how long the back end is asked again about somebody who stays connected.
    #[arg(long, default_value = "60s", value_parser = lifetime)]
    pub(crate) introspect_every: Span,
    /// Use a database whose people were known by another issuer's subjects. The same subject is then the same person.
    #[arg(long)]
    pub(crate) adopt_issuer: bool,
    /// Another site whose pages may use the session cookie, such as `https://chat.example`. May be given several times.
    #[arg(long, value_delimiter = ',', value_parser = origin)]
    pub(crate) allowed_origin: Vec<String>,
    /// A site that may show the page in a frame, such as `https://shop.example`. May be given several times.
    #[arg(long, value_delimiter = ',', value_parser = origin)]
    pub(crate) frame_ancestors: Vec<String>,
    /// A key with which a trusted back end uses /api/v2/server, 16 bytes or more. May be given several times, to change it. Other
    /// users of this machine can read command lines: prefer --api-key-file.
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
    /// How long a search or a match in the roulette lasts without a connection.
    #[arg(long, default_value = "15s")]
    pub(crate) roulette_grace: Span,
    /// Messages, edits, deletions and likes of a user per second; `20/60` also allows 60 at once.
    #[arg(long, default_value = "20/60")]
    pub(crate) rate_messages: Frequency,
    /// Other lasting changes of a user per second, each counted once for every person who hears of it.
    #[arg(long, default_value = "100/3000")]
    pub(crate) rate_changes: Frequency,
    /// Bytes of history, replays and lists of a user per second. Beyond it, what somebody missed comes more slowly.
    #[arg(long, default_value = "4194304/67108864")]
    pub(crate) rate_replays: Frequency,
    /// Failed log-ins to one account from one address; `1/10` allows ten at once and then one a second.
    #[arg(long, default_value = "1/10")]
    pub(crate) rate_logins: Frequency,
    /// Log-ins, registrations and refreshed tokens from one address.
    #[arg(long, default_value = "1/100")]
    pub(crate) rate_address: Frequency,
    /// How many log-ins and registrations may wait for their passwords to be checked. More are told to come back later.
    #[arg(long, default_value_t = 64, value_parser = some)]
    pub(crate) max_waiting_logins: usize,
    /// Whether people may register themselves.
    #[arg(long, default_value = "open")]
    pub(crate) registration: Registration,
    /// A proxy whose X-Forwarded-For and X-Forwarded-Proto are believed, such as `127.0.0.1` or `10.0.0.0/8`. May be given
    /// several times.
    #[arg(long, value_delimiter = ',')]
    pub(crate) trusted_proxy: Vec<Network>,
    /// How long changes are kept for clients that come back.
    #[arg(long, default_value = "30d", value_parser = lifetime)]
    pub(crate) keep_changes: Span,
    /// How many connections a user may have open.
    #[arg(long, default_value_t = 100, value_parser = some)]
    pub(crate) max_sockets_per_user: usize,
    /// How many connections may be open on each address of --listen. More wait.
    #[arg(long, default_value_t = 100_000, value_parser = some)]
    pub(crate) max_connections: usize,
    /// How many connections one address may have open. Those of trusted proxies are not counted.
    #[arg(long, default_value_t = 10_000, value_parser = some)]
    pub(crate) max_connections_per_address: usize,
    /// How many Socket.IO sessions may be open without a user. Beyond it the oldest is ended.
    #[arg(long, default_value_t = 10_000, value_parser = some)]
    pub(crate) max_strangers: usize,
    /// Signs of typing of a user per second. More are dropped.
    #[arg(long, default_value = "5/5")]
    pub(crate) rate_typing: Frequency,
    /// How many bytes the content of a message may have.
    #[arg(long, default_value_t = 16 << 10, value_parser = some)]
    pub(crate) max_content: usize,
    /// How many bytes the metadata of a message may have.
    #[arg(long, default_value_t = 4 << 10, value_parser = some)]
    pub(crate) max_metadata: usize,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
    /// How many bytes a frame of a WebSocket client may have.
    #[arg(long, default_value_t = 64 << 10, value_parser = some)]
    pub(crate) max_frame: usize,
    /// How many bytes may wait for one slow client, 131072 or more.
    #[arg(long, default_value_t = 1 << 20, value_parser = queue)]
    pub(crate) max_queue: usize,
    /// How many bytes may wait for all clients together.
    #[arg(long, default_value_t = 512 << 20, value_parser = some)]
    pub(crate) max_queues: usize,
    /// In rooms with more members, coming and going is not announced.
    #[arg(long, default_value_t = 200)]
    pub(crate) presence_room: u32,
    /// In rooms with more members, deliveries are not announced, and reading announces only the newest message of each author.
    #[arg(long, default_value_t = 50)]
    pub(crate) delivered_room: u32,
    /// Over how long clients are sent away when the server is told to stop. A second signal ends it at once.
    #[arg(long, default_value = "5s")]
    pub(crate) drain: Span,
    #[command(flatten)]
    pub(crate) reports: Reports,
    /// A TOML file with the same settings, their names in lower case with underscores.
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
}

/// What the program does instead of serving.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Action {
    /// Copy the database into a new file; a server may be running on it. SQLite gives a database, Postgres the same as `export`.
    Backup {
        /// The file to create.
        file: PathBuf,
    },
    /// Write all data into a file of lines: people, rooms, messages, reactions, positions, with their ids and times. A server may
    /// be running on the database. `chat-server export chat.jsonl`.
    Export {
        /// The file to create; `-` is the standard output.
        file: PathBuf,
    },
    /// Import an export into an empty database of either kind: `chat-server import chat.jsonl --database
    /// postgres://chat@db/chat`. Also an export of Slack: `chat-server import --from slack export.zip`; and rows that a query in
    /// your own database writes: `chat-server import --from rows chat.jsonl`.
    Import {
        /// Who made the file.
        #[arg(long, default_value = "chat-server")]
        from: Source,
        /// The file; `-` is the standard input, except for an export of Slack.
        file: PathBuf,
    },
    /// Restore a backup; stop the server first. An old SQLite file is kept under another name; a Postgres database must be empty.
    Restore {
        /// A file that `backup` or `export` made.
        file: PathBuf,
    },
    /// Print the manual page; `man -l -` shows it.
    Man,
    /// Make the search index anew: now if a server is running, otherwise when one starts.
    Reindex,
    /// Serve, as without a command.
    Serve,
    /// Serve a chat in memory with people who live in it, and print a link that logs in.
    Demo,
    /// Create, list, suspend and erase accounts, and change passwords.
    User {
        /// What to do.
        #[command(subcommand)]
        action: UserAction,
    },
    /// Print an access token of a user, to try things with.
    Token {
        /// The user: a username or a number.
        #[arg(long)]
        user: String,
    },
    /// Print the settings in force and where each came from, without secrets; or what is wrong with them.
    CheckConfig,
    /// Print completions of this command line for a shell: `source <(chat-server completions bash)`.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

impl Config {
    /// Checks the secrets. clap does not do it, because its complaint would show them.
    fn check_secrets(&self) -> Result<(), String> {
        secrets::api_keys(self)?;
        secrets::admin_token(self)?;
        secrets::cluster(self)?;
        secrets::given(self)?;
        Ok(())
    }

    /// Checks whether the settings fit together.
    fn check(&self) -> Result<(), String> {
        self.check_secrets()?;
        issuers::all(self)?;
        if self.tls_certificate.len() != self.tls_key.len() {
            return Err("each --tls-certificate needs its --tls-key, in the same order".into());
        }
        Ok(())
    }
}
