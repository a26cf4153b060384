//! Messages, pins, threads, searches and read positions.

use super::*;

/// Returns what a route of this family takes and answers; `None` for other routes.
pub(super) fn shape(route: Route, tree: Tree) -> Option<Bodies> {
    let one = |status, name| says(status, data(tree, named(name, tree)));
    let list = |name| says(200, page(tree, named(name, tree), id(tree)));
    Some(match route {
        Route::Messages | Route::Thread => says(200, history(tree))
            .about(match route {
                Route::Thread => "A page of the thread that a message belongs to, oldest first",
                _ => "A page of messages, oldest first",
            })
            .asks([("after_id", if tree == Tree::Api { count() } else { given_id(Kind::Message, tree) })])
            .paged(given_id(Kind::Message, tree)),
        Route::Send => one(if tree == Tree::Api { 200 } else { 201 }, "Message")
            .about("Sends a message")
            .takes(new_message(tree))
            .refuses(&["CONFLICT"]),
        Route::Message => one(200, "Message").about("One message"),
        Route::Edit => one(200, "Message")
            .about("Gives a message other words")
            .takes(body([("content", content())]))
            .refuses(&["CONFLICT"]),
        Route::Delete => done(tree).about("Erases a message").refuses(&["CONFLICT"]),
        Route::Pin | Route::Unpin => says(200, data(tree, object([("pinned", flag())])))
            .about(if route == Route::Pin { "Pins a message" } else { "Takes a message from the pins" })
            .refuses(&["CONFLICT"]),
        Route::Pins => list("Message").about("The messages that are pinned, the newest pin first"),
        Route::Find => says(200, found(tree))
            .about("Finds messages by their words, the newest first")
            .asks(finding(tree))
            .refuses(&["CHAT_NOT_FOUND", "FORBIDDEN"]),
        Route::Readers => list("Reader").about("Who has read a message").paged(id(tree)),
        Route::Poll => says(200, poll()).about("Messages after one that is known").asks([
            ("last_message_id", count()),
            ("cursor", text()),
            ("wait", json!({"type": "integer", "minimum": 0, "maximum": 30})),
        ]),
        _ => return None,
    })
}

fn history(tree: Tree) -> Json {
    with(page(tree, named("Message", tree), id(tree)), [("cursor", text())])
}

fn poll() -> Json {
    let poll = with(
        data(Tree::Api, array(named("Message", Tree::Api))),
        [("has_new_messages", flag()), ("last_message_id", count()), ("source", words(&["cache", "database"]))],
    );
    perhaps(poll, [("events", array(named("Event", Tree::Api))), ("cursor", text()), ("resync", flag())])
}
