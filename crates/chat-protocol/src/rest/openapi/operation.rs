//! What each address takes and answers.

use serde_json::{Value as Json, json};

use super::super::body::LONGEST_TOKEN;
use super::super::{Route, Tree};
use super::files::{announced, new_file};
use super::messages::{events, finding, found, new_chat, new_group, new_message, pulling, somebody};
use super::schema::{Kind, file, given_id, id, named, notification_types};
use super::shape::{array, body, count, flag, object, or_null, perhaps, sized, text, with, words};
use super::suspensions::{suspending, suspension};
use super::texts::{client_id, content, name, picture, title, username};
use super::{push, webhooks};

mod moderation;
mod reports;

/// What an address takes and answers.
pub(super) struct Bodies {
    pub(super) summary: &'static str,
    pub(super) query: Vec<(&'static str, Json)>,
    pub(super) body: Option<Json>,
    pub(super) body_required: bool,
    /// Whether it takes bytes.
    pub(super) brings_bytes: bool,
    /// The good answers.
    pub(super) answers: Vec<(u16, Option<Json>)>,
}

/// What this route takes and answers in this tree.
pub(super) fn shape(route: Route, tree: Tree) -> Bodies {
    let one = |status, name| says(status, data(tree, named(name, tree)));
    let list = |name| says(200, page(tree, named(name, tree), id(tree)));
    match route {
        Route::Register => says(201, named("SignedIn", tree)).about("Makes an account and logs in").takes(register()),
        Route::Login => says(200, named("SignedIn", tree)).about("Logs in").takes(login()),
        Route::Refresh => says(200, named("SignedIn", tree))
            .about("Trades a refresh token for a new pair")
            .takes(body([("refresh_token", text())])),
        Route::Logout => done(tree).about("Logs out").may_take(body([("refresh_token?", text())])),
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
        Route::Users => list("User").about("People whose name begins so").asks([("query", text())]).paged(id(tree)),
        Route::Chats => list("Chat").about("The asker's chats, newest first").paged(given_id(Kind::Room, tree)),
        Route::OpenChat => one(201, "Chat")
            .or(200, data(tree, named("Chat", tree)))
            .about("Opens a direct chat or makes a group")
            .takes(new_chat(tree, id(tree))),
        Route::Chat => one(200, "Chat").about("One chat"),
        Route::ChangeChat | Route::Appoint | Route::Mute | Route::Unmute => moderation::shape(route, tree),
        Route::Ban | Route::Unban | Route::Bans | Route::Audit => moderation::shape(route, tree),
        Route::Block | Route::Unblock | Route::Blocks => moderation::shape(route, tree),
        Route::Report | Route::Reports | Route::ResolveReport => reports::shape(route, tree),
        Route::EndGroup => done(tree).about("Ends a group: nobody is in it any more"),
        Route::Hide => done(tree).about("Takes a direct chat off the asker's list until the next message"),
        Route::Members => list("Member").about("Who is in a chat").paged(id(tree)),
        Route::AddMember => one(201, "Member")
            .or(200, data(tree, named("Member", tree)))
            .about("Brings somebody into a group")
            .takes(somebody(id(tree))),
        Route::RemoveMember => done(tree).about("Takes somebody out of a group, or leaves it"),
        Route::Messages | Route::Thread => says(200, history(tree))
            .about(match route {
                Route::Thread => "A page of the thread that a message belongs to, oldest first",
                _ => "A page of messages, oldest first",
            })
            .asks([("after_id", if tree == Tree::Api { count() } else { given_id(Kind::Message, tree) })])
            .paged(given_id(Kind::Message, tree)),
        Route::Send => {
            one(if tree == Tree::Api { 200 } else { 201 }, "Message").about("Sends a message").takes(new_message(tree))
        }
        Route::Message => one(200, "Message").about("One message"),
        Route::Edit => one(200, "Message").about("Gives a message other words").takes(body([("content", content())])),
        Route::Delete => done(tree).about("Erases a message"),
        Route::Like => one(200, "Likes").about("Likes a message"),
        Route::Unlike => one(200, "Likes").about("Takes a like back"),
        Route::Likers => list("Like").about("Who likes a message").paged(id(tree)),
        Route::React => one(200, "Reaction").about("Reacts to a message"),
        Route::Unreact => one(200, "Reaction").about("Takes a reaction back"),
        Route::Reactors => says(200, reactors(tree)).about("Who reacts to a message, the oldest first").asks([
            ("emoji", text()),
            ("after", count()),
            ("limit", json!({"type": "integer", "minimum": 1, "maximum": 100})),
        ]),
        Route::Pin | Route::Unpin => says(200, data(tree, object([("pinned", flag())])))
            .about(if route == Route::Pin { "Pins a message" } else { "Takes a message from the pins" }),
        Route::Pins => list("Message").about("The messages that are pinned, the newest pin first"),
        Route::Find => {
            says(200, found(tree)).about("Finds messages by their words, the newest first").asks(finding(tree))
        }
        Route::Readers => list("Reader").about("Who has read a message").paged(id(tree)),
        Route::Read => one(200, "Position")
            .about("Marks everything up to a message as read, up to the newest where none is named")
            .may_take(body([("message_id?", id(tree))])),
        Route::Typing => done(tree).about("Says whether the asker is typing").takes(body([("is_typing", flag())])),
        Route::Announce => {
            says(201, data(tree, announced())).about("Announces a file, whose bytes are then brought").takes(new_file())
        }
        Route::FileDone => says(200, data(tree, file())).about("Says that all bytes of a file are there"),
        Route::Upload => {
            Bodies { answers: vec![(200, Some(data(tree, file()))), (204, None)], ..says(200, Json::Null) }
                .about("Brings a file's bytes, or those that `Content-Range` names")
                .brings()
        }
        Route::Uploaded => Bodies { answers: vec![(204, None)], ..says(204, Json::Null) }
            .about("How many bytes of a file are there: `Upload-Offset`"),
        Route::File => Bodies { answers: vec![(200, None), (206, None), (304, None)], ..says(200, Json::Null) }
            .about("A file, or the part of it that `Range` names")
            .asks([("token", text())]),
        Route::PushKey | Route::AddDevice | Route::RemoveDevice | Route::SetLevel => push::bodies(route, tree),
        _ => special(route, tree),
    }
}

/// What is in one tree alone, or in none.
fn special(route: Route, tree: Tree) -> Bodies {
    let one = |status, name| says(status, data(tree, named(name, tree)));
    match route {
        Route::Poll => says(200, poll()).about("Messages after one that is known").asks([
            ("last_message_id", count()),
            ("cursor", text()),
            ("wait", json!({"type": "integer", "minimum": 0, "maximum": 30})),
        ]),
        Route::Search => one(200, "Search").about("Looks for a stranger"),
        Route::StopSearch => done(tree).about("Stops looking"),
        Route::Next => one(200, "Search").about("Leaves the stranger and looks for the next one"),
        Route::Leave => done(tree).about("Leaves the stranger"),
        Route::Notifications => says(200, page(tree, named("Notification", tree), id(tree)))
            .about("The asker's notifications, newest first")
            .asks([("is_read", flag())])
            .paged(given_id(Kind::Notification, tree)),
        Route::ReadNotification => one(200, "NotificationRead").about("Marks a notification as read"),
        Route::ReadAllNotifications => {
            says(200, data(tree, object([("updated", count())]))).about("Marks all notifications as read")
        }
        Route::Notify => one(201, "Notification").about("Tells a user something").takes(notice()),
        Route::PostLiked => how_many().about("Tells followers that a post was liked").takes(body([
            ("user_id", id(tree)),
            ("user_name", sized(0, 255)),
            ("likes_count", count()),
            ("followers?", array(id(tree))),
        ])),
        Route::PostCommented => how_many().about("Tells an author that a post was commented").takes(body([
            ("author_id", id(tree)),
            ("comment", body([("id", text()), ("content", text())])),
            ("comments_count", count()),
        ])),
        Route::ServerChat => one(201, "Chat")
            .or(200, data(tree, named("Chat", tree)))
            .about("Makes a chat in a user's name")
            .takes(with(new_group(tree, id(tree)), [("owner_id", id(tree))])),
        Route::ServerSend => one(201, "Message")
            .about("Sends a message in a user's name")
            .takes(by_somebody(new_message(tree), id(tree))),
        Route::Introduce => one(200, "Me").about("Makes a user known before the first visit").may_take(body([
            ("name?", name()),
            ("username?", username()),
            ("avatar?", picture()),
        ])),
        Route::Suspend => says(200, data(tree, suspension(tree)))
            .about("Keeps a user out for so many seconds, or until it is taken back")
            .may_take(suspending()),
        Route::Unsuspend => done(tree).about("Lets a user in again"),
        Route::Disconnect => done(tree)
            .about("Closes everything that a user has open")
            .may_take(body([("tokens?", json!({"type": "boolean"}))])),
        Route::Events => says(200, events()).about("Everything that happens, in order, to be pulled").asks(pulling()),
        Route::Subscribe | Route::Webhooks | Route::Webhook => webhooks::bodies(route),
        Route::Unsubscribe | Route::Rotate => webhooks::bodies(route),
        Route::IssueToken => says(201, data(tree, object([("access_token", text()), ("expires_in", count())])))
            .about("Makes an access token for somebody whom a back end has logged in")
            .takes(body([
                ("user_id", id(tree)),
                ("ttl?", json!({"type": "integer", "minimum": 1, "maximum": LONGEST_TOKEN})),
            ])),
        Route::OpenApi => says(200, json!({"type": "object"})).about("This document"),
        Route::AsyncApi => says(200, json!({"type": "object"})).about("The document of the sockets"),
        Route::Healthz => says(200, object([("status", words(&["ok"]))])).about("Whether the server is alive"),
        _ => says(200, health()).or(503, health()).about("Whether the server can do its work"),
    }
}

impl Bodies {
    pub(super) fn about(mut self, summary: &'static str) -> Bodies {
        self.summary = summary;
        self
    }

