//! Ranks, mutes, bans, audits and blocks.

use chat_domain::Sentence;

use super::*;

/// Returns what a route of this family takes and answers; `None` for other routes.
pub(super) fn shape(route: Route, tree: Tree) -> Option<Bodies> {
    let one = |status, name| says(status, data(tree, named(name, tree)));
    let list = |item| says(200, page(tree, named(item, tree), id(tree)));
    Some(match route {
        Route::ChangeChat => one(200, "Chat").about("Gives a group another title or other rules").takes(body([
            ("title?", title()),
            ("slow_mode?", up_to(3600)),
            ("frozen?", flag()),
        ])),
        Route::Appoint => one(200, "Member")
            .about("Gives a member of a group a rank; `owner` hands the group over")
            .takes(body([("role", words(&["owner", "moderator", "member"]))])),
        Route::Mute => one(200, "Restrained").about("Takes a member's voice").may_take(restrain(false)),
        Route::Unmute => done(tree).about("Gives a member's voice back"),
        Route::Ban => one(200, "Restrained").about("Shuts somebody out of a group").may_take(restrain(true)),
        Route::Unban => done(tree).about("Allows somebody to come back"),
        Route::Bans => list("Restrained")
            .about("Who is shut out of a group, the newest ban first")
            .paged(id(tree))
            .refuses(&["USER_NOT_FOUND"]),
        Route::Audit => says(200, page(tree, named("Audited", tree), count()))
            .about("What was done to a group by those who lead it, the newest first")
            .asks([("before", count()), ("limit", json!({"type": "integer", "minimum": 1, "maximum": 100}))]),
        Route::Block => done(tree).about("Blocks somebody"),
        Route::Unblock => done(tree).about("Blocks somebody no longer"),
        Route::Blocks => {
            list("User").about("Whom the asker blocks, the newest first").paged(id(tree)).refuses(&["USER_NOT_FOUND"])
        }
        _ => return None,
    })
}

/// The body of a mute or a ban.
fn restrain(is_ban: bool) -> Json {
    let seconds = json!({"type": "integer", "minimum": 1, "maximum": Sentence::LONGEST});
    let reason = json!({"type": "string", "maxLength": Sentence::REASON});
    match is_ban {
        true => body([("seconds?", seconds), ("reason?", reason), ("delete_messages?", flag())]),
        false => body([("seconds?", seconds), ("reason?", reason)]),
    }
}

fn up_to(most: u64) -> Json {
    json!({"type": "integer", "minimum": 0, "maximum": most})
}
