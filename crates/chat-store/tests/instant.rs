//! Two nodes on one Postgres. Over one, a user sends from memory as fast as possible; over the other, at that very
//! moment, they are muted, banned or blocked, or the room is frozen. What was sent before that commit stands, and
//! nothing is sent after it.

mod common;

use chat_domain::{Amendment, Change, Command, Event, Failure, Journal, Outcome, Refusal, RoomId, Sentence, UserId};
use chat_store::Store;
use common::postgres::Cluster;
use common::{Dice, open, order, say, somebody};

#[tokio::test]
async fn a_mute_decides_what_is_said_after_its_commit_on_another_node() {
    let Some(stage) = Stage::set("mute").await else { return };
    let (room, user) = (stage.group, stage.bob);
    let mute = |sentence| Command::Mute { room, user, sentence };
    stage
        .play(room, &[mute(Some(Sentence::default()))], &[mute(None)], |why| matches!(why, Refusal::Muted { .. }))
        .await;
}

#[tokio::test]
async fn a_ban_decides_what_is_said_after_its_commit_on_another_node() {
    let Some(stage) = Stage::set("ban").await else { return };
    let (room, user) = (stage.group, stage.bob);
    let ban = |sentence| Command::Ban { room, user, sentence, delete_messages: false };
    let back = [ban(None), Command::AddMember { room, user }];
    stage.play(room, &[ban(Some(Sentence::default()))], &back, |why| *why == Refusal::NotMember).await;
}

#[tokio::test]
async fn a_block_decides_what_is_said_after_its_commit_on_another_node() {
    let Some(stage) = Stage::set("block").await else { return };
    let block = |stands| Command::Block { user: stage.bob, stands };
    stage.play(stage.direct, &[block(true)], &[block(false)], |why| *why == Refusal::Blocked).await;
}

#[tokio::test]
async fn a_frozen_room_decides_what_is_said_after_its_commit_on_another_node() {
    let Some(stage) = Stage::set("frozen").await else { return };
    let room = stage.group;
    let freeze = |frozen| {
        let amendment = Amendment { frozen: Some(frozen), ..Amendment::default() };
        Command::Change { room, amendment }
    };
    stage.play(room, &[freeze(true)], &[freeze(false)], |why| *why == Refusal::Frozen).await;
}

/// Two nodes, and two users who share a group and a direct chat.
struct Stage {
    here: Store,
    there: Store,
    ann: UserId,
    bob: UserId,
    group: RoomId,
    direct: RoomId,
    _cluster: Cluster,
}

impl Stage {
    async fn set(name: &str) -> Option<Stage> {
        let cluster = Cluster::start()?;
        let url = cluster.database(name);
        let (here, there) = (open(&url).await, open(&url).await);
        let (ann, bob) = (somebody(&here, "ann").await.id(), somebody(&here, "bob").await.id());
        let made = Command::CreateGroup { title: "tea".into(), members: vec![bob], client_id: None };
        let mut rooms = Vec::new();
        for command in [made, Command::OpenDirect { with: bob }] {
            rooms.push(here.execute(order(ann, 1, command)).await.unwrap().event().unwrap().room);
        }
        Some(Stage { here, there, ann, bob, group: rooms[0], direct: rooms[1], _cluster: cluster })
    }

    /// Bob sends here while Ann does this there and takes it back, again and again, at other moments each time.
    async fn play(&self, room: RoomId, act: &[Command], back: &[Command], is_it: impl Fn(&Refusal) -> bool) {
        let mut dice = Dice::new(18);
        for round in 0..ROUNDS {
            // From the second message on, it is decided from memory.
            for _ in 0..3 {
                let again = common::patiently(|| self.say(room)).await;
                again.unwrap_or_else(|why| panic!("round {round}: he may speak again: {why}"));
            }
            let turns = dice.roll(40);
            let act = async {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
                self.order(act).await
            };
            let ((said, why), done) = tokio::join!(self.talk(room), act);
            assert!(is_it(&why), "round {round}: {why}");
            assert!(said.iter().all(|seq| *seq < done), "round {round}: {said:?} beside {done}");
            match common::patiently(|| self.say(room)).await {
                Err(Failure::Refused(why)) if is_it(&why) => {}
                said => panic!("round {round}: {said:?} after it was known"),
            }
            self.order(back).await;
        }
    }

    /// Bob sends until he is refused. Returns the `seq` of what he has sent, and the refusal.
    async fn talk(&self, room: RoomId) -> (Vec<u64>, Refusal) {
        let mut said = Vec::new();
        loop {
            match common::patiently(|| self.say(room)).await {
                Ok(outcome) => said.push(sent(&outcome).head.seq),
                Err(Failure::Refused(why)) => return (said, why),
                Err(failure) => panic!("{failure}"),
            }
        }
    }

    async fn say(&self, room: RoomId) -> Result<Outcome, Failure> {
        self.here.execute(order(self.bob, 2, say(room, "and another thing"))).await
    }

    /// Does what Ann does there. Returns the `seq` of the first change.
    async fn order(&self, commands: &[Command]) -> u64 {
        let mut first = None;
        for command in commands {
            let done = common::patiently(|| self.there.execute(order(self.ann, 2, command.clone()))).await.unwrap();
            first = first.or(done.event().map(|event| event.head.seq));
        }
        // If the first try was not answered, the second one does not tell when the block was done.
        first.unwrap_or(u64::MAX)
    }
}

fn sent(outcome: &Outcome) -> &Event {
    let event = outcome.event().expect("an event");
    assert!(matches!(event.change, Change::Sent { .. }), "{outcome:?}");
    event
}

const ROUNDS: usize = 8;
