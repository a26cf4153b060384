//! Who may use which address: every route, for everybody. A new route does not compile before it has a line here.

use chat_domain::{MessageId, NotificationId, ReportId, RoomId};
use chat_protocol::rest::{Access, Entry, Route, TABLE, Tree};
use chat_transport::account::secret::Secret;
use chat_transport::app::ServerSettings;
use chat_transport::routes;
use serde_json::{Value as Json, json};

use crate::pushes::subscription;
use crate::world::{Ask, Said, User, World};

/// Who may use an address.
enum Line {
    /// Everybody with a token, since nothing there belongs to anybody else.
    Own,
    /// Members only.
    Members,
    /// Members who are the owner or the author; other members may not.
    Owner,
    /// The two people of a direct chat; nobody in a group.
    Direct,
    /// Everybody, even without a token.
    Everybody,
    /// Back ends only.
    BackEnds,
}

/// Returns who may use a route, with a valid body.
fn line(route: Route, tree: Tree, target: &User) -> (Line, Json) {
    use Line::*;
    let user = target.spelled(tree);
    match route {
        Route::Register | Route::Login | Route::Refresh => (Everybody, json!({})),
        Route::OpenApi | Route::AsyncApi | Route::Healthz | Route::Readyz => (Everybody, json!({})),
        Route::Logout | Route::Me | Route::Users | Route::Chats | Route::Find => (Own, json!({})),
        // Whoever knows a file's id may upload and read it.
        Route::Upload | Route::Uploaded | Route::File => (Everybody, json!({})),
        Route::Announce => (Own, json!({"name": "a", "size": 1, "type": "a/b"})),
        Route::FileDone => (Own, json!({})),
        Route::PushKey => (Own, json!({})),
        Route::AddDevice | Route::RemoveDevice => (Own, subscription("https://push.example/a")),
        Route::Level | Route::SetLevel => (Members, json!({"level": "all"})),
        Route::UpdateMe => (Own, json!({"name": "N"})),
        // Anybody may try, with their own password; see the tests of accounts.
        Route::Password => (Own, json!({"old": "x", "new": "short"})),
        Route::EraseMe => (Own, json!({})),
        Route::OpenChat => (Own, json!({"type": "direct", "user_id": user})),
        Route::Search | Route::StopSearch | Route::Next | Route::Leave => (Own, json!({})),
        Route::Notifications | Route::ReadAllNotifications => (Own, json!({})),
        // Anybody may try. Somebody else's notification is not found; see below.
        Route::ReadNotification => (Own, json!({})),
        Route::Chat | Route::Members | Route::Messages | Route::Message => (Members, json!({})),
        Route::Reactors | Route::React | Route::Unreact | Route::Thread => (Members, json!({})),
        Route::Likers | Route::Readers | Route::Like | Route::Unlike | Route::Read | Route::Poll => {
            (Members, json!({}))
        }
        Route::Send => (Members, json!({"content": "x"})),
        Route::Typing => (Members, json!({"is_typing": true})),
        Route::Pins => (Members, json!({})),
        Route::Report => (Members, json!({"reason": "spam"})),
        Route::Pin | Route::Unpin => (Owner, json!({})),
        Route::ChangeChat => (Owner, json!({"title": "we"})),
        Route::Appoint => (Owner, json!({"role": "moderator"})),
        Route::Mute | Route::Unmute | Route::Ban | Route::Unban => (Owner, json!({})),
        Route::Bans | Route::Audit => (Owner, json!({})),
        Route::Block | Route::Unblock | Route::Blocks => (Own, json!({})),
        Route::EndGroup => (Owner, json!({})),
        Route::Hide => (Direct, json!({})),
        Route::AddMember => (Owner, json!({"user_id": user})),
        Route::RemoveMember => (Owner, json!({})),
        Route::Edit => (Owner, json!({"content": "y"})),
        Route::Delete => (Owner, json!({})),
        Route::Notify => (BackEnds, json!({"user_id": user, "type": "mention", "title": "t", "body": "b"})),
        Route::PostLiked => {
            (BackEnds, json!({"user_id": user, "user_name": "A", "likes_count": 1, "followers": [user]}))
        }
        Route::PostCommented => {
            (BackEnds, json!({"author_id": user, "comment": {"id": "c", "content": "x"}, "comments_count": 1}))
        }
        Route::ServerChat => (BackEnds, json!({"owner_id": user, "type": "group", "title": "us"})),
        Route::KeepMessages => (BackEnds, json!({"keep_messages": null})),
        Route::ServerSend => (BackEnds, json!({"user_id": user, "content": "x"})),
        Route::Introduce => (BackEnds, json!({"name": "N"})),
        Route::IssueToken => (BackEnds, json!({"user_id": user})),
        Route::Subscribe => (BackEnds, json!({"url": "https://backend.example/hook"})),
        Route::Webhooks | Route::Reports | Route::ResolveReport => (BackEnds, json!({})),
        Route::Webhook | Route::Rotate | Route::Unsubscribe => (BackEnds, json!({})),
        Route::Suspend | Route::Unsuspend | Route::EraseUser | Route::ShowUser | Route::ExportUser => {
            (BackEnds, json!({}))
        }
        Route::Disconnect | Route::Events => (BackEnds, json!({})),
    }
}

struct Cast {
    world: World,
    owner: User,
    member: User,
    removed: User,
    stranger: User,
    /// Another member, on whom others act.
    guest: User,
    room: i64,
    message: i64,
    webhook: String,
}

