//! Reports about messages.

use chat_domain::{NewReport, Refusal, Report, ReportId, ReportsPage, Time};

use super::Conn;
use super::reads::{live_message, visible};
use crate::rows::HandleRow;
use crate::sql::Sql;
use crate::tables::reports::{ReportRow, report, reported};
use crate::work_error::Worked;

/// Stores a report, or finds the first one by the same user about the same message. Numbers become visible in their
/// order, because whoever assigns one locks the others out until the commit.
pub(super) async fn add(conn: &Conn, new: NewReport, at: Time) -> Worked<(Report, bool)> {
    conn.lock_names(&[LOCK]).await?;
    visible(conn, new.by, new.room).await?;
    let first = select("WHERE p.room = ? AND p.message = ? AND p.person = ?");
    if let Some(row) = conn.first(first.bind(new.room).bind(new.message).bind(new.by)).await? {
        return Ok((report(row)?, false));
    }
    new.check()?;
    live_message(conn, new.by, new.room, new.message).await?;
    let last = conn.first::<(Option<i64>,)>(Sql::new("SELECT MAX(p.id) FROM reports p")).await?;
    let id = last.and_then(|(last,)| last).unwrap_or(0) + 1;
    conn.write(reported(id, &new, at)).await?;
    let row = conn.first(select("WHERE p.id = ?").bind(id)).await?.ok_or(Refusal::UnknownUser)?;
    Ok((report(row)?, true))
}

/// Returns a page of reports.
pub(super) async fn page(conn: &Conn, page: ReportsPage) -> Worked<Vec<Report>> {
    let sql = match page {
        ReportsPage::Newest { resolved, before, limit } => {
            let which = match resolved {
                None => "",
                Some(true) => " AND p.resolved IS NOT NULL",
                Some(false) => " AND p.resolved IS NULL",
            };
            let below = before.map_or(i64::MAX, ReportId::number);
            select(&format!("WHERE p.id < ?{which} ORDER BY p.id DESC LIMIT ?")).bind(below).bind(limit)
        }
        ReportsPage::By { person, after, limit } => {
            let after = after.map_or(0, ReportId::number);
            select("WHERE p.person = ? AND p.id > ? ORDER BY p.id LIMIT ?").bind(person).bind(after).bind(limit)
        }
        ReportsPage::Between { from, upto } => {
            select("WHERE p.id >= ? AND p.id <= ? ORDER BY p.id").bind(from).bind(upto)
        }
    };
    conn.load(sql).await?.into_iter().map(report).collect()
}

/// Notes that a report was dealt with. Only the first time counts.
pub(super) async fn resolve(conn: &Conn, id: ReportId, at: Time) -> Worked<Option<Report>> {
    let sql = Sql::new("UPDATE reports SET resolved = ? WHERE id = ? AND resolved IS NULL");
    conn.run(sql.bind(at).bind(id.number())).await?;
    let row = conn.first(select("WHERE p.id = ?").bind(id.number())).await?;
    row.map(report).transpose()
}

fn select(which: &str) -> Sql<'static> {
    let (report, by) = (ReportRow::COLUMNS, HandleRow::COLUMNS);
    Sql::new(format!("SELECT {report}, {by} FROM reports p JOIN users u ON u.id = p.person {which}"))
}

/// The number that is locked while a report is numbered.
const LOCK: i64 = 0x7265_706f_7274_7300;
