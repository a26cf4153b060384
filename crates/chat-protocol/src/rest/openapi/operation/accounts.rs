//! Accounts and log-ins.

use super::*;

/// Returns what a route of this family takes and answers; `None` for other routes.
pub(super) fn shape(route: Route, tree: Tree) -> Option<Bodies> {
    let one = |status, name| says(status, data(tree, named(name, tree)));
    let list = |name| says(200, page(tree, named(name, tree), id(tree)));
    Some(match route {
        Route::Register => says(201, named("SignedIn", tree))
            .about("Makes an account and logs in")
            .takes(register())
            .refuses(&["FORBIDDEN", "CONFLICT"]),
        Route::Login => says(200, named("SignedIn", tree)).about("Logs in").takes(login()).refuses(&["UNAUTHORIZED"]),
        Route::Refresh => says(200, named("SignedIn", tree))
            .about("Trades a refresh token for a new pair")
            .takes(body([("refresh_token", text())]))
            .refuses(&["UNAUTHORIZED"]),
        Route::Logout => done(tree)
            .about("Logs out")
            .may_take(body([("refresh_token?", text())]))
            .refuses(&["UNAUTHORIZED", "FORBIDDEN"]),
        Route::Me => one(200, "Me").about("Who the asker is"),
        Route::UpdateMe => one(200, "Me")
            .about("Gives the asker another name or picture")
            .takes(body([("name?", name()), ("avatar?", picture())])),
        Route::Password => done(tree)
            .about("Gives the asker another password and ends their other log-ins")
            .takes(body([("old", text()), ("new", sized(8, 128))])),
        Route::EraseMe => done(tree)
            .about("Erases the asker: their name goes everywhere, their messages stay without one")
            .takes(body([("password", text())])),
        Route::Users => list("User")
            .about("People whose name begins so")
            .asks([("query", text())])
            .paged(id(tree))
            .refuses(&["USER_NOT_FOUND"]),
        _ => return None,
    })
}

fn register() -> Json {
    body([("username", username()), ("password", sized(8, 128)), ("name?", name()), ("avatar?", picture())])
}

fn login() -> Json {
    body([("username", text()), ("password", text())])
}
