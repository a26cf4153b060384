//! Reactions of many people to one message, by a clock of the test's own.

use chat_domain::{Emoji, MessageId, UserId};
use chat_protocol::Cursor;

use super::*;

/// A big room with a socket of each member.
pub(super) struct Crowd {
    pub(super) world: World,
    members: Vec<UserId>,
    pub(super) sockets: Vec<Arc<Socket>>,
    began: (Time, Instant),
    message: MessageId,
}

impl Crowd {
    pub(super) async fn of(number: usize) -> Crowd {
        let world = World::new(HubSettings::default()).await;
        let (mut members, mut sockets) = (Vec::new(), Vec::new());
        for n in 0..number {
            let person = person(&world.journal, &format!("member{n}")).await;
            world.order(0, Command::AddMember { room: world.room, user: person.id() }, None);
            members.push(person.id());
            world.hand_on();
            let endpoint = Endpoint { entrance: Entrance::Multiplexed, room: None, features: Features::ALL };
            let line = Line::WebSocket(Outbox::queued(world.hub.depot().clone(), 1));
            let socket = Socket::new(world.hub.next_socket(), person, endpoint, line, None, None, clock::now());
            if world.hub.open(&socket, &Frames::new()) == Opened::Ask {
                let memberships = world.journal.memberships(socket.user()).await.expect("memberships");
                world.hub.learn(socket.user(), memberships, world.hub.epoch());
            }
            socket.let_in(world.room, world.journal.head(socket.user(), world.room).await.expect("a member").seq);
            let (head, newest) = world.journal.joining(socket.user(), world.room).await.expect("a member");
            let joined = world.hub.attach(&socket, world.room, true, Start::Now { head, newest }, None);
            assert_eq!(joined, Attached::Live);
            sockets.push(socket);
        }
        world.say(0, "who comes?");
        world.hand_on();
        world.flush();
        sockets.iter().for_each(|socket| drop(told(socket)));
        let message = world.journal.joining(members[0], world.room).await.expect("a member").1.expect("a message");
        Crowd { world, members, sockets, began: (clock::now(), Instant::now()), message }
    }

    fn emoji() -> Emoji {
        Emoji::new("👍").expect("an emoji")
    }

    fn react(&self, who: usize, emoji: Emoji) {
        let (room, message) = (self.world.room, self.message);
        let command = Command::React { room, message, emoji };
        self.world.journal.submit(Order { actor: self.members[who], at: self.began.0, command, origin: None });
    }

    /// Tells everything up to this many milliseconds after the beginning.
    fn at(&self, millis: u64) {
        let (time, instant) = self.began;
        let (time, instant) = (time.after(Duration::from_millis(millis)), instant + Duration::from_millis(millis));
        self.world.inbox.settled(std::mem::take(&mut self.world.recorder.0.lock().expect("the recorder")));
        let shard = self.world.inbox.lane(self.world.room);
        while self.world.hub.turn(shard, time, instant) == Next::Now {}
    }

    /// Takes the frames of this sort that each has heard since the last call: how many, and the last one.
    fn heard(&self, sort: &str) -> Vec<(usize, String)> {
        let heard = self.sockets.iter().map(|socket| {
            let all = told(socket);
            let last = all.rfind(sort).map_or("", |at| &all[at..]).to_owned();
            (all.matches(sort).count(), last)
        });
        heard.collect()
    }
}

#[tokio::test]
async fn a_thousand_people_who_react_within_ten_seconds_are_told_in_a_few_frames() {
    let crowd = Crowd::of(1_000).await;
    for who in 0..1_000 {
        crowd.react(who, Crowd::emoji());
        crowd.at(who as u64 * 10);
    }
    crowd.at(11_000);
    let head = crowd.world.journal.head(crowd.members[0], crowd.world.room).await.expect("a member");
    let cursor = Cursor { epoch: 1, room: crowd.world.room, head }.to_string();
    for (frames, last) in crowd.heard("message_reacted") {
        assert!((50..=56).contains(&frames), "{frames} frames: five at once, five a second, and the last one");
        assert!(last.contains("\"count\":1000") && last.contains(&cursor), "{last}");
    }
}

#[tokio::test]
async fn a_slow_pace_is_told_one_by_one_and_so_is_every_like_and_every_emoji_of_its_own() {
    let crowd = Crowd::of(40).await;
    for who in 0..40 {
        crowd.react(who, Crowd::emoji());
        crowd.at(who as u64 * 200);
    }
    assert!(crowd.heard("message_reacted").iter().all(|(frames, _)| *frames == 40));
    for who in 0..40 {
        crowd.react(who, Emoji::LIKE);
        crowd.at(10_000);
    }
    assert!(crowd.heard("message_liked").iter().all(|(frames, _)| *frames == 40));
    for (who, emoji) in ["🎉", "😀", "👀", "🚀", "🙏", "🔥", "💯", "✅", "⭐", "🐈"].into_iter().enumerate()
    {
        crowd.react(who, Emoji::new(emoji).expect("an emoji"));
    }
    crowd.at(10_000);
    assert!(crowd.heard("message_reacted").iter().all(|(frames, _)| *frames == 10));
}

#[tokio::test]
async fn whatever_else_is_told_takes_along_what_waits_and_comes_behind_it() {
    let crowd = Crowd::of(20).await;
    for who in 0..20 {
        crowd.react(who, Crowd::emoji());
        crowd.at(0);
    }
    assert!(crowd.heard("message_reacted").iter().all(|(frames, last)| *frames == 5 && last.contains("\"count\":5,")));
    crowd.world.say(0, "what a lot");
    crowd.at(1);
    for socket in &crowd.sockets {
        let heard = told(socket);
        let (reacted, said) = (heard.find("\"count\":20"), heard.find("what a lot"));
        assert!(reacted.is_some() && reacted < said, "{heard}");
        assert_eq!(heard.matches("message_reacted").count(), 1);
    }
    crowd.at(10_000);
    assert!(crowd.sockets.iter().all(|socket| told(socket).is_empty()), "nothing is told twice");
}
