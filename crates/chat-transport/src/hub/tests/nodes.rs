//! Two hubs over one journal, with a bus between them that may lose messages.

use std::sync::atomic::{AtomicBool, Ordering};

use chat_domain::backplane::{Backplane, Ears, Envelope, Speaker};
use chat_domain::memory::bus::Bus;

use super::*;
use crate::hub::Among;

/// The ears of a node, which may be told to lose what they hear.
pub(super) struct Ear {
    inbox: Arc<Inbox>,
    pub(super) is_deaf: AtomicBool,
}

impl Ears for Ear {
    fn heard(&self, envelope: Envelope) {
        if !self.is_deaf.load(Ordering::SeqCst) {
            self.inbox.heard(envelope);
        }
    }

    fn was_deaf(&self) {
        self.inbox.was_deaf();
    }

    fn living(&self, nodes: Vec<u64>) {
        self.inbox.living(nodes);
    }
}

/// Two nodes. Everything is settled on the first one.
pub(super) struct Pair {
    pub(super) here: World,
    pub(super) there: World,
    /// The ears of the second one.
    pub(super) ear: Arc<Ear>,
    _other: Arc<Ear>,
}

impl Pair {
    pub(super) async fn new() -> Pair {
        Pair::with(HubSettings::default()).await
    }

    pub(super) async fn with(settings: HubSettings) -> Pair {
        let bus = Bus::new();
        let alone = World::new(settings.clone()).await;
        let (here, other) = alone.node(1, &bus, &settings);
        let (there, ear) = alone.node(2, &bus, &settings);
        let pair = Pair { here, there, ear, _other: other };
        // They hear each other's first heartbeat, and compare.
        pair.pass(clock::now()).await;
        pair
    }

    /// Lets the second node hear and tell what was settled on the first.
    pub(super) fn tell(&self) {
        self.here.hand_on();
        self.here.flush();
        self.listen(clock::now());
    }

    pub(super) fn listen(&self, now: Time) {
        for world in [&self.here, &self.there] {
            world.hub.overhear(world.hub.0.nodes.as_ref().expect("a node among others"), now);
            world.flush();
        }
    }

    /// Lets time pass on both.
    pub(super) async fn pass(&self, now: Time) {
        for world in [&self.here, &self.there] {
            world.hub.pass_among_nodes(now);
        }
        self.listen(now);
        self.there.hub.pass_among_nodes(now);
    }

    /// Lets the second node read what is missing by this time.
    async fn read(&self, now: Time) {
        for shard in 0..self.there.hub.shards() {
            let missing = self.there.hub.delivery(shard).pass(now);
            self.there.hub.0.missing.add(missing);
        }
        self.there.hub.read_rooms().await;
        self.there.flush();
    }

    fn reads(&self) -> String {
        let text = self.there.hub.metrics().text(&Default::default()).expect("figures");
        let line = text.lines().find(|line| line.starts_with("missed_reads_total"));
        line.expect("a figure").rsplit(' ').next().expect("a number").to_owned()
    }
}

impl World {
    /// Creates a node over the same journal.
    fn node(&self, node: u64, bus: &Bus, settings: &HubSettings) -> (World, Arc<Ear>) {
        self.node_over(node, bus, settings, self.journal.clone())
    }

    /// Creates a node over the journal behind another layer.
    pub(super) fn node_over(
        &self,
        node: u64,
        bus: &Bus,
        settings: &HubSettings,
        over: Arc<dyn Journal>,
    ) -> (World, Arc<Ear>) {
        let inbox = Inbox::new(2);
        let ear = Arc::new(Ear { inbox: inbox.clone(), is_deaf: AtomicBool::new(false) });
        let ears: Arc<dyn Ears> = ear.clone();
        let backplane: Arc<dyn Backplane> = bus.join(node, &ears);
        let among = Among { speaker: Speaker { cluster: 1, epoch: 1, node, life: 1 }, channels: 1, backplane };
        let (depot, journal) = (Depot::new(Room::default()), self.journal.clone());
        let hub = Hub::among(settings.clone(), depot, inbox.clone(), over, journal.clone(), Some(among));
        let (recorder, room, people) = (self.recorder.clone(), self.room, self.people.clone());
        (World { hub, inbox, journal, recorder, room, people }, ear)
    }
}

