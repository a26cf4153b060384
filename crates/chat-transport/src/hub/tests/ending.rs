//! A big group that ends, turn by turn.

use super::gathering::Crowd;
use super::*;

#[tokio::test]
async fn the_end_of_a_big_group_holds_up_nobody_else() {
    let Crowd { world, sockets, .. } = Crowd::of(300).await;
    let shard = world.inbox.lane(world.room);
    let other = another_room(&world, shard).await;
    let listener = world.socket(1).await;
    let (head, newest) = world.journal.joining(listener.user(), other).await.expect("a member");
    assert_eq!(world.hub.attach(&listener, other, false, Start::Now { head, newest }, None), Attached::Live);

    let say = |text: &str| {
        world.order(0, Command::Send { room: other, draft: Draft::text(text), client_id: None }, None);
        world.hand_on();
    };
    world.say(0, "the last words");
    world.order(0, Command::EndGroup { room: world.room }, None);
    say("meanwhile");
    let turn = || world.hub.turn(shard, clock::now(), Instant::now());
    assert_eq!(turn(), Next::Now, "there is more to tell than one turn does");
    assert!(told(&listener).contains("meanwhile"));
    assert!(!world.hub.is_member(sockets[0].user(), world.room), "though nobody is in it any more");
    let mut heard = vec![String::new(); sockets.len()];
    let mut turns = 1;
    loop {
        say("and again");
        let next = turn();
        assert!(told(&listener).contains("and again"), "in every turn");
        heard.iter_mut().zip(&sockets).for_each(|(heard, socket)| heard.push_str(&told(socket)));
        turns += 1;
        if next != Next::Now {
            break;
        }
    }
    assert!(turns >= 6, "{turns} turns for six chunks");
    for heard in heard {
        let (words, end) = (heard.find("the last words"), heard.find(r#""type":"member_removed""#));
        assert!(words.is_some() && words < end, "{heard}");
        assert_eq!(heard.matches("member_removed").count(), 1, "{heard}");
    }
}

/// A group of the first two people in the same shard.
async fn another_room(world: &World, shard: usize) -> RoomId {
    loop {
        let members = vec![world.people[1].id()];
        let command = Command::CreateGroup { title: "they".into(), members, client_id: None };
        let order = Order { actor: world.people[0].id(), at: clock::now(), command, origin: None };
        let room = world.journal.execute(order).await.expect("a group").event().expect("an event").room;
        world.hand_on();
        if world.inbox.lane(room) == shard {
            world.flush();
            return room;
        }
    }
}
