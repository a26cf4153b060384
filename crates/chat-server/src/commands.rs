//! Commands for operators at a shell, on accounts and tokens. They are refused while a server is using the database.

mod leaving;

use std::fmt::Write as _;
use std::io::{BufRead, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::directory::NewAccount;
use chat_domain::grant::{Grant, Holder, Kept};
use chat_domain::{Account, Directory, Failure, Sink, UserId};
use chat_store::{Options, Store};
use chat_transport::account::password::Passwords;
use chat_transport::account::secret::Secret;
use chat_transport::account::token::Tokens;
use chat_transport::address::Source;
use chat_transport::clock;
use chat_transport::hub::Inbox;
use clap::{CommandFactory, Subcommand};
use clap_complete::Shell;

use self::leaving::Said;
use crate::config::{Config, Given, InForce, Span, lifetime};
use crate::{doors, issuers, nodes, secrets};

/// What to do with accounts.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum UserAction {
    /// Create an account, even where people may not register themselves. Prints a new password once.
    Add {
        /// The name to log in with.
        username: String,
        /// The name that others see [default: the username].
        #[arg(long)]
        name: Option<String>,
        /// Read the password from the standard input instead of making one.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give an account a new password, print it once, and end all log-ins of that account.
    Password {
        /// The username of the account.
        username: String,
        /// Read the password from the standard input instead of making one.
        #[arg(long)]
        password_stdin: bool,
    },
    /// List all accounts: id, username and name, separated by tabs.
    List,
    /// Suspend an account until `user enable`, or for a while. Nothing is lost, and its log-ins are good again afterwards.
    Disable {
        /// The account: a username or a number.
        user: String,
        /// For how long, such as `7d` [default: until `user enable`].
        #[arg(long = "for", value_parser = lifetime)]
        span: Option<Span>,
        /// The reason, for operators.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Let a suspended account in again.
    Enable {
        /// The account: a username or a number.
        user: String,
    },
    /// Erase an account for good: its name, picture, password, files and memberships. Its id stays.
    Erase {
        /// The account: a username or a number.
        user: String,
        /// What happens to its messages.
        #[arg(long)]
        messages: Said,
    },
}

/// Creates, lists, changes, suspends or erases accounts.
pub(crate) async fn user(config: &Config, action: &UserAction) -> Result<(), String> {
    if let UserAction::Erase { user, messages } = action {
        return leaving::erase(config, user, *messages).await;
    }
    let store = open(config).await?;
    let done = match action {
        UserAction::Add { username, name, password_stdin } => {
            add(&store, username, name.clone(), *password_stdin).await
        }
        UserAction::Password { username, password_stdin } => password(&store, username, *password_stdin).await,
        UserAction::List | UserAction::Erase { .. } => list(&store).await,
        UserAction::Disable { user, span, reason } => {
            leaving::disable(&store, user, span.map(|span| span.0), reason.clone()).await
        }
        UserAction::Enable { user } => leaving::enable(&store, user).await,
    };
    store.close().await;
    done
}

/// Prints an access token of a user, named by username or number.
pub(crate) async fn token(config: &Config, user: &str) -> Result<(), String> {
    let store = open(config).await?;
    let done = issue(&store, config, user).await;
    store.close().await;
    done
}

/// Has the search index made anew, and waits while a server is doing it.
pub(crate) async fn reindex(config: &Config) -> Result<(), String> {
    chat_store::reindex(&config.database).await.map_err(|error| error.to_string())?;
    let (mut moved, mut upto) = (Instant::now(), Some((0, 0)));
    while moved.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = chat_store::unindexed(&config.database).await.map_err(|error| error.to_string())?;
        if now.is_none() {
            return print(b"all messages are in the index of words\n");
        }
        if now != upto {
            (moved, upto) = (Instant::now(), now);
        }
    }
    print(b"no server is at it: the next one makes the index of words anew when it starts\n")
}

/// Prints the completions for a shell.
pub(crate) fn completions(shell: Shell) -> Result<(), String> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Config::command(), "chat-server", &mut script);
    print(&script)
}

/// Prints the manual page.
pub(crate) fn manual() -> Result<(), String> {
    let mut page = Vec::new();
    let made = clap_mangen::Man::new(Config::command()).render(&mut page);
    made.map_err(|error| format!("cannot write: {error}"))?;
    print(&page)
}

async fn open(config: &Config) -> Result<Store, String> {
    open_to(config, Inbox::new(1)).await
}

async fn open_to(config: &Config, sink: Arc<dyn Sink>) -> Result<Store, String> {
    let several_nodes = nodes::several(config)?;
    let secrets = nodes::shown(config)?;
    let (take_over, erasures) = (config.take_over, config.keeping.erasures.clone());
    let options = Options { take_over, erasures, several_nodes, secrets, feeds: false, ..Options::default() };
    Store::open(&config.database, options, sink).await.map_err(|error| error.to_string())
}

