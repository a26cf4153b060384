//! Answers about reports: to users, to back ends and to operators.

use chat_domain::{Report, ReportId};

use super::super::Tree;
use super::{Reply, admin, reply};
use crate::json::{Object, Seconds};

/// Returns a report to the user who made it. `is_new` is false if they had reported the message before.
pub fn reported(tree: Tree, report: &Report, is_new: bool) -> Reply {
    reply(tree, if is_new { 201 } else { 200 }, |o| {
        o.nest("data", |o| {
            o.put("message_id", tree.spelled_message(report.message)).put("reason", report.reason.as_str());
            o.put("created_at", tree.moment(report.at));
        });
    })
}

/// Returns a page of reports to a back end; `next` is where the next page begins.
pub fn reports(page: &[Report], next: Option<ReportId>) -> Reply {
    reply(Tree::V2, 200, |o| {
        o.objects("data", page, fields).put("next_before", next.map(ReportId::uuid));
    })
}

/// Returns a report to a back end.
pub fn one_report(report: &Report) -> Reply {
    reply(Tree::V2, 200, |o| {
        o.nest("data", |o| fields(o, report));
    })
}

/// Returns a page of reports to operators; the next page begins `before` the report `next`.
pub fn reports_for_operators(page: &[Report], next: Option<ReportId>) -> Reply {
    admin::answer(|o| {
        o.objects("data", page, fields).put("next", next.map(ReportId::uuid));
    })
}

/// Writes the fields of a report that back ends see.
pub(super) fn fields(o: &mut Object<'_>, report: &Report) {
    o.put("id", report.id.uuid()).put("chat_id", report.room.uuid()).put("message_id", report.message.uuid());
    o.put("user_id", report.by.uuid).put("reason", report.reason.as_str());
    o.put("state", if report.resolved.is_some() { "resolved" } else { "open" });
    o.put("created_at", Seconds(report.at)).put("resolved_at", report.resolved.map(Seconds));
}
