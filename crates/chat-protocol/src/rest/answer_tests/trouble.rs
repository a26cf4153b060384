//! Answers about what went wrong.

use super::*;

#[test]
fn trouble_is_told_in_the_tree_s_shape() {
    let told = |tree, wrong: &Trouble| {
        let reply = trouble(tree, Features::NONE, wrong, AT);
        (reply.status, serde_json::from_slice::<Json>(&reply.body).unwrap())
    };
    let gone = Trouble::from(Refusal::UnknownRoom);
    let message = gone.message();
    assert_eq!(told(Tree::Api, &gone), (404, json!({"status": "error", "code": "CHAT_NOT_FOUND", "message": message})));
    assert_eq!(
        told(Tree::V2, &gone),
        (404, json!({"code": "CHAT_NOT_FOUND", "message": message, "timestamp": SECONDS}))
    );
    let reused = Trouble::from(Refusal::Reused { message: MessageId::new(9) });
    assert_eq!((told(Tree::Api, &reused).0, &told(Tree::Api, &reused).1["message_id"]), (409, &json!(9)));
    assert_eq!(told(Tree::V1, &reused).1["message_id"], uuid(3, 9));
}

#[test]
fn health_says_what_is_missing() {
    let told = |well: Option<Health>| {
        let reply = health(well);
        (reply.status, serde_json::from_slice::<Json>(&reply.body).unwrap())
    };
    assert_eq!(told(None), (200, json!({"status": "ok"})));
    let alone = Health { store: true, backplane: None };
    assert_eq!(told(Some(alone)), (200, json!({"status": "ready", "store": true})));
    let cut = Health { store: true, backplane: Some(false) };
    assert_eq!(told(Some(cut)), (200, json!({"status": "degraded", "store": true, "backplane": false})));
}
