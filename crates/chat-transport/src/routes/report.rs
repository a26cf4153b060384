//! Reports: people report messages, back ends read the reports and note what they did.

use chat_domain::{NewReport, Report, ReportId, ReportsPage};
use chat_protocol::Trouble;
use chat_protocol::rest::body::ReportMessage;
use chat_protocol::rest::{Query, Reply, Tree, answer};

use super::call::Call;
use crate::account::caller::Caller;
use crate::app::App;

pub(super) async fn report(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let by = caller.id();
    let (room, message) = call.message(by).await?;
    let ReportMessage { reason } = call.judged(by, room, ReportMessage::read(&call.body)).await?;
    let (report, is_new) = call.app.journal.report(NewReport { by, room, message, reason }, call.now).await?;
    Ok(answer::reported(call.target.tree, &report, is_new))
}

pub(super) async fn list(call: &Call<'_>) -> Result<Reply, Trouble> {
    let before = call.query.report("before_id", Tree::V2)?;
    let (page, next) = page(call.app, &call.query, before).await?;
    Ok(answer::reports(&page, next))
}

pub(super) async fn resolve(call: &Call<'_>) -> Result<Reply, Trouble> {
    let report = Tree::V2.report(call.segment("report")).ok_or(Trouble::NoRoute)?;
    let report = call.app.journal.resolve_report(report, call.now).await?.ok_or(Trouble::NoRoute)?;
    Ok(answer::one_report(&report))
}

/// Returns the reports that are asked for, and where the next page begins.
pub(crate) async fn page(
    app: &App,
    query: &Query,
    before: Option<ReportId>,
) -> Result<(Vec<Report>, Option<ReportId>), Trouble> {
    let (resolved, limit) = (query.resolved()?, query.limit()?);
    let mut page = app.journal.reports(ReportsPage::Newest { resolved, before, limit: limit + 1 }).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|report| report.id);
    Ok((page, next))
}
