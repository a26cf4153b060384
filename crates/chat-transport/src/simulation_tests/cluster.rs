//! A run: the nodes, their clients, and the trouble that they have.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::memory::bus::Bus;
use chat_domain::{Account, Change, Command, Order, RoomId, Time, UserId};
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, sleep};

use super::chance::Chance;
use super::check;
use super::device::Device;
use super::node::Node;
use super::plan::Plan;
use super::story::{Red, Story};
use super::truth::Truth;
use crate::mistakes::{Mistake, plant};

/// Everything in a run.
pub(super) struct Cluster {
    pub(super) plan: Plan,
    pub(super) story: Story,
    pub(super) truth: Arc<Truth>,
    pub(super) nodes: Vec<Rc<Node>>,
    /// The direct chat of the first two, if they have one.
    pub(super) direct: Option<RoomId>,
    pub(super) acked: RefCell<Vec<Acked>>,
    is_calm: Cell<bool>,
    is_over: Cell<bool>,
}

/// A message that was acknowledged: by whom, in which room, with which id and name.
pub(super) struct Acked {
    pub(super) by: String,
    pub(super) room: u64,
    pub(super) id: u64,
    pub(super) name: String,
}

/// The result of a run.
pub(super) struct Ran {
    /// The first broken promise, if there was one.
    pub(super) red: Option<Red>,
    /// A hash of the story.
    pub(super) hash: u64,
    pub(super) lines: Vec<String>,
}

/// Runs a plan, with this mistake planted.
pub(super) fn run(plan: &Plan, mistake: Option<Mistake>) -> Ran {
    plant(mistake);
    let ran = run_tampered(plan, |_, _| {});
    plant(None);
    ran
}

/// Runs a plan, and calls `tamper` before the checks at the end.
pub(super) fn run_tampered(plan: &Plan, tamper: impl Fn(&Cluster, &[Rc<Device>])) -> Ran {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let story = LocalSet::new().block_on(&runtime, live(plan.clone(), tamper));
    // Tasks that are still running are dropped here, while the mistake is still planted.
    drop(runtime);
    Ran { red: story.wrong(), hash: story.hash(), lines: story.lines() }
}

async fn live(plan: Plan, tamper: impl Fn(&Cluster, &[Rc<Device>])) -> Story {
    let story = Story::new();
    let truth = Truth::new(story.clone());
    let people: Vec<Account> = (0..plan.people).map(|number| truth.register(&format!("p{number}"))).collect();
    let groups: Vec<RoomId> = (0..plan.rooms).filter_map(|_| make_room(&truth, &people)).collect();
    let direct = if plan.direct { make_direct(&truth, &people) } else { None };
    let bus = Bus::new();
    let frost = Arc::default();
    let nodes: Vec<_> = (0..plan.nodes).map(|number| Node::new(number, &bus, &frost, &plan, &truth, &story)).collect();
    nodes.iter().for_each(|node| node.start(false));
    let cluster = Rc::new(Cluster {
        story: story.clone(),
        truth,
        nodes,
        direct,
        acked: RefCell::default(),
        is_calm: Cell::default(),
        is_over: Cell::default(),
        plan,
    });
    let device = |number| {
        let account = people[(number % cluster.plan.people) as usize].clone();
        let is_in = |room: &RoomId| cluster.truth.is_member(account.person.id(), *room);
        let rooms: Vec<RoomId> = groups.iter().copied().chain(direct).filter(is_in).collect();
        Device::new(number, account, &rooms, &cluster)
    };
    let devices: Vec<Rc<Device>> = (0..cluster.plan.devices).map(device).collect();
    let living: Vec<_> = devices.iter().map(|device| spawn_local(device.clone().live())).collect();
    cluster.trouble(&people, &groups).await;
    if story.wrong().is_none() {
        cluster.calm().await;
        // Whatever was lost must be noticed without anything new happening.
        check::rooms(&cluster, &devices).await;
        cluster.quiet(&people, &groups).await;
        tamper(&cluster, &devices);
        check::everything(&cluster, &devices, &people).await;
    }
    cluster.is_over.set(true);
    living.iter().for_each(|living| living.abort());
    story
}

fn make_room(truth: &Truth, people: &[Account]) -> Option<RoomId> {
    let members = people.iter().skip(1).map(|other| other.person.id()).collect();
    make(truth, people, Command::CreateGroup { title: "us".into(), members, client_id: None })
}

fn make_direct(truth: &Truth, people: &[Account]) -> Option<RoomId> {
    make(truth, people, Command::OpenDirect { with: people.get(1)?.person.id() })
}

fn make(truth: &Truth, people: &[Account], command: Command) -> Option<RoomId> {
    let order = Order { actor: people.first()?.person.id(), at: Time(0), command, origin: None };
    truth.execute(&order).ok()?.event().map(|event| event.room)
}

impl Cluster {
    pub(super) fn is_calm(&self) -> bool {
        self.is_calm.get()
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.get()
    }