impl Cast {
    async fn new() -> Cast {
        let http = routes::RouteSettings { api_keys: vec![Secret::new("key")], ..Default::default() };
        let world = World::with(ServerSettings { http, ..ServerSettings::default() }).await;
        let (owner, member) = (world.user("owner").await, world.user("member").await);
        let (removed, stranger) = (world.user("removed").await, world.user("stranger").await);
        let guest = world.user("guest").await;
        let room = world.group(&[&owner, &member, &removed, &guest]).await;
        let message = world.message(&owner, room, "hi").await;
        let gone = format!("/api/chats/{room}/members/{}", removed.id);
        assert_eq!(world.ask("DELETE", gone).by(&owner).go().await.status, 200);
        let reports = format!("/api/chats/{room}/messages/{message}/reports");
        assert_eq!(world.post(reports, json!({"reason": "spam"})).by(&owner).go().await.status, 201);
        let subscribed = world.post("/api/v2/server/webhooks", json!({"url": "https://backend.example/hook"}));
        let subscribed = subscribed.header("X-Api-Key", "key").go().await;
        let webhook = subscribed.body["data"]["id"].as_str().expect("an id").to_owned();
        Cast { world, owner, member, removed, stranger, guest, room, message, webhook }
    }

    /// Returns the owner's chat with the member.
    async fn direct(&self) -> i64 {
        let body = json!({"type": "direct", "user_id": self.member.id.number()});
        let said = self.world.post("/api/chats", body).by(&self.owner).go().await;
        said.body["data"]["id"].as_i64().unwrap()
    }

    fn ask(&self, entry: &Entry, tree: Tree, address: &str, body: &Json, room: i64) -> Ask<'_> {
        let spelled = |number: i64, uuid: String| if tree == Tree::Api { number.to_string() } else { uuid };
        let user = self.guest.spelled(tree).to_string();
        let path = address
            .replace("{chat}", &spelled(room, RoomId::new(room).unwrap().uuid().to_string()))
            .replace("{message}", &spelled(self.message, MessageId::new(self.message).unwrap().uuid().to_string()))
            .replace("{user}", user.trim_matches('"'))
            .replace("{notification}", &NotificationId::new(1).unwrap().uuid().to_string())
            .replace("{post}", "p")
            .replace("{webhook}", &self.webhook)
            .replace("{report}", &ReportId::new(1).unwrap().uuid().to_string())
            .replace("{emoji}", "%F0%9F%91%8D")
            .replace("{subject}", if entry.route == Route::Introduce { "subject" } else { user.trim_matches('"') });
        let path = if entry.route == Route::EraseUser { path + "?messages=keep" } else { path };
        self.world.ask(entry.method.name(), path).json(body.clone())
    }
}

fn is(said: &Said, status: u16, code: &str, who: &str, address: &str) {
    assert_eq!((said.status, said.code()), (status, code), "{who} at {address}: {said:?}");
}

fn is_let_in(said: &Said, who: &str, address: &str) {
    let refused = matches!(said.status, 401 | 403) || said.status >= 500;
    assert!(!refused, "{who} at {address}: {said:?}");
}

#[tokio::test]
async fn everybody_at_every_address() {
    for entry in TABLE {
        for (tree, address) in entry.addresses() {
            // Each in a world of its own, so that one request does not change what the next one may do.
            let cast = Cast::new().await;
            let (line, body) = line(entry.route, tree, &cast.removed);
            let place = format!("{} {address}", entry.method.name());
            let ask = |room| cast.ask(entry, tree, &address, &body, room);
            match line {
                Line::Everybody => {
                    assert_eq!(entry.access, Access::Open);
                    is_let_in(&ask(cast.room).go().await, "anybody", &place);
                }
                Line::Own => {
                    is(&ask(cast.room).go().await, 401, "UNAUTHORIZED", "nobody", &place);
                    is_let_in(&ask(cast.room).by(&cast.stranger).go().await, "somebody", &place);
                }
                Line::Members | Line::Owner | Line::Direct => {
                    is(&ask(cast.room).go().await, 401, "UNAUTHORIZED", "nobody", &place);
                    for outside in [&cast.stranger, &cast.removed] {
                        is(&ask(cast.room).by(outside).go().await, 403, "FORBIDDEN", "an outsider", &place);
                    }
                    is(&ask(99).by(&cast.owner).go().await, 404, "CHAT_NOT_FOUND", "the owner elsewhere", &place);
                    let member = ask(cast.room).by(&cast.member).go().await;
                    match line {
                        Line::Owner | Line::Direct => is(&member, 403, "FORBIDDEN", "a member", &place),
                        _ => assert!(member.status < 300, "a member at {place}: {member:?}"),
                    }
                    let room = if matches!(line, Line::Direct) { cast.direct().await } else { cast.room };
                    let owner = ask(room).by(&cast.owner).go().await;
                    assert!(owner.status < 300, "the owner at {place}: {owner:?}");
                }
                Line::BackEnds => {
                    assert_eq!(entry.access, Access::Key);
                    is(&ask(cast.room).go().await, 401, "UNAUTHORIZED", "nobody", &place);
                    is(&ask(cast.room).by(&cast.owner).go().await, 401, "UNAUTHORIZED", "a user", &place);
                    let forged = ask(cast.room).header("X-Api-Key", "kez").go().await;
                    is(&forged, 401, "UNAUTHORIZED", "a forger", &place);
                    is_let_in_or_forbidden(&ask(cast.room).header("X-Api-Key", "key").go().await, &place);
                }
            }
        }
    }
}

/// Checks that a back end was let in. The user in whose name it comes may still not be in the chat.
fn is_let_in_or_forbidden(said: &Said, place: &str) {
    let good = said.status < 300 || said.code() == "FORBIDDEN";
    assert!(good, "a back end at {place}: {said:?}");
}
