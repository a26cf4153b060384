//! Every answer, key by key.

mod events;
mod trouble;

use std::sync::Arc;

use chat_domain::view::{ChatView, Chats, History, Mark, Match, MemberView, Shown};
use chat_domain::*;

use crate::features::Features;
use serde_json::{Value as Json, json};

use super::answer::*;
use super::*;
use crate::{Cursor, Trouble};

const AT: Time = Time(1_767_960_005_123_456);
const MICROS: &str = "2026-01-09T12:00:05.123456Z";
const SECONDS: &str = "2026-01-09T12:00:05Z";

fn uuid(kind: u16, number: i64) -> String {
    format!("63686174-{kind:04x}-8000-8000-{number:012x}")
}

fn user(number: i64) -> UserId {
    UserId::new(number).unwrap()
}

fn person(number: i64, username: &str) -> Arc<Person> {
    let (handle, avatar) = (user(number).into(), String::new());
    Arc::new(Person { handle, username: username.into(), name: format!("{username}!"), avatar })
}

fn shown(number: i64) -> Shown {
    let reception = Reception {
        status: Status::Read,
        likes: Likes { count: 1, by: vec![user(2).into()], at: Some(AT) },
        readers: vec![user(2).into()],
        read_at: Some(AT),
        last_reply_at: None,
    };
    let message = Message {
        id: MessageId::new(number).unwrap(),
        room: RoomId::new(7).unwrap(),
        sender: person(1, "anna"),
        seq: 3,
        number: 2,
        own_number: 1,
        kind: MessageKind::Text,
        content: "hi \"there\"".into(),
        metadata: "{}".into(),
        created_at: AT,
        edited: None,
        deleted: None,
        reactions: Tallies::parse("❤️ 1").unwrap(),
        reply: None,
        replies: 0,
        pinned: None,
        mentions: None,
        file: None,
    };
    Shown { message: Arc::new(message), reception, mine: Vec::new() }
}

fn message_in(tree: Tree, number: i64) -> Json {
    match tree {
        Tree::Api => json!({
            "id": number, "content": "hi \"there\"", "created_at": MICROS,
            "user": {"id": 1, "name": "anna!", "avatar": ""},
        }),
        Tree::V1 => json!({
            "id": uuid(3, number), "chat_id": uuid(2, 7), "user_id": uuid(1, 1), "type": "text",
            "content": "hi \"there\"", "media_url": "", "status": "read", "is_edited": false, "edited_at": null,
            "read_at": SECONDS, "read_by": [uuid(1, 2)], "likes_count": 1, "liked_by": [uuid(1, 2)],
            "liked_at": SECONDS, "created_at": SECONDS, "user": {"id": uuid(1, 1), "username": "anna"},
        }),
        Tree::V2 => json!({
            "id": uuid(3, number), "chat_id": uuid(2, 7), "sender_id": uuid(1, 1), "sender_name": "anna!",
            "sender_avatar": "", "type": "text", "content": "hi \"there\"", "metadata": {},
            "created_at": SECONDS, "status": "read",
        }),
    }
}

fn chat_view() -> ChatView {
    let room = Room {
        id: RoomId::new(7).unwrap(),
        kind: RoomKind::Group,
        title: Some("us".into()),
        owner: Some(user(1)),
        created_at: AT,
        head: Head { seq: 3, moves: 1 },
        members_seq: 1,
        members: 2,
        last_at: AT,
        last_message: MessageId::new(9),
        sent: 2,
        pins: 0,
        slow_mode: 0,
        frozen: false,
        closed: false,
    };
    let members = vec![
        MemberView { person: person(1, "anna"), role: Role::Owner, muted: None, last_seen: None },
        MemberView { person: person(2, "boris"), role: Role::Member, muted: None, last_seen: Some(AT) },
    ];
    ChatView { room: Arc::new(room), members, unread: 4, mentions: 1, last_message: Some(shown(9)) }
}

