//! The store: a database that implements the ports.

mod erasing;
mod filling;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use chat_domain::around::Around;
use chat_domain::backplane::{Listener, Neighbour, Speaker, Whereabouts, Wire};
use chat_domain::devices::{PushNotes, Pushes, Ready, Tried, Waiting};
use chat_domain::directory::{NewAccount, Update, Visit, Visitor};
use chat_domain::files::{Announced, FileQuota};
use chat_domain::grant::{Ended, Family, Grant, Holder, Kept, Rotation};
use chat_domain::journal::Answer;
use chat_domain::subscribers::{Progress, Subscribed, Webhook};
use chat_domain::{
    Account, Device, Devices, Directory, Erasing, Erasure, Failure, FeedEntry, File, FileId, FileRow, Files, Journal,
    Level, RoomId, Sink, Subscribers, Suspension, Time, UserId, Uuid,
};

use crate::erasures::Erasures;
use crate::error::OpenError;
use crate::work::{Intake, Options, long_ago, new_life, now};
use crate::{postgres, sqlite};

/// A chat that is stored in a database.
pub struct Store {
    database: Database,
    options: Options,
    erasures: Option<Erasures>,
}

enum Database {
    Sqlite(Arc<sqlite::Database>),
    Postgres(Arc<postgres::Database>),
}

impl Store {
    /// Opens the database at an address: `sqlite:FILE`, `sqlite::memory:` or `postgres://USER:PASSWORD@HOST/NAME`. Its
    /// tables are made or brought up to date. From then on, the sink is told everything that is settled.
    ///
    /// Each new connection to Postgres is examined: after a failover or a restore another [epoch](Journal::epoch)
    /// begins before anything is answered from there. So the address must be that of the server itself, or of a pooler
    /// that pools sessions. A pooler that pools transactions keeps its connections to the store while it exchanges
    /// those to the server, so that a failover would go unnoticed.
    pub async fn open(url: &str, options: Options, sink: Arc<dyn Sink>) -> Result<Store, OpenError> {
        let intake = Intake::new(options.clone(), sink);
        let database = match url.split_once(':') {
            Some(("sqlite", path)) if !named(path).is_empty() => {
                Database::Sqlite(sqlite::Database::open(named(path), intake, new_life())?)
            }
            Some(("postgres" | "postgresql", _)) => {
                Database::Postgres(postgres::Database::open(url, intake, new_life()).await?)
            }
            _ => return Err(OpenError::Scheme(url.into())),
        };
        let erasures = Erasures::of(options.erasures.as_deref(), file(url));
        let store = Store { database, options, erasures };
        store.erase_again().await?;
        Ok(store)
    }

    /// Returns this node's identity and its wire to the other nodes on the database. The ears are told what these say.
    pub async fn wire(&self, ears: Arc<dyn Listener>) -> Result<(Speaker, Arc<dyn Wire>), OpenError> {
        match &self.database {
            Database::Sqlite(_) => Err(OpenError::Unheard),
            Database::Postgres(database) => {
                let speaker = database.meet(&ears).await?;
                Ok((speaker, database.wire(ears).await?))
            }
        }
    }

    /// Returns this node's identity. The ears are told which other nodes on the database are alive.
    pub async fn meet(&self, ears: &Arc<dyn Listener>) -> Result<Speaker, OpenError> {
        match &self.database {
            Database::Sqlite(_) => Err(OpenError::Unheard),
            Database::Postgres(database) => database.meet(ears).await,
        }
    }

    /// Does what waits already, then stops. Whatever is asked afterwards is answered [`Failure::Unavailable`].
    pub async fn close(&self) {
        match &self.database {
            Database::Sqlite(database) => database.close().await,
            Database::Postgres(database) => database.close().await,
        }
    }

    /// Begins another life of the database, as after a restore or an import. Every earlier cursor is then answered as
    /// one that is too old.
    pub async fn renew_epoch(&self) -> Result<u64, Failure> {
        match &self.database {
            Database::Sqlite(database) => database.renew_epoch(new_life()).await,
            Database::Postgres(database) => database.renew_epoch(new_life()).await,
        }
    }

    /// Deletes what is older than [`Options::keep_changes`]. This also happens by itself every ten minutes.
    pub async fn prune(&self) -> Result<(), Failure> {
        let (old, now) = (long_ago(self.options.keep_changes), now());
        match &self.database {
            Database::Sqlite(database) => database.prune(old, now).await,
            Database::Postgres(database) => database.prune(old, now).await,
        }
    }

    /// Notes the issuer by whose subjects the people in the database are known. If another one is noted already and is
    /// not to be adopted, returns that one.
    pub async fn belong(&self, issuer: String, adopt: bool) -> Result<Option<String>, Failure> {
        match &self.database {
            Database::Sqlite(database) => database.belong(issuer, adopt).await,
            Database::Postgres(database) => database.belong(issuer, adopt).await,
        }
    }

    fn journal(&self) -> &dyn Journal {
        match &self.database {
            Database::Sqlite(database) => &**database,
            Database::Postgres(database) => &**database,
        }
    }

    fn subscribers(&self) -> &dyn Subscribers {
        match &self.database {
            Database::Sqlite(database) => &**database,
            Database::Postgres(database) => &**database,
        }
    }

    fn files(&self) -> &dyn Files {
        match &self.database {
            Database::Sqlite(database) => &**database,
            Database::Postgres(database) => &**database,
        }
    }

    fn directory(&self) -> &dyn Directory {
        match &self.database {
            Database::Sqlite(database) => &**database,
            Database::Postgres(database) => &**database,
        }
    }
}

