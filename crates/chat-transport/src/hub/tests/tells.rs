//! Tells of other nodes that were not heard are read from the journal when rooms are compared.

use chat_domain::around::Around;
use chat_domain::backplane::{Coming, Going, Tell, Told};
use chat_domain::journal::Answer;
use chat_domain::memory::bus::Bus;
use chat_domain::{Change, Event};

use super::*;

/// A journal that remembers what other nodes did.
pub(super) struct Elsewhere {
    inner: Arc<InMemory>,
    told: Vec<Told>,
    came: Mutex<Option<(Coming, Arc<Event>)>>,
    /// How often changes were asked for.
    asked: Mutex<usize>,
}

impl Around for Elsewhere {
    fn inner(&self) -> &dyn Journal {
        &*self.inner
    }

    fn told(&self, _: Duration) -> Answer<'_, Vec<Told>> {
        Box::pin(async { Ok(self.told.clone()) })
    }

    fn comings(&self, _: Time) -> Answer<'_, Vec<Coming>> {
        let came = self.came.lock().expect("a coming").as_ref().map(|(coming, _)| *coming);
        Box::pin(async move { Ok(came.into_iter().collect()) })
    }

    fn change(&self, _: RoomId, _: u64) -> Answer<'_, Option<Arc<Event>>> {
        *self.asked.lock().expect("a count") += 1;
        let event = self.came.lock().expect("a coming").as_ref().map(|(_, event)| event.clone());
        Box::pin(async move { Ok(event) })
    }
}

/// Makes a node that hears nothing, over what other nodes did.
pub(super) fn deaf(alone: &World, told: Vec<Told>) -> (World, Arc<Elsewhere>) {
    let over = Elsewhere { inner: alone.journal.clone(), told, came: Mutex::new(None), asked: Mutex::new(0) };
    let over = Arc::new(over);
    let (world, _) = alone.node_over(2, &Bus::new(), &HubSettings::default(), over.clone());
    (world, over)
}

#[tokio::test]
async fn who_was_put_out_elsewhere_goes_and_whoever_came_since_stays() {
    let alone = World::new(HubSettings::default()).await;
    let [anna, boris] = alone.people.each_ref().map(|person| person.id());
    let (now, long_ago) = (clock::now(), clock::now().before(Duration::from_secs(60)));
    let told = |no, user, at| Told { no, at, tell: Tell::Disconnect(user, at) };
    let (world, _) = deaf(&alone, vec![told(1, anna, now), told(2, boris, long_ago)]);
    let (first, second) = (world.socket(0).await, world.socket(1).await);
    world.hub.compare().await.expect("a comparison");
    assert!(!first.line.is_open() && second.line.is_open());
    // The same tell as before.
    let back = world.socket(0).await;
    world.hub.compare().await.expect("a comparison");
    assert!(back.line.is_open());
}

#[tokio::test]
async fn who_was_let_in_elsewhere_is_in_once_and_it_is_asked_for_once() {
    let alone = World::new(HubSettings::default()).await;
    let user = alone.people[1].id();
    let (world, over) = deaf(&alone, Vec::new());
    let _socket = world.socket(1).await;
    let command = Command::CreateGroup { title: "new".into(), members: vec![user], client_id: None };
    let order = Order { actor: alone.people[0].id(), at: clock::now(), command, origin: None };
    let made = alone.journal.execute(order).await.expect("a group");
    let event = made.event().expect("an event").clone();
    assert!(matches!(event.change, Change::Created { .. }));
    let coming = Coming { room: event.room, seq: event.head.seq, user, going: Going::In };
    *over.came.lock().expect("a coming") = Some((coming, event.clone()));
    assert!(!world.hub.is_member(user, event.room));
    for _ in 0..2 {
        world.hub.compare().await.expect("a comparison");
        world.flush();
        assert!(world.hub.is_member(user, event.room));
    }
    assert_eq!(*over.asked.lock().expect("a count"), 1);
}
