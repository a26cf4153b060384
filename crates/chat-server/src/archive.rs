//! Moving all data out of a database, and into another one of either kind.

mod bytes;
mod progress;

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chat_domain::Value;
use chat_protocol::archive;
use chat_store::{OpenError, Options, Record, Store};
use chat_transport::hub::Inbox;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use self::bytes::Bytes;
pub(crate) use self::progress::Progress;
use crate::config::Config;

/// Exports a database into a file, or to the standard output if that is `-`.
pub(crate) async fn export(config: &Config, file: &Path) -> Result<(), String> {
    if is_dash(file) {
        let mut out = BufWriter::new(io::stdout());
        return write_all(config, &mut out).await.map(drop);
    }
    if file.exists() {
        return Err(format!("{} is there already: name another file, or move it away", file.display()));
    }
    let draft = PathBuf::from(format!("{}.part", file.display()));
    let failed = |error: io::Error| format!("cannot write {}: {error}", draft.display());
    let made = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft).map_err(failed)?;
    let mut out = BufWriter::new(made);
    let bytes = Bytes::out(config, file);
    bytes.iter().try_for_each(Bytes::copy)?;
    let done = write_all(config, &mut out).await;
    let done = done.and_then(|named| bytes.iter().try_for_each(|bytes| bytes.finish(&named)));
    match done.and_then(|()| out.get_ref().sync_all().map_err(failed)) {
        Ok(()) => fs::rename(&draft, file).map_err(failed),
        Err(problem) => {
            // The unfinished file is useless. If it cannot be removed, the first error is still the one that matters.
            let _ = fs::remove_file(&draft);
            Err(problem)
        }
    }
}

/// Writes all rows. Returns which files they name.
async fn write_all(config: &Config, out: &mut (impl Write + Send)) -> Result<BTreeSet<String>, String> {
    let (mut progress, mut named) = (Progress::new("exported"), BTreeSet::new());
    let failed = |error: io::Error| format!("cannot write: {error}");
    out.write_all(archive::line(HEAD, &[(VERSION.into(), Value::Int(NEWEST))]).as_bytes()).map_err(failed)?;
    chat_store::export(&config.database, &mut |Record { table, row }| {
        progress.more(1);
        named.extend(file_of(&table, &row));
        out.write_all(archive::line(&table, &row).as_bytes()).map_err(failed)
    })
    .await?;
    let end = archive::line(END, &[(ROWS.into(), Value::Int(progress.done as i64))]);
    out.write_all(end.as_bytes()).and_then(|()| out.flush()).map_err(failed)?;
    progress.end();
    Ok(named)
}

/// The file of a row, if all bytes of it are there.
fn file_of(table: &str, row: &[(String, Value)]) -> Option<String> {
    let field = |name: &str| row.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let is_there = table == "files" && field("gone") == Some(&Value::Int(0)) && field("whole") == Some(&Value::Int(1));
    field("id").filter(|_| is_there).and_then(Value::text).map(Into::into)
}

/// Imports an archive from a file, or from the standard input if that is `-`, into an empty database.
pub(crate) async fn import(config: &Config, file: &Path) -> Result<(), String> {
    import_rows(&config.database, config.take_over, file).await?;
    Bytes::bring_back(config, file)
}

async fn import_rows(database: &str, take_over: bool, file: &Path) -> Result<(), String> {
    let input = input(file)?;
    put_into(database, take_over, move |batches| read_all(input, batches)).await
}

