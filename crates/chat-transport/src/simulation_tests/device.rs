//! A simulated client: it loads, listens, writes, is cut off, stalls, and comes back in the same dialect or another.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use chat_domain::{Account, RoomId, UserId};
use tokio::io::DuplexStream;
use tokio::time::{Instant, sleep, sleep_until};

use super::chance::Chance;
use super::cluster::Cluster;
use super::fold::Fold;
use super::link::{Broken, Dial, Link};
use super::talk::Pending;
use super::words::{From, Kind};

/// A client of a user.
pub(super) struct Device {
    pub(super) name: String,
    pub(super) account: Account,
    token: String,
    /// The dialects among which it chooses when it connects.
    kinds: Vec<Kind>,
    pub(super) kind: Cell<Kind>,
    /// How often it resumes by the newest message's id instead of a cursor, in percent.
    pub(super) by_message: u64,
    /// How often it upgrades from long polling to a WebSocket, in percent of what it does.
    pub(super) changes: u64,
    pub(super) folds: RefCell<BTreeMap<u64, Fold>>,
    /// Who is online, as far as it was told on this connection.
    pub(super) online: RefCell<BTreeSet<u64>>,
    /// The node to which it connects.
    pub(super) node: Cell<usize>,
    pub(super) is_connected: Cell<bool>,
    /// When it last connected.
    pub(super) came: Cell<Instant>,
    /// The epoch of the database in which it connected.
    pub(super) life: Cell<u64>,
    pub(super) pending: RefCell<Option<Pending>>,
    /// Its own messages that it sent more than once.
    pub(super) again: RefCell<BTreeSet<u64>>,
    /// When its owner goes home and disconnects for good.
    home: Option<Instant>,
    pub(super) chance: RefCell<Chance>,
    pub(super) said: Cell<u64>,
    pub(super) cluster: Rc<Cluster>,
}

impl Dial for Device {
    fn dial(&self) -> Option<DuplexStream> {
        self.cluster.nodes[self.node.get()].connect()
    }

    fn token(&self) -> &str {
        &self.token
    }
}

impl Device {
    /// Creates a client of a user who is in these rooms.
    pub(super) fn new(number: u64, account: Account, rooms: &[RoomId], cluster: &Rc<Cluster>) -> Rc<Device> {
        let name = format!("{}.{number}", account.person.username);
        let mut chance = Chance::of(cluster.plan.seed, &name);
        let some = chance.pick(rooms).into_iter().collect::<Vec<_>>();
        let one = |chance: &mut Chance, of: &[Kind]| chance.pick(of).into_iter().collect::<Vec<_>>();
        let (kinds, rooms) = match chance.below(10) {
            0 | 1 => (Kind::WHOLE.to_vec(), some),
            2 | 3 => (Kind::JOINING.to_vec(), rooms.to_vec()),
            // After a restore, ids of messages from before mean nothing, so clients that resume by them are left out.
            4 if !cluster.plan.restore => (one(&mut chance, Kind::PARTIAL), some),
            _ => (one(&mut chance, Kind::WHOLE), some),
        };
        let by_message = if cluster.plan.restore { 0 } else { chance.pick(&[0, 0, 0, 50, 100]).unwrap_or(0) };
        let by_message = if kinds.iter().all(|kind| kind.is_partial()) { 100 } else { by_message };
        let changes = if kinds.contains(&Kind::LongPoll) { chance.pick(&[0, 5, 40]).unwrap_or(0) } else { 0 };
        let mut whose = Chance::of(cluster.plan.seed, &account.person.username);
        let (goes, after) = (whose.percent(cluster.plan.homes), whose.millis((0, cluster.plan.trouble)));
        Rc::new(Device {
            home: goes.then(|| Instant::now() + after),
            token: cluster.nodes[0].token(&account),
            kind: Cell::new(kinds[0]),
            folds: RefCell::new(rooms.iter().map(|room| (room.number() as u64, Fold::new(*room))).collect()),
            online: RefCell::default(),
            node: Cell::default(),
            is_connected: Cell::default(),
            came: Cell::new(Instant::now()),
            life: Cell::default(),
            pending: RefCell::default(),
            again: RefCell::default(),
            chance: RefCell::new(chance),
            said: Cell::default(),
            cluster: cluster.clone(),
            name,
            account,
            kinds,
            by_message,
            changes,
        })
    }

    /// Returns its user.
    pub(super) fn user(&self) -> UserId {
        self.account.person.id()
    }

    /// Tells whether it must hear every event. One that resumes by a message's id is told of messages only.
    pub(super) fn hears_everything(&self) -> bool {
        self.by_message == 0 && !self.kind.get().is_partial()
    }

    /// Tells whether it always uses the same dialect.
    pub(super) fn is_of_one_kind(&self) -> bool {
        self.kinds.len() == 1
    }

    /// Tells whether its owner has gone home.
    pub(super) fn is_home(&self) -> bool {
        self.home.is_some_and(|home| home <= Instant::now())
    }

