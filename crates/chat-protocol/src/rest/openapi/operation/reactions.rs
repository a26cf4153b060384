//! Likes and other reactions.

use super::*;

/// Returns what a route of this family takes and answers; `None` for other routes.
pub(super) fn shape(route: Route, tree: Tree) -> Option<Bodies> {
    let one = |status, name| says(status, data(tree, named(name, tree)));
    let list = |name| says(200, page(tree, named(name, tree), id(tree)));
    Some(match route {
        Route::Like => one(200, "Likes").about("Likes a message").refuses(&["CONFLICT"]),
        Route::Unlike => one(200, "Likes").about("Takes a like back").refuses(&["CONFLICT"]),
        Route::Likers => list("Like").about("Who likes a message").paged(id(tree)),
        Route::React => one(200, "Reaction").about("Reacts to a message").refuses(&["CONFLICT"]),
        Route::Unreact => one(200, "Reaction").about("Takes a reaction back").refuses(&["CONFLICT"]),
        Route::Reactors => says(200, reactors(tree)).about("Who reacts to a message, the oldest first").asks([
            ("emoji", text()),
            ("after", count()),
            ("limit", json!({"type": "integer", "minimum": 1, "maximum": 100})),
        ]),
        _ => return None,
    })
}

fn reactors(tree: Tree) -> Json {
    with(data(tree, array(named("Reactor", tree))), [("next_after", or_null(count()))])
}