async fn add(store: &Store, username: &str, name: Option<String>, from_stdin: bool) -> Result<(), String> {
    let (password, hash) = new_password(from_stdin).await?;
    let new = NewAccount { username: username.into(), name, avatar: String::new(), password: hash };
    let account = store.register(new).await.map_err(told)?;
    print(format!("{}{}\n", row(&account), shown(&password, from_stdin)).as_bytes())
}

async fn password(store: &Store, username: &str, from_stdin: bool) -> Result<(), String> {
    let account = store.by_username(username.into()).await.map_err(told)?.ok_or_else(|| nobody(username))?;
    if store.credential(username.into()).await.map_err(told)?.is_none() {
        return Err(format!("{username} logs in with another server: change the password there"));
    }
    let (password, hash) = new_password(from_stdin).await?;
    store.set_password(account.person.id(), hash, Kept::default()).await.map_err(told)?;
    store.end_tokens(account.person.id(), clock::now()).await.map_err(told)?;
    print(format!("{}{}\n", row(&account), shown(&password, from_stdin)).as_bytes())
}

/// Returns the password that was given or made, and its hash.
async fn new_password(from_stdin: bool) -> Result<(Secret, String), String> {
    let made = Secret::random().map_err(|error| format!("no random numbers to be had: {error}"))?;
    let password = if from_stdin { line()? } else { made };
    if !(8..=128).contains(&password.reveal().chars().count()) {
        return Err("a password must have 8 to 128 characters".into());
    }
    let here = Source::of(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let hash = Passwords::new(1).hash(here, Secret::new(password.reveal())).await;
    Ok((password, hash.map_err(|_| "the password could not be hashed".to_owned())?))
}

/// Returns a new password, which is printed only this once.
fn shown(password: &Secret, from_stdin: bool) -> String {
    if from_stdin { String::new() } else { format!("\t{}", password.reveal()) }
}

async fn list(store: &Store) -> Result<(), String> {
    let mut after = None;
    loop {
        let page = store.search(String::new(), after, PAGE).await.map_err(told)?;
        let rows: String = page.iter().map(|account| row(account) + "\n").collect();
        print(rows.as_bytes())?;
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.person.username.clone()),
            _ => return Ok(()),
        }
    }
}

async fn issue(store: &Store, config: &Config, user: &str) -> Result<(), String> {
    let id = named(store, user).await?.person.id();
    let holder = store.holder(id, None).await.map_err(told)?.ok_or_else(|| nobody(user))?;
    let Holder { account, generation, .. } = holder;
    let tokens = Tokens::local(&secrets::of_tokens(config)?, config.access_token_ttl.0.as_secs());
    let handle = account.person.handle;
    let jti = Secret::random().map_err(|error| format!("no random numbers to be had: {error}"))?;
    let grant = Grant { family: None, generation };
    let now = clock::now().since(chat_domain::Time(0)).as_secs();
    let issued = tokens.issue(handle.id.number(), Some(handle.uuid.to_string()), grant, jti.reveal().into(), now);
    let (token, _) = issued.ok_or("no token could be made")?;
    print(format!("{}\n", token.reveal()).as_bytes())
}

/// Returns the account with this username or number.
async fn named(store: &Store, user: &str) -> Result<Account, String> {
    if let Some(account) = store.by_username(user.into()).await.map_err(told)? {
        return Ok(account);
    }
    let Some(id) = user.parse().ok().and_then(UserId::new) else { return Err(nobody(user)) };
    let account = store.people(vec![id]).await.map_err(told)?.pop();
    account.filter(|account| !account.person.is_erased()).ok_or_else(|| nobody(user))
}

fn nobody(user: &str) -> String {
    format!("there is nobody called {user}: `chat-server user list` prints all accounts")
}

fn row(account: &Account) -> String {
    let person = &account.person;
    format!("{}\t{}\t{}", person.id().number(), person.username, person.name)
}

fn line() -> Result<Secret, String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| format!("cannot read the password: {error}"))?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}

/// Prints to the standard output. It is no error if the reader has gone.
fn print(text: &[u8]) -> Result<(), String> {
    std::io::stdout().write_all(text).map_err(|error| format!("cannot write: {error}"))
}

fn told(failure: Failure) -> String {
    failure.to_string()
}

const PAGE: usize = 1_000;

/// Prints the settings in force. It also opens the files and addresses that they name, so that a server started with them does
/// not fail over one.
pub(crate) fn check_config(given: &Given) -> Result<(), String> {
    doors::tls(&given.config)?;
    issuers::check(&given.config)?;
    let mut text = String::new();
    for InForce { name, value, from } in &given.in_force {
        let _ = writeln!(text, "{name} = {value} # {from}");
    }
    for issuer in &given.config.issuers {
        let _ = writeln!(text, "[[issuer]] jwt_issuer = {}", issuer.issuer.as_deref().unwrap_or_default());
    }
    print(text.as_bytes())
}

/// How long a server may take to begin, or to go on, with the search index.
const PATIENCE: Duration = Duration::from_secs(20);
