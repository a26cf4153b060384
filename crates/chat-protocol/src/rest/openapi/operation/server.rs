//! What back ends do in their users' names, and how they learn what happens.

use super::*;

/// Returns what a route of this family takes and answers; `None` for other routes.
pub(super) fn shape(route: Route, tree: Tree) -> Option<Bodies> {
    let one = |status, name| says(status, data(tree, named(name, tree)));
    Some(match route {
        Route::ServerChat => one(201, "Chat")
            .or(200, data(tree, named("Chat", tree)))
            .about("Makes a chat in a user's name")
            .takes(with(new_group(tree, id(tree)), [("owner_id", id(tree))]))
            .refuses(&["USER_NOT_FOUND", "CONFLICT"]),
        Route::ServerSend => one(201, "Message")
            .about("Sends a message in a user's name")
            .takes(by_somebody(new_message(tree), id(tree)))
            .refuses(&["USER_NOT_FOUND", "CONFLICT"]),
        Route::KeepMessages => says(200, data(tree, object([("id", id(tree)), ("keep_messages", kept())])))
            .about("Says for how many seconds a chat's messages are kept; null: as long as everywhere")
            .takes(body([("keep_messages", kept())])),
        Route::Introduce => one(200, "Me")
            .about("Makes a user known before the first visit")
            .may_take(body([("name?", name()), ("username?", username()), ("avatar?", picture())]))
            .refuses(&["CONFLICT"]),
        Route::Suspend => says(200, data(tree, suspension(tree)))
            .about("Keeps a user out for so many seconds, or until it is taken back")
            .may_take(suspending()),
        Route::Unsuspend => done(tree).about("Lets a user in again"),
        Route::EraseUser => says(202, data(tree, object([("id", id(tree)), ("erased_at", moment())])))
            .about("Erases a user: their name goes everywhere, and what they said if that is asked for")
            .asks([("messages!", words(&["keep", "delete"]))])
            .refuses(&["USER_NOT_FOUND"]),
        Route::ExportUser => Bodies { answers: vec![(200, None)], ..says(200, Json::Null) }
            .about("All that is a user's and nobody else's words, a line each, and last of all how many lines that is")
            .refuses(&["USER_NOT_FOUND"]),
        Route::ShowUser => says(200, data(tree, with(me(tree), [("erased_at", or_null(moment()))])))
            .about("Who a user is, and since when they are erased")
            .refuses(&["USER_NOT_FOUND"]),
        Route::Disconnect => done(tree)
            .about("Closes everything that a user has open")
            .may_take(body([("tokens?", json!({"type": "boolean"}))])),
        Route::Events => says(200, events()).about("Everything that happens, in order, to be pulled").asks(pulling()),
        Route::Subscribe | Route::Webhooks | Route::Webhook | Route::Unsubscribe | Route::Rotate => {
            webhooks::bodies(route)
        }
        Route::IssueToken => says(201, data(tree, object([("access_token", text()), ("expires_in", count())])))
            .about("Makes an access token for somebody whom a back end has logged in")
            .takes(body([
                ("user_id", id(tree)),
                ("ttl?", json!({"type": "integer", "minimum": 1, "maximum": LONGEST_TOKEN})),
            ]))
            .refuses(&["USER_NOT_FOUND", "FORBIDDEN"]),
        _ => return None,
    })
}

fn kept() -> Json {
    or_null(json!({"type": "integer", "minimum": 1, "maximum": 3_153_600_000_u64}))
}

fn moment() -> Json {
    json!({"type": "string", "format": "date-time"})
}

/// A message of any kind, in a user's name.
fn by_somebody(mut message: Json, id: Json) -> Json {
    let choices = message["anyOf"].as_array_mut().into_iter().flatten();
    choices.for_each(|choice| *choice = with(choice.take(), [("user_id", id.clone())]));
    message
}
