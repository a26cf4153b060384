//! The roulette.

use super::*;

/// Returns what a route of this family takes and answers; `None` for other routes.
pub(super) fn shape(route: Route, tree: Tree) -> Option<Bodies> {
    let one = |status, name| says(status, data(tree, named(name, tree)));
    Some(match route {
        Route::Search => one(200, "Search").about("Looks for a stranger").refuses(&["CONFLICT"]),
        Route::StopSearch => done(tree).about("Stops looking"),
        Route::Next => {
            one(200, "Search").about("Leaves the stranger and looks for the next one").refuses(&["CONFLICT"])
        }
        Route::Leave => done(tree).about("Leaves the stranger"),
        _ => return None,
    })
}