fn chat_in(tree: Tree) -> Json {
    let (id, user, at) = match tree {
        Tree::Api => (json!(7), [json!(1), json!(2)], MICROS),
        _ => (json!(uuid(2, 7)), [json!(uuid(1, 1)), json!(uuid(1, 2))], SECONDS),
    };
    json!({
        "id": id, "type": "group", "title": "us", "created_at": at, "unread_count": 4, "members_count": 2,
        "last_message": message_in(tree, 9),
        "members": [
            {"id": user[0], "name": "anna!", "username": "anna", "avatar": "", "is_online": true, "last_seen": null,
             "role": "owner"},
            {"id": user[1], "name": "boris!", "username": "boris", "avatar": "", "is_online": false, "last_seen": at,
             "role": "member"},
        ],
    })
}

fn online(user: UserId) -> bool {
    user.number() == 1
}

/// Returns what an answer says, after checking the tree's wrapping and taking it off.
fn said(tree: Tree, status: u16, reply: Reply) -> Json {
    assert_eq!(reply.status, status);
    let mut said: Json = serde_json::from_slice(&reply.body).unwrap();
    if tree == Tree::Api {
        assert_eq!(said.as_object_mut().unwrap().remove("status"), Some(json!("success")));
    }
    said
}

#[test]
fn logging_in_is_never_wrapped_and_shows_both_faces() {
    let tokens = Tokens { access: "a", refresh: "r", expires_in: 60 };
    for tree in Tree::ALL {
        let user = match tree {
            Tree::Api => json!({"id": 1, "username": "anna", "name": "anna!", "avatar": "", "uuid": uuid(1, 1)}),
            _ => json!({"id": uuid(1, 1), "username": "anna", "name": "anna!", "avatar": "", "int_id": 1}),
        };
        let reply = signed_in(tree, 201, &person(1, "anna"), &tokens);
        assert_eq!(reply.status, 201);
        assert_eq!(
            serde_json::from_slice::<Json>(&reply.body).unwrap(),
            json!({"user": user, "access_token": "a", "refresh_token": "r", "token_type": "Bearer", "expires_in": 60})
        );
        assert_eq!(said(tree, 200, me(tree, &person(1, "anna"))), json!({"data": user}));
    }
}

#[test]
fn people_are_shown_without_secrets() {
    let account = Account { person: person(1, "anna"), last_seen: Some(AT) };
    let page = [account.clone()];
    let spelled = json!({"id": 1, "username": "anna", "name": "anna!", "avatar": ""});
    assert_eq!(said(Tree::Api, 200, users(Tree::Api, &page, None)), json!({"data": [spelled], "next_before": null}));
    let next = Some(account.person.handle);
    assert_eq!(said(Tree::V2, 200, users(Tree::V2, &page, next))["next_before"], json!(uuid(1, 1)));
}

#[test]
fn chats_and_members_have_their_fields_in_each_tree() {
    for tree in Tree::ALL {
        assert_eq!(
            said(tree, 201, chat(tree, Features::NONE, 201, &chat_view(), &online)),
            json!({"data": chat_in(tree)})
        );
        let page = Chats { chats: vec![chat_view()], next: RoomId::new(7) };
        assert_eq!(
            said(tree, 200, chats(tree, Features::NONE, &page, &online)),
            json!({"data": [chat_in(tree)], "next_before": chat_in(tree)["id"]})
        );
        let view = chat_view();
        assert_eq!(
            said(tree, 200, members(tree, Features::NONE, &view.members, None, &online)),
            json!({"data": chat_in(tree)["members"], "next_before": null})
        );
        assert_eq!(
            said(tree, 201, member(tree, Features::NONE, 201, &view.members[0], &online)),
            json!({"data": chat_in(tree)["members"][0]})
        );
    }
}

#[test]
fn an_empty_direct_chat_has_no_title_and_no_last_message() {
    let mut view = chat_view();
    let room = Arc::make_mut(&mut view.room);
    (room.kind, room.title) = (RoomKind::Direct, None);
    view.last_message = None;
    let said = said(Tree::Api, 200, chat(Tree::Api, Features::NONE, 200, &view, &online));
    assert_eq!(said["data"]["type"], "direct");
    assert!(said["data"]["title"].is_null() && said["data"]["last_message"].is_null());
}

