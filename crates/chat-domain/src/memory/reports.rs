//! Reports in memory.

use alloc::vec::Vec;

use super::World;
use crate::feed::FeedEntry;
use crate::id::ReportId;
use crate::journal::Failure;
use crate::report::{NewReport, Report, ReportsPage};
use crate::time::Time;

impl World {
    pub(super) fn report(&mut self, new: NewReport, at: Time) -> Result<(Report, bool), Failure> {
        self.chat.head(new.by, new.room)?;
        let first = self.reports.iter().find(|known| (known.by.id, known.message) == (new.by, new.message));
        if let Some(first) = first {
            return Ok((first.clone(), false));
        }
        new.check()?;
        self.chat.message(new.by, new.room, new.message)?;
        let by = self.chat.person(new.by)?.handle;
        let id = ReportId::new(self.reports.len() as i64 + 1).ok_or(Failure::Unavailable)?;
        let NewReport { room, message, reason, .. } = new;
        let report = Report { id, room, message, by, reason, at, resolved: None };
        self.reports.push(report.clone());
        let (no, number) = (self.feed.len() as u64 + 1, id.number() as u64);
        self.feed.push(FeedEntry { no, room: None, from: number, upto: number });
        Ok((report, true))
    }

    pub(super) fn reports(&self, page: ReportsPage) -> Vec<Report> {
        let shown = self.reports.iter().filter(|report| page.shows(report)).cloned();
        match page {
            ReportsPage::Newest { limit, .. } => shown.rev().take(limit).collect(),
            ReportsPage::By { limit, .. } => shown.take(limit).collect(),
            ReportsPage::Between { .. } => shown.collect(),
        }
    }

    pub(super) fn resolve(&mut self, id: ReportId, at: Time) -> Option<Report> {
        let report = self.reports.iter_mut().find(|report| report.id == id)?;
        report.resolved.get_or_insert(at);
        Some(report.clone())
    }
}