    /// Runs until the end of the run, or until its owner goes home.
    pub(super) async fn live(self: Rc<Device>) {
        while !self.cluster.is_over() && !self.is_home() {
            let kind = self.chance.borrow_mut().pick(&self.kinds).unwrap_or(Kind::Multiplexed);
            self.kind.set(kind);
            self.node.set(self.chance.borrow_mut().below(self.cluster.plan.nodes) as usize);
            let ended = self.session(kind).await;
            self.is_connected.set(false);
            self.note(format_args!("is cut off: {ended:?}"));
            if let Some(pending) = &mut *self.pending.borrow_mut() {
                pending.asked = None;
            }
            // Clients that were removed for good retry seldom.
            let pause = if self.cluster.is_calm() { (500, 1_500) } else { (10, 300) };
            let pause = self.chance.borrow_mut().millis(pause);
            sleep(pause).await;
        }
    }

    /// Runs one connection, until it breaks or is cut.
    async fn session(&self, kind: Kind) -> Result<(), Broken> {
        self.folds.borrow_mut().values_mut().for_each(Fold::begin);
        self.life.set(self.cluster.truth.epoch());
        self.online.borrow_mut().clear();
        self.load_all(kind).await?;
        let Some((room, from)) = self.first_room() else { return Err(Broken::Refused(403)) };
        self.note(format_args!("comes to node {} as {kind:?} from {from:?}", self.node.get()));
        let mut link = match Link::open(self, kind, room, &from).await {
            Err(Broken::Refused(403 | 404)) => {
                // Removed: what it knows of the room stays valid until it is let in again.
                return Err(Broken::Refused(403));
            }
            opened => opened?,
        };
        self.is_connected.set(true);
        self.came.set(Instant::now());
        if kind.joins() {
            self.join_all(&mut link, kind).await?;
        } else {
            self.fold(room, |fold| fold.is_joined = true);
        }
        self.listen(&mut link, kind).await
    }

    async fn listen(&self, link: &mut Link, kind: Kind) -> Result<(), Broken> {
        let (cut_at, mut act_at) = {
            let mut chance = self.chance.borrow_mut();
            let plan = &self.cluster.plan;
            (Instant::now() + chance.millis((100, plan.cut)), Instant::now() + chance.millis(plan.pace))
        };
        loop {
            let calm = self.cluster.is_calm();
            tokio::select! {
                biased;
                frame = link.next(self) => self.take(link, kind, frame?).await?,
                () = sleep_until(cut_at), if !calm => return Ok(()),
                () = sleep_until(act_at) => {
                    self.act(link, kind).await?;
                    let pace = if calm { (300, 600) } else { self.cluster.plan.pace };
                    act_at = Instant::now() + self.chance.borrow_mut().millis(pace);
                }
            }
            if self.cluster.is_over() || self.is_home() {
                return Ok(());
            }
        }
    }

    pub(super) async fn join_all(&self, link: &mut Link, kind: Kind) -> Result<(), Broken> {
        let rooms: Vec<u64> = self.folds.borrow().keys().copied().collect();
        for room in rooms {
            self.join(link, kind, room).await?;
        }
        Ok(())
    }

    pub(super) async fn join(&self, link: &mut Link, kind: Kind, room: u64) -> Result<(), Broken> {
        let by_message = self.goes_by_message();
        let words = {
            let mut folds = self.folds.borrow_mut();
            let Some(fold) = folds.get_mut(&room).filter(|fold| !fold.is_joined) else { return Ok(()) };
            if !self.is_in(fold.room) {
                return Ok(());
            }
            if !fold.is_loaded {
                return Err(Broken::Lost);
            }
            (fold.is_joined, fold.is_joining) = (true, true);
            kind.join(fold.room, &fold.from(by_message))
        };
        link.say(self, words).await
    }

    fn first_room(&self) -> Option<(RoomId, From)> {
        let by_message = self.goes_by_message();
        let mut folds = self.folds.borrow_mut();
        let fold = folds.values_mut().find(|fold| fold.is_loaded && self.is_in(fold.room))?;
        if self.kind.get().joins() {
            return Some((fold.room, From::Message(fold.last)));
        }
        Some((fold.room, fold.from(by_message)))
    }

    fn goes_by_message(&self) -> bool {
        self.chance.borrow_mut().percent(self.by_message) && self.kind.get() != Kind::Poll
    }

    pub(super) fn is_in(&self, room: RoomId) -> bool {
        self.cluster.truth.is_member(self.user(), room)
    }

    pub(super) fn fold(&self, room: RoomId, change: impl FnOnce(&mut Fold)) {
        if let Some(fold) = self.folds.borrow_mut().get_mut(&(room.number() as u64)) {
            change(fold);
        }
    }

    pub(super) fn note(&self, what: impl std::fmt::Display) {
        self.cluster.story.note(&self.name, what);
    }
}