#[tokio::test]
async fn what_is_settled_on_one_node_is_told_on_the_other_in_its_order() {
    let pair = Pair::new().await;
    let socket = pair.there.joined(1).await;
    for word in ["first", "second", "third"] {
        pair.here.say(0, word);
    }
    pair.here.order(0, Command::Read { room: pair.here.room, upto: None }, None);
    pair.tell();
    let told = told(&socket);
    let places = ["first", "second", "third"].map(|word| told.find(word));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{told}");
    pair.listen(clock::now());
    assert_eq!(
        super::told(&*pair.here.joined(0).await).matches("new_message").count(),
        0,
        "nobody hears their own echo"
    );
    assert_eq!(pair.reads(), "0", "nothing was missing");
}

#[tokio::test]
async fn what_the_bus_loses_is_read_once_for_the_room_and_told_in_its_place() {
    let pair = Pair::new().await;
    let sockets = [pair.there.joined(1).await, pair.there.joined(1).await, pair.there.joined(0).await];
    pair.ear.is_deaf.store(true, Ordering::SeqCst);
    pair.here.say(0, "lost");
    pair.tell();
    pair.ear.is_deaf.store(false, Ordering::SeqCst);
    pair.here.say(0, "after it");
    pair.tell();
    assert_eq!(told(&sockets[0]), "", "it waits for what comes before");
    pair.read(clock::now().after(Duration::from_millis(50))).await;
    assert_eq!(told(&sockets[0]), "", "which may be late");
    pair.read(clock::now().after(Duration::from_millis(200))).await;
    for socket in &sockets {
        let told = told(socket);
        assert!(told.find("\"content\":\"lost\"") < told.find("after it"), "{told}");
        assert_eq!(told.matches("\"type\":\"new_message\"").count(), 2, "{told}");
        assert!(socket.behind().is_empty(), "nobody reads alone");
    }
    assert_eq!(pair.reads(), "1");
}

#[tokio::test]
async fn the_last_word_before_a_silence_is_found_by_the_heartbeat_behind_it() {
    let pair = Pair::new().await;
    let socket = pair.there.joined(1).await;
    pair.ear.is_deaf.store(true, Ordering::SeqCst);
    pair.here.say(0, "the last word");
    pair.tell();
    pair.ear.is_deaf.store(false, Ordering::SeqCst);
    let now = clock::now();
    let later = |millis| now.after(Duration::from_millis(millis));
    pair.pass(later(1_100)).await;
    assert!(!pair.there.hub.0.nodes.as_ref().expect("nodes").is_in_doubt(later(1_150)));
    assert!(pair.there.hub.0.nodes.as_ref().expect("nodes").is_in_doubt(later(1_300)));
    pair.there.hub.compare().await.expect("a comparison");
    pair.read(clock::now().after(Duration::from_millis(200))).await;
    assert_eq!(told(&socket).matches("the last word").count(), 1);
}

#[tokio::test]
async fn who_stands_further_on_than_what_was_read_reads_alone() {
    let pair = Pair::new().await;
    pair.there.joined(1).await;
    pair.ear.is_deaf.store(true, Ordering::SeqCst);
    pair.here.say(0, "lost");
    pair.tell();
    // The socket has read the message already, and would miss the edit that a reading of the room leaves out.
    let ahead = pair.there.joined(0).await;
    let message = pair.here.journal.joining(pair.here.people[0].id(), pair.here.room).await.expect("a room").1;
    let edit = Command::Edit { room: pair.here.room, message: message.expect("one"), content: "edited".into() };
    pair.here.order(0, edit, None);
    pair.tell();
    pair.read(clock::now().after(Duration::from_millis(200))).await;
    let behind = ahead.behind();
    assert_eq!((behind.len(), told(&ahead)), (1, String::new()));
}

