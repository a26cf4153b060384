//! Answers about events, notifications and searches.

use super::*;

#[test]
fn a_poll_has_its_five_fields_and_more_only_with_a_cursor() {
    let shown = shown(9);
    let mut found = Poll { messages: vec![&shown.message], last_message_id: 9, source: Source::Cache, changes: None };
    let five = json!({
        "data": [message_in(Tree::Api, 9)], "has_new_messages": true, "last_message_id": 9, "source": "cache",
    });
    assert_eq!(said(Tree::Api, 200, poll(Features::NONE, &found)), five);

    let event = |change| {
        let (room, head) = (RoomId::new(7).unwrap(), Head { seq: 4, moves: 1 });
        Arc::new(Event { room, room_kind: RoomKind::Group, members: 2, head, at: AT, actor: person(1, "anna"), change })
    };
    let events = [
        event(Change::Sent { message: shown.message.clone(), reception: Reception::default() }),
        event(Change::Delivered(Read { upto: shown.message.id, messages: Vec::new() })),
        event(Change::Extra(Extra::Changed { title: Some("we".into()), slow_mode: 5, frozen: false })),
        event(Change::Deleted { message: shown.message.id, sender: user(1) }),
    ];
    let cursor = Cursor { epoch: 10, room: RoomId::new(7).unwrap(), head: Head { seq: 4, moves: 1 } };
    found.changes = Some(Changes { events: &events, cursor, resync: false });
    let mut more = five.clone();
    more["cursor"] = json!("a.7.4.1");
    more["events"] = json!([
        {"type": "message", "data": message_in(Tree::Api, 9)},
        {"type": "message_deleted", "data": {"id": 9}},
    ]);
    assert_eq!(said(Tree::Api, 200, poll(Features::NONE, &found)), more);
    found.changes = Some(Changes { events: &[], cursor, resync: true });
    (more["resync"], more["events"]) = (json!(true), json!([]));
    assert_eq!(said(Tree::Api, 200, poll(Features::NONE, &found)), more);
}

#[test]
fn notifications_are_those_of_the_document() {
    let mut notice = Notification {
        id: NotificationId::new(5).unwrap(),
        user: user(1),
        kind: NotificationKind::BookingConfirmed,
        title: "t".into(),
        body: "b".into(),
        data: "{\"booking_id\":\"x\"}".into(),
        created_at: AT,
        read_at: None,
    };
    let spelled = json!({
        "id": uuid(4, 5), "type": "booking_confirmed", "title": "t", "body": "b", "data": {"booking_id": "x"},
        "created_at": SECONDS, "is_read": false,
    });
    assert_eq!(said(Tree::V2, 201, notification(201, &notice)), json!({"data": spelled}));
    let page = [notice.clone()];
    let list = |more| said(Tree::V2, 200, notifications(page.iter(), more));
    assert_eq!(list(false), json!({"data": [spelled], "next_before": null}));
    assert_eq!(list(true)["next_before"], uuid(4, 5));
    notice.read_at = Some(AT);
    let read = json!({"data": {"notification_id": uuid(4, 5), "is_read": true, "read_at": SECONDS}});
    assert_eq!(said(Tree::V2, 200, notification_read(&notice, Time(0))), read);
    assert_eq!(said(Tree::V2, 200, updated(3)), json!({"data": {"updated": 3}}));
    assert_eq!(said(Tree::V2, 202, told(2)), json!({"data": {"recipients": 2}}));
}

#[test]
fn a_search_leads_nowhere_yet_or_into_a_chat() {
    assert_eq!(said(Tree::V1, 200, roulette(None, false, AT)), json!({"data": {"status": "searching"}}));
    let found = Match { room: RoomId::new(7).unwrap(), partner: person(2, "boris"), last_seen: None };
    for online in [true, false] {
        assert_eq!(
            said(Tree::V1, 200, roulette(Some(&found), online, AT)),
            json!({"data": {"status": "matched", "chat_id": uuid(2, 7), "user":
                {"id": uuid(1, 2), "username": "boris", "is_online": online, "last_seen": SECONDS}}})
        );
    }
}
