//! Reports.

use chat_domain::NewReport;

use super::*;

/// Returns what a route of this family takes and answers; `None` for other routes.
pub(super) fn shape(route: Route, tree: Tree) -> Option<Bodies> {
    let to_who_said_so = || object([("message_id", id(tree)), ("reason", text()), ("created_at", moment())]);
    Some(match route {
        Route::Report => says(201, data(tree, to_who_said_so()))
            .or(200, data(tree, to_who_said_so()))
            .about("Says that a message is bad: back ends hear of it, nobody in the chat")
            .takes(body([("reason", reason())])),
        Route::Reports => says(200, page(tree, report(), id(tree)))
            .about("What people find bad, the newest first")
            .asks([("state", words(&STATES))])
            .paged(given_id(Kind::Report, tree)),
        Route::ResolveReport => {
            says(200, data(tree, report())).about("Notes that a report is dealt with; the first time counts")
        }
        _ => return None,
    })
}

fn report() -> Json {
    object([
        ("id", id(Tree::V2)),
        ("chat_id", id(Tree::V2)),
        ("message_id", id(Tree::V2)),
        ("user_id", id(Tree::V2)),
        ("reason", text()),
        ("state", words(&STATES)),
        ("created_at", moment()),
        ("resolved_at", or_null(moment())),
    ])
}

fn reason() -> Json {
    json!({"type": "string", "minLength": 1, "maxLength": NewReport::REASON, "pattern": r"^[^\u0000]*[^\s\u0000-\u0020\u0085][^\u0000]*$"})
}

fn moment() -> Json {
    json!({"type": "string", "format": "date-time"})
}

const STATES: [&str; 2] = ["open", "resolved"];