#[tokio::test]
async fn who_was_added_on_another_node_joins_before_that_is_heard() {
    let pair = Pair::new().await;
    let (here, there) = (&pair.here, &pair.there);
    let socket = there.socket(1).await;
    pair.ear.is_deaf.store(true, Ordering::SeqCst);
    let command = Command::CreateGroup { title: "new".into(), members: vec![there.people[1].id()], client_id: None };
    let order = Order { actor: here.people[0].id(), at: clock::now(), command, origin: None };
    let room = here.journal.execute(order).await.expect("a group").event().expect("an event").room;
    pair.tell();
    let (head, newest) = there.journal.joining(socket.user(), room).await.expect("a member");
    let joined = there.hub.join(&socket, room, false, Start::Now { head, newest }, None).await;
    assert_eq!(joined, Ok(Attached::Live));
}

#[tokio::test]
async fn who_types_on_one_node_is_seen_on_the_other_until_they_stop() {
    let pair = Pair::new().await;
    let socket = pair.there.joined(1).await;
    let author = pair.here.joined(0).await;
    pair.here.hub.typing(pair.here.room, &author.person, Some(author.id), true);
    pair.listen(clock::now());
    assert_eq!(told(&socket).matches("\"is_typing\":true").count(), 1);
    pair.here.hub.leave(&author, pair.here.room);
    pair.listen(clock::now());
    assert_eq!(told(&socket).matches("\"is_typing\":false").count(), 1, "they have left");
}

#[tokio::test]
async fn who_comes_to_one_node_is_seen_on_the_other_until_their_grace_is_over() {
    let pair = Pair::new().await;
    let socket = pair.there.joined(1).await;
    let (user, comes) = (pair.here.people[0].id(), pair.here.socket(0).await);
    pair.here.hub.appear(&comes);
    pair.listen(clock::now());
    assert_eq!(told(&socket).matches("\"online\"").count(), 1);
    assert!(pair.there.hub.looks_online(user));
    pair.here.hub.close(&comes);
    pair.listen(clock::now());
    assert_eq!(told(&socket), "", "they may be about to come back");
    pair.there.hub.people().tick(clock::now().after(Duration::from_secs(6)));
    pair.there.flush();
    let told = told(&socket);
    assert_eq!(told.matches("user_offline").count(), 1, "{told}");
}

#[tokio::test]
async fn whoever_joins_is_told_who_is_online_on_other_nodes() {
    let pair = Pair::new().await;
    pair.here.hub.appear(&*pair.here.socket(0).await);
    pair.listen(clock::now());
    assert_eq!(told(&*pair.there.joined(1).await).matches("\"online\"").count(), 1);
}

#[tokio::test]
async fn presence_that_the_bus_lost_is_stated_anew_and_ghosts_go() {
    let pair = Pair::new().await;
    let (user, comes) = (pair.here.people[0].id(), pair.here.socket(0).await);
    pair.ear.is_deaf.store(true, Ordering::SeqCst);
    pair.here.hub.appear(&comes);
    pair.ear.is_deaf.store(false, Ordering::SeqCst);
    let began = clock::now();
    for second in 1..=3 {
        let now = began.after(Duration::from_millis(second * 1_100));
        pair.pass(now).await;
        pair.listen(now);
    }
    assert!(pair.there.hub.looks_online(user));
    pair.ear.is_deaf.store(true, Ordering::SeqCst);
    pair.here.hub.close(&comes);
    pair.ear.is_deaf.store(false, Ordering::SeqCst);
    for second in 4..=6 {
        let now = began.after(Duration::from_millis(second * 1_100));
        pair.pass(now).await;
        pair.listen(now);
    }
    pair.there.hub.people().tick(began.after(Duration::from_secs(60)));
    assert!(!pair.there.hub.looks_online(user));
}

#[tokio::test]
async fn the_people_of_a_dead_node_go_when_the_database_says_that_it_is_dead_too() {
    let pair = Pair::new().await;
    let user = pair.here.people[0].id();
    pair.here.hub.appear(&*pair.here.socket(0).await);
    pair.listen(clock::now());
    let later = |seconds| clock::now().after(Duration::from_secs(seconds));
    pair.there.inbox.living(vec![1]);
    pair.there.hub.pass_among_nodes(later(60));
    assert!(pair.there.hub.looks_online(user), "the bus may be away");
    pair.there.inbox.living(vec![]);
    pair.there.hub.pass_among_nodes(later(61));
    pair.there.hub.people().tick(later(67));
    assert!(!pair.there.hub.looks_online(user));
}
