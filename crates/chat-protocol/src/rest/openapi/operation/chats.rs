//! Chats and their members.

use super::*;

/// Returns what a route of this family takes and answers; `None` for other routes.
pub(super) fn shape(route: Route, tree: Tree) -> Option<Bodies> {
    let one = |status, name| says(status, data(tree, named(name, tree)));
    let list = |name| says(200, page(tree, named(name, tree), id(tree)));
    Some(match route {
        Route::Chats => list("Chat")
            .about("The asker's chats, newest first")
            .paged(given_id(Kind::Room, tree))
            .refuses(&["CHAT_NOT_FOUND"]),
        Route::OpenChat => one(201, "Chat")
            .or(200, data(tree, named("Chat", tree)))
            .about("Opens a direct chat or makes a group")
            .takes(new_chat(tree, id(tree)))
            .refuses(&["USER_NOT_FOUND", "CONFLICT"]),
        Route::Chat => one(200, "Chat").about("One chat"),
        Route::EndGroup => done(tree).about("Ends a group: nobody is in it any more"),
        Route::Hide => done(tree).about("Takes a direct chat off the asker's list until the next message"),
        Route::Members => list("Member").about("Who is in a chat").paged(id(tree)),
        Route::AddMember => one(201, "Member")
            .or(200, data(tree, named("Member", tree)))
            .about("Brings somebody into a group")
            .takes(somebody(id(tree)))
            .refuses(&["USER_NOT_FOUND"]),
        Route::RemoveMember => done(tree).about("Takes somebody out of a group, or leaves it"),
        Route::Read => one(200, "Position")
            .about("Marks everything up to a message as read, up to the newest where none is named")
            .may_take(body([("message_id?", id(tree))]))
            .refuses(&["MESSAGE_NOT_FOUND"]),
        Route::Typing => done(tree).about("Says whether the asker is typing").takes(body([("is_typing", flag())])),
        _ => return None,
    })
}
