//! Notifications, and what back ends tell people.

use super::*;

/// Returns what a route of this family takes and answers; `None` for other routes.
pub(super) fn shape(route: Route, tree: Tree) -> Option<Bodies> {
    let one = |status, name| says(status, data(tree, named(name, tree)));
    Some(match route {
        Route::Notifications => says(200, page(tree, named("Notification", tree), id(tree)))
            .about("The asker's notifications, newest first")
            .asks([("is_read", flag())])
            .paged(given_id(Kind::Notification, tree)),
        Route::ReadNotification => one(200, "NotificationRead").about("Marks a notification as read"),
        Route::ReadAllNotifications => {
            says(200, data(tree, object([("updated", count())]))).about("Marks all notifications as read")
        }
        Route::Notify => one(201, "Notification")
            .about("Tells a user something")
            .takes(notice())
            .refuses(&["USER_NOT_FOUND", "CONFLICT"]),
        Route::PostLiked => how_many()
            .about("Tells followers that a post was liked")
            .takes(body([
                ("user_id", id(tree)),
                ("user_name", sized(0, 255)),
                ("likes_count", count()),
                ("followers?", array(id(tree))),
            ]))
            .refuses(&["USER_NOT_FOUND"]),
        Route::PostCommented => how_many()
            .about("Tells an author that a post was commented")
            .takes(body([
                ("author_id", id(tree)),
                ("comment", body([("id", text()), ("content", text())])),
                ("comments_count", count()),
            ]))
            .refuses(&["USER_NOT_FOUND"]),
        _ => return None,
    })
}

fn how_many() -> Bodies {
    says(202, data(Tree::V2, object([("recipients", count())])))
}

fn notice() -> Json {
    body([
        ("user_id", id(Tree::V2)),
        ("type", notification_types()),
        ("title", text()),
        ("body", text()),
        ("data?", json!({"type": "object"})),
        ("client_id?", client_id()),
    ])
}