#[test]
fn history_carries_the_cursor_and_where_to_go_on() {
    let head = Head { seq: 3, moves: 1 };
    let cursor = Cursor { epoch: 10, room: RoomId::new(7).unwrap(), head };
    let mut page = History { messages: vec![shown(8), shown(9)], more_before: true, more_after: false, head };
    for tree in Tree::ALL {
        let messages = [message_in(tree, 8), message_in(tree, 9)];
        assert_eq!(
            said(tree, 200, history(tree, Features::NONE, &page, cursor)),
            json!({"data": messages, "cursor": "a.7.3.1", "next_before": messages[0]["id"]})
        );
        assert_eq!(said(tree, 200, message(tree, Features::NONE, 200, &shown(8))), json!({"data": messages[0]}));
    }
    page.more_before = false;
    assert!(said(Tree::Api, 200, history(Tree::Api, Features::NONE, &page, cursor))["next_before"].is_null());
}

#[test]
fn likes_readers_and_positions_are_spelled_in_each_tree() {
    let reception = shown(9).reception;
    let mark = [Mark { user: user(2).into(), at: AT }];
    for tree in Tree::ALL {
        let (id, at) = if tree == Tree::Api { (json!(2), MICROS) } else { (json!(uuid(1, 2)), SECONDS) };
        assert_eq!(
            said(tree, 200, likes(tree, &reception.likes)),
            json!({"data": {"likes_count": 1, "liked_by": [id]}})
        );
        assert_eq!(
            said(tree, 200, likers(tree, &mark, Some(user(2)))),
            json!({"data": [{"user_id": id, "liked_at": at}], "next_before": id})
        );
        assert_eq!(
            said(tree, 200, readers(tree, &mark, None)),
            json!({"data": [{"user_id": id, "read_at": at}], "next_before": null})
        );
        assert_eq!(
            said(tree, 200, read(tree, MessageId::new(9), 3)),
            json!({"data": {"last_message_id": message_in(tree, 9)["id"], "unread_count": 3}})
        );
    }
}

#[test]
fn what_is_done_is_said_in_the_tree_s_way() {
    assert_eq!(said(Tree::Api, 200, done(Tree::Api)), json!({}));
    for tree in [Tree::V1, Tree::V2] {
        assert_eq!(done(tree), Reply { status: 204, body: Vec::new() });
    }
}

#[test]
fn who_asks_for_reactions_sees_them_in_message_objects_and_whether_they_are_theirs() {
    for tree in Tree::ALL {
        let mut shown = shown(8);
        let mut message = Message::clone(&shown.message);
        message.reactions = Tallies::parse("👍 2 ❤️ 1").unwrap();
        (shown.message, shown.mine) = (Arc::new(message), vec![Emoji::LIKE]);
        let tallies = json!([
            {"emoji": "👍", "count": 2, "mine": false},
            {"emoji": "❤️", "count": 1, "mine": true},
        ]);
        let said_of = |features| said(tree, 200, super::answer::message(tree, features, 200, &shown));
        assert_eq!(said_of(Features::REACTIONS)["data"]["reactions"], tallies);
        assert!(said_of(Features::NONE)["data"].get("reactions").is_none());
        let thumb = Emoji::new("👍").unwrap();
        let answered = said(tree, 200, super::answer::reaction(tree, &thumb, &shown));
        assert_eq!(answered["data"], json!({"emoji": "👍", "count": 2, "reactions": tallies}));
        let page = [view::Reactor { user: user(2).into(), emoji: thumb, at: AT, seq: 7 }];
        let page = said(tree, 200, super::answer::reactors(tree, &page, Some(7)));
        assert_eq!((&page["data"][0]["emoji"], &page["next_after"]), (&json!("👍"), &json!(7)));
        assert!(page["data"][0]["reacted_at"].is_string() && !page["data"][0]["user_id"].is_null());
    }
}
