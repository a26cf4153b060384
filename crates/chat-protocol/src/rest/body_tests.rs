//! Every body: what it means, and the errors about wrong ones.

use chat_domain::*;

use super::body::*;
use super::*;
use crate::Trouble;

const USER: &str = "63686174-0001-8000-8000-000000000007";
const ROOM: &str = "63686174-0002-8000-8000-000000000007";
const MESSAGE: &str = "63686174-0003-8000-8000-000000000007";
const FOREIGN: &str = "3f333df6-90a4-4fda-8dd3-9485d27cee36";

fn problem<T>(read: Result<T, Trouble>) -> String {
    match read.err() {
        Some(Trouble::Malformed(problem)) => problem,
        other => panic!("{other:?} instead of a named problem"),
    }
}

fn seven() -> Whom {
    Whom::Id(UserId::new(7).unwrap())
}

#[test]
fn what_is_not_an_object_is_said_to_be_none() {
    for body in ["[]", "1", "\"x\"", "null"] {
        assert_eq!(problem(Login::read(body.as_bytes())), "the body must be a JSON object", "{body}");
    }
    for body in ["{", "{\"a\":\"\\ud800\"}", "{\"a\":1e999}", "\u{feff}{}"] {
        assert_eq!(problem(Login::read(body.as_bytes())), "the body is not JSON", "{body}");
    }
    assert_eq!(problem(Login::read(b"\xff")), "the body is not JSON");
    assert_eq!(problem(Login::read(&b"[".repeat(100_000))), "the body is not JSON");
    assert_eq!(problem(Login::read(b" ")), "`username` is missing");
}