/// Opens a file for reading, or the standard input if that is `-`.
pub(crate) fn input(file: &Path) -> Result<Box<dyn BufRead + Send>, String> {
    if is_dash(file) {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let opened = File::open(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    Ok(Box::new(BufReader::with_capacity(1 << 20, opened)))
}

/// Backs a database up into a new file, while a server may be running on it: SQLite as a database, Postgres as an archive.
pub(crate) async fn back_up(config: &Config, file: &Path) -> Result<(), String> {
    if chat_store::is_shared(&config.database) {
        return export(config, file).await;
    }
    let bytes = Bytes::out(config, file);
    bytes.iter().try_for_each(Bytes::copy)?;
    chat_store::back_up(&config.database, file).map_err(|error| error.to_string())?;
    let Some(bytes) = bytes else { return Ok(()) };
    bytes.finish(&chat_store::files_of_copy(file).map_err(|error| error.to_string())?)
}

/// Restores a backup, which is a copy of an SQLite database or an archive. An SQLite database is exchanged for it, and the old
/// one is kept under another name; a Postgres database must be empty.
pub(crate) async fn restore(config: &Config, file: &Path) -> Result<(), String> {
    let is_copy = begins_as_sqlite(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let Some(place) = chat_store::file(&config.database) else {
        return match is_copy {
            true => {
                put_into(&config.database, config.take_over, copied(file)).await?;
                Bytes::bring_back(config, file)
            }
            false => import(config, file).await,
        };
    };
    if is_copy {
        exchange(&config.database, file)?;
        return Bytes::bring_back(config, file);
    }
    refuse_if_busy(&config.database).await?;
    let made = PathBuf::from(format!("{}.imported", place.display()));
    let address = format!("sqlite:{}", made.display());
    let done = match import_rows(&address, config.take_over, file).await {
        Ok(()) => exchange(&config.database, &made).and_then(|()| Bytes::bring_back(config, file)),
        problem => problem,
    };
    // The database was restored from it, so it is not needed any more.
    discard(&made);
    done
}

/// Removes a database that was made only on the way to another one, and the files that belong to it.
pub(crate) fn discard(database: &Path) {
    for end in ["", "-wal", "-shm", ".lock", ".search", ".search-wal", ".search-shm"] {
        // Some of the files do not exist, and one that cannot be removed does no harm.
        let _ = fs::remove_file(format!("{}{end}", database.display()));
    }
}

fn exchange(database: &str, file: &Path) -> Result<(), String> {
    let kept = chat_store::restore(database, file).map_err(|error| error.to_string())?;
    if let Some(kept) = kept {
        eprintln!("what was there before is {}: remove it when all is well", kept.display());
    }
    Ok(())
}

/// Fails before the work of an import instead of after it, if a server is using the database.
async fn refuse_if_busy(database: &str) -> Result<(), String> {
    match Store::open(database, Options { feeds: false, ..Options::default() }, Inbox::new(1)).await {
        Ok(store) => store.close().await,
        Err(busy @ OpenError::InUse(_)) => return Err(busy.to_string()),
        // A broken database is a reason to restore one, not an error.
        Err(_) => {}
    }
    Ok(())
}

fn begins_as_sqlite(file: &Path) -> io::Result<bool> {
    let mut begins = Vec::new();
    File::open(file)?.take(SQLITE.len() as u64).read_to_end(&mut begins)?;
    Ok(begins == SQLITE)
}

/// Returns a function that reads all rows of a copied database.
pub(crate) fn copied(file: &Path) -> impl FnOnce(&Batches) -> Result<(), String> + Send + 'static {
    let address = format!("sqlite:{}", file.display());
    move |batches| {
        let mut records = Vec::with_capacity(BATCH);
        let mut is_wanted = true;
        let mut take = |record| {
            records.push(record);
            if records.len() == BATCH {
                is_wanted = batches.blocking_send(std::mem::take(&mut records)).is_ok();
            }
            if is_wanted { Ok(()) } else { Err("nobody takes it".into()) }
        };
        Handle::current().block_on(chat_store::export(&address, &mut take))?;
        // Nobody receives if putting the rows in has failed, and then that error is reported.
        let _ = batches.blocking_send(records);
        Ok(())
    }
}

/// Puts everything that `read` reads into an empty database.
pub(crate) async fn put_into(
    database: &str,
    take_over: bool,
    read: impl FnOnce(&Batches) -> Result<(), String> + Send + 'static,
) -> Result<(), String> {
    let options = Options { take_over, ..Options::default() };
    let store = Store::open(database, options, Inbox::new(1)).await.map_err(|error| error.to_string())?;
    let done = put_all(&store, read).await;
    store.close().await;
    done
}

async fn put_all(
    store: &Store,
    read: impl FnOnce(&Batches) -> Result<(), String> + Send + 'static,
) -> Result<(), String> {
    if !store.is_empty().await.map_err(|failure| failure.to_string())? {
        return Err(NOT_EMPTY.into());
    }
    let (batches, mut next) = mpsc::channel(2);
    let reading = tokio::task::spawn_blocking(move || read(&batches));
    let (mut progress, mut put) = (Progress::new("imported"), Ok(()));
    while let Some(records) = next.recv().await {
        let many = records.len();
        put = store.put(records).await.unwrap_or_else(|failure| Err(failure.to_string()));
        if put.is_err() {
            break;
        }
        progress.more(many);
    }
    drop(next);
    // If a row could not be put in, that is the reason to report, rather than that reading was stopped by it.
    let read = reading.await.unwrap_or_else(|_| Err("the file could not be read".into()));
    let whole = put.and(read);
    whole.map_err(|problem| match progress.done {
        0 => problem,
        done => format!("{problem}; {done} rows are in the database already: remove it before the next attempt"),
    })?;
    store.put_all().await.map_err(|failure| failure.to_string())?;
    progress.end();
    Ok(())
}

/// Reads an archive line by line. An error names the line.
fn read_all(input: impl BufRead, batches: &Batches) -> Result<(), String> {
    let (mut records, mut rows, mut is_whole) = (Vec::with_capacity(BATCH), 0, false);
    for (number, line) in (1..).zip(input.split(b'\n')) {
        let line = line.map_err(|error| format!("cannot read: {error}"))?;
        let (table, row) = archive::read(&line).ok_or_else(|| format!("line {number} is not a row of an archive"))?;
        match table.as_str() {
            _ if is_whole => return Err(format!("line {number} stands behind the end")),
            HEAD if number == 1 && row.first() != Some(&(VERSION.into(), Value::Int(NEWEST))) => {
                return Err("a newer program has made this: import it with that one".into());
            }
            HEAD if number == 1 => continue,
            _ if number == 1 => {
                return Err("this is no archive of chat-server: `chat-server export` makes one".into());
            }
            END => is_whole = row.first() == Some(&(ROWS.into(), Value::Int(rows))),
            _ => {
                rows += 1;
                records.push(Record { table, row });
            }
        }
        if records.len() == BATCH && batches.blocking_send(std::mem::take(&mut records)).is_err() {
            return Ok(());
        }
    }
    if !is_whole {
        return Err("the end of the file is missing: export again".into());
    }
    // Nobody receives if putting the rows in has failed, and then that error is reported.
    let _ = batches.blocking_send(records);
    Ok(())
}

fn is_dash(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// The reason for not importing into a database.
pub(crate) const NOT_EMPTY: &str = "there are people in the database already: import into an empty one";

/// Rows that were read, on their way into a database.
pub(crate) type Batches = mpsc::Sender<Vec<Record>>;

/// The first bytes of an SQLite database.
const SQLITE: &[u8] = b"SQLite format 3\0";
/// How many rows are put in with one transaction.
const BATCH: usize = 5_000;
const HEAD: &str = "archive";
const END: &str = "end";
const VERSION: &str = "version";
const ROWS: &str = "rows";
/// The version of the archive format that is written.
const NEWEST: i64 = 1;
