//! Answers that take more than one step of work.

use std::time::Duration;

use chat_domain::{Failure, MessageId, NewReport, Report, RoomId, Time, UserId, Vanished};

use super::super::{Database, erasing, reports, vanish};

impl Database {
    /// As [`chat_domain::Journal::report`]; a new report is written to the feed.
    pub(super) async fn add_report(&self, new: NewReport, at: Time) -> Result<(Report, bool), Failure> {
        let said = self.write(move |conn| Box::pin(reports::add(conn, new, at))).await?;
        if said.1 {
            self.intake.heard.reported();
        }
        Ok(said)
    }

    /// As [`chat_domain::Journal::purging`]; goes on past orders of which nothing is left.
    pub(super) async fn purge_due(&self, limit: usize) -> Result<Vec<(RoomId, UserId, MessageId)>, Failure> {
        loop {
            if let Some(due) = self.write(move |conn| Box::pin(erasing::purging(conn, limit))).await? {
                return Ok(due);
            }
        }
    }

    /// As [`chat_domain::Journal::vanish`]; writes nothing if nothing is due.
    pub(super) async fn let_vanish(
        &self,
        keep: Option<Duration>,
        at: Time,
        most: usize,
    ) -> Result<Option<Vec<Vanished>>, Failure> {
        let due = self.read(move |conn| Box::pin(vanish::due(conn, keep, at))).await?;
        if due.is_empty() {
            return Ok(None);
        }
        let gone = self.write(move |conn| Box::pin(async move { vanish::slice(conn, &due, at, most).await })).await?;
        self.intake.heard.forgets();
        Ok(Some(gone))
    }
}