#[test]
fn registering_checks_the_password_and_keeps_what_is_optional_apart() {
    let read = |body: &str| Register::read(body.as_bytes());
    let plain = read(r#"{"username":"anna","password":"12345678","name":null}"#).unwrap();
    assert!(plain.name.is_none() && plain.avatar.is_empty());
    let named = read(r#"{"username":"anna","password":"пароль78","name":"Анна","avatar":"a.jpg"}"#).unwrap();
    assert_eq!((named.name.as_deref(), named.avatar.as_str()), (Some("Анна"), "a.jpg"));
    assert_eq!(problem(read(r#"{"username":"a"}"#)), "`password` is missing");
    assert_eq!(problem(read(r#"{"username":7,"password":"12345678"}"#)), "`username` must be a string");
    assert_eq!(problem(read(r#"{"username":"a\u0000","password":"12345678"}"#)), "`username` must not contain U+0000");
    for password in ["1234567".to_owned(), "x".repeat(129)] {
        let body = format!(r#"{{"username":"a","password":"{password}"}}"#);
        assert_eq!(problem(read(&body)), "`password` must have 8 to 128 characters");
    }
    assert!(!format!("{named:?}").contains("пароль"));
    assert_eq!(problem(Refresh::read(b"{}")), "`refresh_token` is missing");
    assert_eq!(Logout::read(b"").unwrap().refresh_token, None);
}

#[test]
fn users_are_named_in_the_tree_s_spelling_or_by_name() {
    let member = |tree, body: String| NewMember::read(tree, body.as_bytes()).map(|NewMember(whom)| whom);
    let by_id = |tree, id: &str| member(tree, format!(r#"{{"user_id":{id}}}"#));
    assert_eq!(by_id(Tree::Api, "7").unwrap(), seven());
    assert_eq!(by_id(Tree::V1, &format!("\"{USER}\"")).unwrap(), seven());
    assert_eq!(by_id(Tree::V2, &format!("\"{FOREIGN}\"")).unwrap(), Whom::Foreign(FOREIGN.parse().unwrap()));
    let named = member(Tree::V2, r#"{"username":"anna"}"#.into());
    assert_eq!(named.unwrap(), Whom::Username("anna".into()));
    for id in ["0", "-1", "7.5", "9007199254740992", "\"7\"", "true"] {
        assert_eq!(problem(by_id(Tree::Api, id)), "`user_id` must be the whole number of a user", "{id}");
    }
    // It could be the UUID that an issuer gave to somebody.
    assert_eq!(by_id(Tree::V1, &format!("\"{ROOM}\"")).unwrap(), Whom::Foreign(ROOM.parse().unwrap()));
    for id in ["7", "\"7\""] {
        assert_eq!(problem(by_id(Tree::V1, id)), "`user_id` must be the UUID of a user", "{id}");
    }
    assert_eq!(problem(member(Tree::Api, "{}".into())), "`user_id` is missing");
    let both = r#"{"user_id":7,"username":"anna"}"#.to_owned();
    assert_eq!(problem(member(Tree::Api, both)), "`username` must not stand beside `user_id`");
}

#[test]
fn chats_are_direct_or_groups() {
    let read = |body: &str, key| NewChat::read(Tree::Api, body.as_bytes(), key);
    assert_eq!(read(r#"{"type":"direct","user_id":7}"#, None).unwrap(), NewChat::Direct(seven()));
    let group = r#"{"type":"group","title":"us","member_ids":[7],"client_id":"k"}"#;
    let expected = NewChat::Group { title: "us".into(), members: vec![seven()], client_id: ClientId::new("k") };
    assert_eq!(read(group, Some("k")).unwrap(), expected);
    assert_eq!(problem(read(group, Some("other"))), "`client_id` differs from `Idempotency-Key`");
    assert_eq!(problem(read("{}", None)), "`type` is missing");
    assert_eq!(problem(read(r#"{"type":"roulette"}"#, None)), "`type` must be \"direct\" or \"group\"");
    assert_eq!(problem(read(r#"{"type":"group"}"#, None)), "`title` is missing");
    let bad = r#"{"type":"group","title":"us","member_ids":["7"]}"#;
    assert_eq!(problem(read(bad, None)), "`member_ids` must be an array of user ids");
    let key = "k".repeat(65);
    assert_eq!(
        problem(read(r#"{"type":"group","title":"us"}"#, Some(&key))),
        "`Idempotency-Key` must have 1 to 64 printable characters"
    );
}

#[test]
fn a_message_is_plain_in_one_tree_and_typed_in_the_others() {
    let read = |tree, body: &str| SendMessage::read(tree, body.as_bytes(), None).map(|message| message.draft);
    let photo = r#"{"type":"photo","content":"https://a/b.jpg","metadata":{"width":1}}"#;
    assert_eq!(read(Tree::Api, photo).unwrap(), Draft::text("https://a/b.jpg"));
    let typed = read(Tree::V2, photo).unwrap();
    assert_eq!((typed.kind, typed.metadata.to_string().as_str()), (MessageKind::Photo, r#"{"width":1}"#));
    let with_caption = r#"{"type":"photo","content":"look","media_url":"https://a/b.jpg"}"#;
    let captioned = read(Tree::V1, with_caption).unwrap();
    assert_eq!(captioned.content, "https://a/b.jpg");
    assert_eq!(captioned.metadata.to_string(), r#"{"caption":"look"}"#);
    assert_eq!(problem(read(Tree::V1, photo)), "`media_url` is missing");
    assert_eq!(problem(read(Tree::V2, r#"{"type":"poem","content":"x"}"#)), "`type` is not a type of message");
    assert_eq!(problem(read(Tree::V2, r#"{"content":"x","metadata":[]}"#)), "`metadata` must be an object");
    assert_eq!(problem(read(Tree::Api, "{}")), "`content` is missing");
    assert_eq!(problem(EditMessage::read(br#"{"content":1}"#)), "`content` must be a string");
}

#[test]
fn the_sender_s_name_for_a_message_comes_in_the_body_or_beside_it() {
    let read = |body: &str, key| SendMessage::read(Tree::Api, body.as_bytes(), key).map(|message| message.client_id);
    assert_eq!(read(r#"{"content":"x","client_id":"a"}"#, None).unwrap(), ClientId::new("a"));
    assert_eq!(read(r#"{"content":"x"}"#, Some("a")).unwrap(), ClientId::new("a"));
    assert_eq!(read(r#"{"content":"x","client_id":null}"#, None).unwrap(), None);
    let rule = "`client_id` must have 1 to 64 printable characters";
    assert_eq!(problem(read(r#"{"content":"x","client_id":""}"#, None)), rule);
    assert_eq!(problem(read(r#"{"content":"x","client_id":1}"#, None)), "`client_id` must be a string");
}

#[test]
fn reading_and_typing() {
    let read = |tree, body: &str| MarkRead::read(tree, body.as_bytes()).map(|read| read.upto);
    assert_eq!(read(Tree::Api, "").unwrap(), None);
    assert_eq!(read(Tree::Api, r#"{"message_id":7}"#).unwrap(), MessageId::new(7));
    assert_eq!(read(Tree::V1, &format!(r#"{{"message_id":"{MESSAGE}"}}"#)).unwrap(), MessageId::new(7));
    let of_a_room = read(Tree::V1, &format!(r#"{{"message_id":"{ROOM}"}}"#));
    assert_eq!(of_a_room.unwrap_err(), Refusal::UnknownMessage.into());
    for (tree, id) in [(Tree::V1, "7"), (Tree::Api, "\"7\"")] {
        let body = format!(r#"{{"message_id":{id}}}"#);
        assert_eq!(problem(read(tree, &body)), "`message_id` is not the id of a message", "{id}");
    }
    assert!(SetTyping::read(br#"{"is_typing":true}"#).unwrap().is_typing);
    assert_eq!(problem(SetTyping::read(b"{}")), "`is_typing` is missing");
    assert_eq!(problem(SetTyping::read(br#"{"is_typing":1}"#)), "`is_typing` must be true or false");
}

#[test]
fn back_ends_notify() {
    let read = |body: String| Notice::read(body.as_bytes(), None);
    let with = |kind: &str| format!(r#"{{"user_id":"{USER}","type":"{kind}","title":"t","body":"b"}}"#);
    for kind in NotificationKind::ALL {
        let notice = read(with(kind.word())).unwrap();
        assert_eq!((notice.kind, notice.data), (kind, Value::empty()));
    }
    assert_eq!(problem(read(with("birthday"))), "`type` is not a type of notification");
    assert_eq!(problem(read("{}".into())), "`user_id` is missing");
    let long = with("mention").replace("\"t\"", &format!("\"{}\"", "t".repeat(256)));
    assert_eq!(problem(read(long)), "`title` must have at most 255 bytes");
}

#[test]
fn back_ends_tell_of_posts() {
    let liked = |followers: &str| {
        let body = format!(r#"{{"user_id":"{USER}","user_name":"A","likes_count":2,"followers":{followers}}}"#);
        PostLikedNotice::read(body.as_bytes())
    };
    let notice = liked(&format!(r#"["{USER}","{FOREIGN}"]"#)).unwrap();
    assert_eq!((notice.likes_count, notice.followers.len()), (2, 2));
    let crowd = format!("[{}]", vec![format!("\"{USER}\""); 10_001].join(","));
    assert_eq!(problem(liked(&crowd)), "`followers` must name at most 10000 users");

    let commented = |comment: &str, count: &str| {
        let body = format!(r#"{{"author_id":"{USER}","comment":{comment},"comments_count":{count}}}"#);
        PostCommentedNotice::read(body.as_bytes())
    };
    let notice = commented(r#"{"content":"nice","id":"c","extra":[1]}"#, "42").unwrap();
    assert_eq!(notice.comment.to_string(), r#"{"content":"nice","extra":[1],"id":"c"}"#);
    assert_eq!(problem(commented("\"nice\"", "42")), "`comment` must be an object");
    assert_eq!(problem(commented("{}", "42")), "`comment`: `id` is missing");
    assert_eq!(problem(commented("{}", "-1")), "`comments_count` must be a whole number from 0 on");
}

#[test]
fn back_ends_act_for_people() {
    let chat = |more: &str| ServerChat::read(format!(r#"{{"owner_id":"{USER}",{more}}}"#).as_bytes(), None);
    let foreign = Whom::Foreign(FOREIGN.parse().unwrap());
    let direct = chat(&format!(r#""type":"direct","member_ids":["{USER}","{FOREIGN}"]"#)).unwrap();
    assert_eq!((direct.owner, direct.chat), (seven(), NewChat::Direct(foreign.clone())));
    assert_eq!(problem(chat(r#""type":"direct""#)), "`member_ids` must name one user for a direct chat");
    let group = chat(&format!(r#""type":"group","title":"us","member_ids":["{FOREIGN}"]"#)).unwrap();
    let expected = NewChat::Group { title: "us".into(), members: vec![foreign], client_id: None };
    assert_eq!(group.chat, expected);
    let body = format!(r#"{{"user_id":"{USER}","content":"x","client_id":"a"}}"#);
    let send = ServerMessage::read(body.as_bytes(), Some("a")).unwrap();
    assert_eq!((send.user, send.message.draft), (seven(), Draft::text("x")));
    let person = NewPerson::read(br#"{"name":"A"}"#).unwrap();
    assert_eq!((person.name.as_deref(), person.username, person.avatar), (Some("A"), None, None));
}
