//! What is known of uploaded files. Their bytes are elsewhere.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chat_domain::fact::Fact;
use chat_domain::file::Named;
use chat_domain::files::{Announced, FileQuota};
use chat_domain::{Bond, File, FileId, FileRow, MessageKind, Time, UserId};

use super::Conn;
use super::locks::name_lock;
use crate::by_name::insert;
use crate::rows::*;
use crate::sql::{Rows, Sql, Write};
use crate::tables::files::{FILE, FileInfo, file};
use crate::work_error::Worked;

/// Returns the facts about these files, whose rows are locked until the end of the transaction if others write, too.
pub(super) async fn facts(conn: &Conn, asked: &[FileId]) -> Worked<Vec<Fact>> {
    let found = rows(conn, asked.iter(), Conn::LOCK).await?;
    Ok(asked.iter().map(|&id| Fact::File(id, found.get(&id).cloned())).collect())
}

/// Returns one file.
pub(super) async fn one(conn: &Conn, id: FileId) -> Worked<Option<FileRow>> {
    Ok(rows(conn, [&id].into_iter(), "").await?.remove(&id))
}

/// Returns the files that these messages name, without those that are gone.
pub(super) async fn of_messages(conn: &Conn, said: &[SaidRow]) -> Worked<HashMap<FileId, FileRow>> {
    let is_media = |kind: &str| MessageKind::from_word(kind).is_some_and(MessageKind::is_media);
    let media = said.iter().filter(|(row, ..)| is_media(&row.kind));
    let named = media.filter_map(|(row, ..)| Named::in_address("content", &row.content));
    let ids: BTreeSet<_> = named.map(|named| named.id).collect();
    rows(conn, ids.iter(), "").await
}

/// Returns the file that an address names, if it is one of these.
pub(super) fn called(files: &HashMap<FileId, FileRow>, named: &Named) -> Option<Arc<File>> {
    let row = files.get(&named.id).filter(|row| row.bond != Bond::Gone && row.file.name == named.name)?;
    Some(row.file.clone())
}

/// Returns a user's files that are not gone, in the order of their ids.
pub(super) async fn of(conn: &Conn, owner: UserId, after: Option<FileId>, limit: usize) -> Worked<Vec<FileRow>> {
    let sql = format!("SELECT {FILE} FROM files f WHERE f.owner = ? AND f.gone = 0 AND f.id > ? ORDER BY f.id LIMIT ?");
    let after = after.map_or(String::new(), String::from);
    let rows = conn.load::<FileInfo>(Sql::new(sql).bind(owner).bind(after).bind(limit)).await?;
    rows.into_iter().map(file).collect()
}

/// Returns the rows of these files, locked in the order of their ids if `lock` says so.
async fn rows<'i>(conn: &Conn, ids: impl Iterator<Item = &'i FileId>, lock: &str) -> Worked<HashMap<FileId, FileRow>> {
    let ids = Rows::new(ids.map(|id| [id.as_str().into()]));
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!("SELECT {FILE} FROM files f WHERE f.id IN ({{}}) ORDER BY f.id{lock}"));
    let found = conn.load::<FileInfo>(sql.rows(ids)).await?;
    found.into_iter().map(|row| file(row).map(|row| (row.file.id, row))).collect()
}

/// Notes a file, unless its owner has announced too much lately.
pub(super) async fn announce(
    conn: &Conn,
    file: Arc<File>,
    owner: UserId,
    quota: FileQuota,
    at: Time,
) -> Worked<Announced> {
    conn.lock_names(&[name_lock("files", owner, "")]).await?;
    let since = at.before(quota.span);
    let sum = Sql::new("SELECT CAST(SUM(size) AS BIGINT) FROM files WHERE owner = ? AND announced > ?");
    let sum = conn.first::<(Option<i64>,)>(sql(sum, owner, since)).await?.and_then(|(sum,)| sum);
    let sum = count(sum.unwrap_or(0))?;
    if quota.admit(&[(at, sum)], file.size, at) != Announced::Taken {
        let before = Sql::new(
            "SELECT announced, size FROM files WHERE owner = ? AND announced > ? ORDER BY announced, size LIMIT 10000",
        );
        let before = conn.load::<(i64, i64)>(sql(before, owner, since)).await?;
        let before = before.into_iter().map(|(at, size)| Ok((Time(at), count(size)?))).collect::<Worked<Vec<_>>>()?;
        return Ok(match quota.admit(&before, file.size, at) {
            // There were more files than are looked at.
            Announced::Taken => Announced::Full(quota.span),
            full => full,
        });
    }
    let row = insert!(files, std::iter::once(&*file), |file| {
        id: file.id.as_str(),
        owner: owner,
        name: file.name.as_str(),
        size: file.size,
        mime: file.mime.as_str(),
        announced: at,
        whole: false,
        gone: 0_i64,
    });
    conn.write(row).await?;
    Ok(Announced::Taken)
}

fn sql<'a>(question: Sql<'a>, owner: UserId, since: Time) -> Sql<'a> {
    question.bind(owner).bind(since)
}

/// Notes that all bytes of a file were uploaded.
pub(super) async fn is_whole(conn: &Conn, id: FileId) -> Worked<()> {
    conn.run(Sql::new("UPDATE files SET whole = ? WHERE id = ?").bind(true).bind(id.as_str())).await?;
    Ok(())
}

/// Whether there are files whose bytes are to be deleted.
pub(super) async fn is_any_to_go(conn: &Conn, unbound: Time) -> Worked<bool> {
    let sql = Sql::new(
        "SELECT EXISTS (SELECT 1 FROM files WHERE gone = 1)
            OR EXISTS (SELECT 1 FROM files WHERE room IS NULL AND gone = 0 AND announced < ?)",
    );
    Ok(conn.first::<(bool,)>(sql.bind(unbound)).await?.is_some_and(|(is_any,)| is_any))
}

/// Lets files go that no message has named in time, and returns whose bytes are to be deleted. A send that binds a file
/// locks its row, so it is bound already when it is looked at here.
pub(super) async fn let_go(conn: &Conn, unbound: Time, most: usize) -> Worked<Vec<FileId>> {
    let late = Sql::new(
        "UPDATE files SET gone = 1 WHERE room IS NULL AND gone = 0 AND id IN
         (SELECT f.id FROM files f WHERE f.room IS NULL AND f.gone = 0 AND f.announced < ? LIMIT ?)",
    );
    conn.run(late.bind(unbound).bind(most)).await?;
    let sql = Sql::new(format!("SELECT {FILE} FROM files f WHERE f.gone = 1 ORDER BY f.id LIMIT ?"));
    let rows = conn.load::<FileInfo>(sql.bind(most)).await?;
    rows.into_iter().map(|row| Ok(file(row)?.file.id)).collect()
}

/// Notes that the bytes of these files were deleted. What is left of a row says only that the file existed.
pub(super) async fn are_deleted(conn: &Conn, ids: Vec<FileId>) -> Worked<()> {
    let ids = Rows::new(ids.iter().map(|id| [id.as_str().into()]));
    let sql = Write::other("UPDATE files SET gone = 2, name = '', mime = '' WHERE gone = 1 AND id IN (", ids, ")");
    Ok(conn.write(sql).await?)
}