/// Returns the file of the database at an address, if it is in a file.
pub fn file(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite:").map(named)?;
    (path != ":memory:").then(|| Path::new(path))
}

/// Whether other processes may share the database at an address.
pub fn is_shared(url: &str) -> bool {
    url.starts_with("postgres:") || url.starts_with("postgresql:")
}

/// Returns what comes after `sqlite:`, without two slashes in front.
pub(crate) fn named(path: &str) -> &str {
    path.strip_prefix("//").unwrap_or(path)
}

impl Store {
    /// The microseconds by which the clock of this machine is ahead of the one by which all nodes go, the database's; kept up to date.
    /// Whoever makes orders takes them off.
    pub fn ahead(&self) -> Arc<AtomicI64> {
        match &self.database {
            Database::Sqlite(_) => Arc::default(),
            Database::Postgres(database) => database.ahead(),
        }
    }
}

impl Whereabouts for Store {
    fn neighbours(&self) -> Vec<Neighbour> {
        match &self.database {
            Database::Sqlite(_) => Vec::new(),
            Database::Postgres(database) => database.neighbours(),
        }
    }

    fn look(&self) -> Answer<'_, Vec<Neighbour>> {
        match &self.database {
            Database::Sqlite(_) => Box::pin(async { Ok(Vec::new()) }),
            Database::Postgres(database) => database.look(),
        }
    }
}

macro_rules! answered {
    ($by:ident: $(fn $name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {$(
        fn $name(&self, $($arg: $type),*) -> Answer<'_, $answer> {
            self.$by().$name($($arg),*)
        }
    )*};
}

impl Around for Store {
    fn inner(&self) -> &dyn Journal {
        self.journal()
    }
}

impl Files for Store {
    answered! { files:
        fn announce(file: Arc<File>, owner: UserId, quota: FileQuota, at: Time) -> Announced;
        fn file(id: FileId) -> Option<FileRow>;
        fn files_of(owner: UserId, after: Option<FileId>, limit: usize) -> Vec<FileRow>;
        fn is_whole(id: FileId) -> ();
        fn let_go(unbound: Time, most: usize) -> Vec<FileId>;
        fn are_deleted(ids: Vec<FileId>) -> ();
    }
}

impl Directory for Store {
    fn erase(&self, erasure: Erasure) -> Answer<'_, Ended> {
        Box::pin(self.erase_listed(erasure))
    }

    answered! { directory:
        fn register(account: NewAccount) -> Account;
        fn credential(username: String) -> Option<(Account, String)>;
        fn people(users: Vec<UserId>) -> Vec<Account>;
        fn by_uuid(uuid: Uuid) -> Option<Account>;
        fn by_username(username: String) -> Option<Account>;
        fn search(query: String, after: Option<String>, limit: usize) -> Vec<Account>;
        fn admit(visitor: Visitor) -> Account;
        fn update(user: UserId, update: Update) -> Account;
        fn open_family(user: UserId, digest: String, expires: Time) -> Grant;
        fn rotate(old: String, new: String, now: Time, expires: Time) -> Rotation;
        fn family(digest: String) -> Option<(UserId, Family)>;
        fn close_family(user: UserId, family: Family) -> ();
        fn holder(user: UserId, family: Option<Family>) -> Option<Holder>;
        fn end_tokens(user: UserId, now: Time) -> Option<Holder>;
        fn set_password(user: UserId, password: String, kept: Kept) -> Ended;
        fn suspend(user: UserId, until: Time, reason: String) -> ();
        fn suspensions(after: u64) -> Vec<Suspension>;
        fn erasing(user: UserId) -> Option<Erasing>;
        fn erasings(limit: usize) -> Vec<Erasing>;
        fn tidy(user: UserId, now: Time, limit: usize) -> bool;
        fn note_visits(visits: Vec<(UserId, Visit)>) -> ();
        fn last_visit(user: UserId) -> Option<Visit>;
        fn open_session(user: UserId, digest: String, expires: Time) -> ();
        fn session(digest: String, now: Time, expires: Time) -> Option<Account>;
        fn close_session(digest: String) -> ();
        fn seen(users: Vec<(UserId, Time)>) -> ();
    }
}

impl Devices for Store {
    answered! { subscribers:
        fn push_key(fresh: String) -> String;
        fn add_device(device: Device, fed: u64, most: usize) -> bool;
        fn remove_device(person: UserId, address: String) -> ();
        fn devices(person: UserId) -> Vec<(Device, Tried)>;
        fn set_level(member: UserId, room: RoomId, level: Level) -> ();
        fn level(member: UserId, room: RoomId) -> Level;
        fn pushes() -> Option<Pushes>;
        fn to_push(entries: Vec<FeedEntry>, at: Time) -> Vec<Waiting>;
        fn push_of(waiting: Waiting, at: Time) -> Ready;
        fn note_pushes(notes: PushNotes) -> bool;
    }
}

impl Subscribers for Store {
    fn tells(&self) -> bool {
        self.subscribers().tells()
    }

    answered! { subscribers:
        fn webhooks() -> Vec<Subscribed>;
        fn subscribe(webhook: Webhook, fed: u64, most: usize) -> bool;
        fn change_secret(webhook: Uuid, secret: String, until: Time) -> bool;
        fn unsubscribe(webhook: Uuid) -> bool;
        fn progress(webhook: Uuid) -> Option<Progress>;
        fn note_progress(webhook: Uuid, progress: Progress) -> bool;
    }
}
