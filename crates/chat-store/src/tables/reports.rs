//! Reports.

use chat_domain::{NewReport, Report, ReportId, Time};

use super::{row, table};
use crate::by_name::insert;
use crate::rows::{HandleRow, bad, handle, message_id, room_id};
use crate::sql::Write;
use crate::work_error::Worked;

table! {
    /// Reports, numbered in the order in which they become visible.
    reports { id, room, message, person, reason, at, resolved }
}

row! {
    /// A report, of `reports p`.
    ReportRow of reports as "p" {
        id: i64,
        room: i64,
        message: i64,
        reason: String,
        at: i64,
        resolved: Option<i64>,
    }
}

/// Reads a report, with the user who made it.
pub(crate) fn report((row, by): (ReportRow, HandleRow)) -> Worked<Report> {
    Ok(Report {
        id: ReportId::new(row.id).ok_or_else(|| bad("a report's id", &row.id))?,
        room: room_id(row.room)?,
        message: message_id(row.message)?,
        by: handle(by.id, by.uuid.as_deref())?,
        reason: row.reason,
        at: Time(row.at),
        resolved: row.resolved.map(Time),
    })
}

/// Inserts a new report with this number.
pub(crate) fn reported(id: i64, new: &NewReport, at: Time) -> Write<'_> {
    insert!(reports, [new].into_iter(), |new| {
        id: id,
        room: new.room,
        message: new.message,
        person: new.by,
        reason: &*new.reason,
        at: at,
    })
}