    /// Checks an acknowledgement: the message must exist at this moment, or have existed when the database was restored.
    pub(super) fn acked(&self, by: &str, room: u64, id: u64, name: String) {
        let acked = Acked { by: by.into(), room, id, name };
        if !self.plan.restore {
            check::acked(self, &acked);
        }
        self.acked.borrow_mut().push(acked);
    }

    /// Returns the `seq` of a message that somebody hears although it was sent after their removal.
    pub(super) fn leaks(&self, user: UserId, room: RoomId, message: u64) -> Option<u64> {
        if self.truth.is_member(user, room) {
            return None;
        }
        let (mut removed, mut leaks) = (None, false);
        for event in self.truth.events().iter().filter(|event| event.room == room) {
            match &event.change {
                Change::Removed { person, .. } if person.id() == user => {
                    (removed, leaks) = (Some(event.head.seq), false)
                }
                Change::Sent { message: sent, .. } => leaks |= sent.id.number() as u64 == message,
                _ => {}
            }
        }
        removed.filter(|_| leaks)
    }

    /// Makes trouble until the time for it is over: crashes, frozen and deaf nodes, clocks that jump, members who are removed and
    /// added, muted, banned and blocked, a restored database.
    async fn trouble(&self, people: &[Account], groups: &[RoomId]) {
        let plan = &self.plan;
        let mut chance = Chance::of(plan.seed, "trouble");
        let end = Instant::now() + Duration::from_millis(plan.trouble);
        let restored_at = Instant::now() + Duration::from_millis(chance.below(plan.trouble));
        let mut is_restored = !plan.restore;
        while Instant::now() < end && self.story.wrong().is_none() {
            sleep(STEP).await;
            self.nodes.iter().for_each(|node| node.check_queues());
            let comes = |chance: &mut Chance, every: u64| every > 0 && chance.below(every) < STEP.as_millis() as u64;
            if comes(&mut chance, plan.crashes) {
                self.crash(&mut chance).await;
            }
            if comes(&mut chance, plan.deaf) {
                let span = chance.millis((200, 4_000));
                self.some_node(&mut chance).deafen(span);
            }
            if comes(&mut chance, plan.freezes) {
                let span = chance.millis((100, 3_000));
                self.some_node(&mut chance).freeze(span);
            }
            if comes(&mut chance, plan.jumps) {
                let seconds = chance.between(1, 7_200) as i64;
                let seconds = if chance.percent(50) { seconds } else { -seconds };
                self.some_node(&mut chance).jump(seconds);
            }
            if !is_restored && Instant::now() >= restored_at {
                is_restored = true;
                self.truth.restore(chance.between(1, 12) as usize);
            }
            if chance.percent(plan.members) {
                self.move_somebody(&mut chance, people, groups);
            }
            if chance.percent(plan.voices) {
                self.silence_somebody(&mut chance, people, groups);
            }
        }
    }

    /// Crashes a node, and starts it again after a while.
    async fn crash(&self, chance: &mut Chance) {
        let node = self.some_node(chance);
        node.crash();
        sleep(chance.millis((20, 800))).await;
        node.start(false);
    }

    /// Returns some node that is running.
    pub(super) fn some_node(&self, chance: &mut Chance) -> &Rc<Node> {
        &self.nodes[chance.below(self.nodes.len() as u64) as usize]
    }

    /// Lets the owner of a room remove somebody, or add them again.
    fn move_somebody(&self, chance: &mut Chance, people: &[Account], groups: &[RoomId]) {
        let (Some(room), Some((owner, others))) = (chance.pick(groups), people.split_first()) else { return };
        let others: Vec<UserId> = others.iter().map(|other| other.person.id()).collect();
        let Some(user) = chance.pick(&others) else { return };
        let command = match self.truth.is_member(user, room) {
            true => Command::RemoveMember { room, user },
            false => Command::AddMember { room, user },
        };
        self.order(owner, command);
    }

    /// Ends all trouble.
    async fn calm(&self) {
        self.is_calm.set(true);
        self.nodes.iter().for_each(|node| node.calm());
        self.story.note("all", "is calm");
        sleep(Duration::from_secs(10)).await;
    }

    /// Sends a last message in every room, then waits.
    async fn quiet(&self, people: &[Account], groups: &[RoomId]) {
        for room in groups.iter().copied().chain(self.direct) {
            let send = || Command::Send { room, draft: chat_domain::Draft::text("the end"), client_id: None };
            people.iter().take(1).for_each(|owner| self.order(owner, send()));
        }
        for _ in 0..20 {
            sleep(Duration::from_secs(1)).await;
            self.nodes.iter().for_each(|node| node.check_queues());
        }
    }

    pub(super) fn order(&self, by: &Account, command: Command) {
        let Some(app) = self.nodes.iter().find_map(|node| node.app()) else { return };
        app.journal.submit(Order { actor: by.person.id(), at: app.now(), command, origin: None });
    }
}

/// The pause between two decisions about trouble.
const STEP: Duration = Duration::from_millis(50);