    fn asks<const N: usize>(mut self, query: [(&'static str, Json); N]) -> Bodies {
        self.query.extend(query);
        self
    }

    fn paged(self, id: Json) -> Bodies {
        self.asks([("before_id", id), ("limit", json!({"type": "integer", "minimum": 1, "maximum": 100}))])
    }

    pub(super) fn takes(mut self, body: Json) -> Bodies {
        (self.body, self.body_required) = (Some(body), true);
        self
    }

    fn may_take(mut self, body: Json) -> Bodies {
        self.body = Some(body);
        self
    }

    /// Bytes instead of JSON.
    fn brings(mut self) -> Bodies {
        self.brings_bytes = true;
        self
    }

    pub(super) fn or(mut self, status: u16, answer: Json) -> Bodies {
        self.answers.push((status, Some(answer)));
        self
    }
}

pub(super) fn says(status: u16, answer: Json) -> Bodies {
    let answers = vec![(status, Some(answer))];
    Bodies { summary: "", query: Vec::new(), body: None, body_required: false, brings_bytes: false, answers }
}

pub(super) fn done(tree: Tree) -> Bodies {
    match tree {
        Tree::Api => says(200, object([("status", words(&["success"]))])),
        Tree::V1 | Tree::V2 => Bodies { answers: vec![(204, None)], ..says(204, Json::Null) },
    }
}

fn how_many() -> Bodies {
    says(202, data(Tree::V2, object([("recipients", count())])))
}

pub(super) fn data(tree: Tree, data: Json) -> Json {
    match tree {
        Tree::Api => object([("status", words(&["success"])), ("data", data)]),
        Tree::V1 | Tree::V2 => object([("data", data)]),
    }
}

fn page(tree: Tree, item: Json, next: Json) -> Json {
    with(data(tree, array(item)), [("next_before", or_null(next))])
}

fn reactors(tree: Tree) -> Json {
    with(data(tree, array(named("Reactor", tree))), [("next_after", or_null(count()))])
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

fn health() -> Json {
    let health = object([("status", words(&["ready", "degraded", "unavailable"])), ("store", flag())]);
    perhaps(health, [("backplane", flag())])
}

fn register() -> Json {
    body([("username", username()), ("password", sized(8, 128)), ("name?", name()), ("avatar?", picture())])
}

fn login() -> Json {
    body([("username", text()), ("password", text())])
}

/// A message of any type, in this user's name.
fn by_somebody(mut message: Json, id: Json) -> Json {
    let choices = message["anyOf"].as_array_mut().into_iter().flatten();
    choices.for_each(|choice| *choice = with(choice.take(), [("user_id", id.clone())]));
    message
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
