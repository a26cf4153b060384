//! The database is restored while the hub runs.

use chat_domain::Account;
use chat_protocol::{Cursor, Features, Resume};

use super::*;
use crate::account::caller::{By, Caller, Pass};
use crate::account::secret::Secret;
use crate::account::token::Tokens;
use crate::app::App;
use crate::session::Session;

#[tokio::test]
async fn in_another_life_everybody_comes_back_and_nothing_is_remembered() {
    let world = World::new(HubSettings::default()).await;
    let socket = world.joined(0).await;
    world.say(0, "lost");
    world.hand_on();
    world.flush();
    let lost = world.hub.head(world.room).expect("an active room");
    let bell = world.hub.changes(world.room);
    let rung = bell.notified();
    world.hub.live_on(2, clock::now());
    rung.await;
    assert!(!socket.line.is_open());
    assert_eq!(world.hub.head(world.room), None);
    assert!(!world.hub.is_member(socket.user(), world.room));
    assert_eq!(world.hub.people().comings.newest(socket.user(), world.room), 0, "the counters may have gone back");
    // Whatever a session of the earlier epoch still asks for or learns, it brings nothing back.
    world.hub.learn(socket.user(), world.journal.memberships(socket.user()).await.expect("memberships"), 1);
    assert_eq!(
        world.hub.attach(&socket, world.room, true, Start::Now { head: lost, newest: None }, None),
        Attached::Ended
    );
    assert_eq!(world.hub.head(world.room), None);
}

#[tokio::test]
async fn in_another_life_people_come_online_anew() {
    let world = World::new(HubSettings::default()).await;
    let earlier = [world.socket(0).await, world.socket(1).await];
    earlier.iter().for_each(|socket| world.hub.appear(socket));
    world.hub.live_on(2, clock::now());
    assert_eq!(world.hub.people().departures().len(), 2, "those who do not come back were here until now");
    earlier.iter().for_each(|socket| world.hub.close(socket));
    let back = world.joined(1).await;
    world.hub.appear(&back);
    let other = world.socket(0).await;
    world.hub.appear(&other);
    world.flush();
    let told = told(&back);
    assert_eq!(told.matches(r#""type":"user_status""#).count(), 1, "{told}");
}

#[tokio::test]
async fn who_has_left_in_the_earlier_life_is_forgotten_with_it() {
    let world = World::new(HubSettings::default()).await;
    let gone = world.socket(1).await;
    world.hub.appear(&gone);
    world.hub.close(&gone);
    assert!(world.hub.is_member(gone.user(), world.room), "within the grace");
    world.hub.live_on(2, clock::now());
    assert!(!world.hub.people().users.contains_key(&gone.user()));
}

#[tokio::test]
async fn whoever_comes_before_another_life_is_noticed_here_is_let_in() {
    let world = World::new(HubSettings::default()).await;
    let tokens = Tokens::local(&[Secret::new("a secret of the tests")], 3_600);
    let app = App::new(
        world.journal.clone(),
        world.journal.clone(),
        world.journal.clone(),
        world.hub.clone(),
        tokens,
        Default::default(),
    );
    // The hub and the journal notice it one after the other. What the hub knows counts.
    world.hub.live_on(2, clock::now());
    let by = By::Token(Pass { expires: clock::now().after(Duration::from_secs(60)), grant: None, issued: None });
    let caller = Caller { account: Account { person: world.people[0].clone(), last_seen: None }, by };
    let endpoint = Endpoint { entrance: Entrance::Multiplexed, room: None, features: Features::NONE };
    let outbox = Outbox::queued(world.hub.depot().clone(), 1);
    let session = Session::open(app, caller, endpoint, "", Line::WebSocket(outbox)).await.expect("to be let in");
    assert!(world.hub.is_member(session.socket.user(), world.room));
    let head = world.journal.head(session.socket.user(), world.room).await.expect("a member");
    let cursor = Cursor { epoch: 2, room: world.room, head }.to_string();
    let resume = Resume { cursor: Some(cursor), last_message_id: None };
    session.join(world.room, &resume, &Context::default()).await.expect("to join");
    let told = told(&session.socket);
    assert!(told.contains(r#""type":"resync""#), "what the journal has since is not of its life: {told}");
}
