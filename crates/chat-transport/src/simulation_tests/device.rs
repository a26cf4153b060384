//! A simulated client: it loads, listens, writes, is cut off, stalls, and comes back in the same dialect or another.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use chat_domain::{Account, RoomId, UserId};
use tokio::io::DuplexStream;
use tokio::time::{Instant, sleep, sleep_until};

use super::chance::Chance;
use super::cluster::Cluster;
use super::ears::{Frame, Heard};
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
    pub(super) folds: RefCell<BTreeMap<u64, Fold>>,
    /// Who is online, as far as it was told on this connection.
    pub(super) online: RefCell<BTreeSet<u64>>,
    /// The node to which it connects.
    pub(super) node: Cell<usize>,
    pub(super) is_connected: Cell<bool>,
    /// When it last connected.
    came: Cell<Instant>,
    /// The epoch of the database in which it connected.
    pub(super) life: Cell<u64>,
    pub(super) pending: RefCell<Option<Pending>>,
    /// Its own messages that it sent more than once.
    pub(super) again: RefCell<BTreeSet<u64>>,
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
            2 | 3 => (vec![Kind::Multiplexed, Kind::SocketIo], rooms.to_vec()),
            // After a restore, ids of messages from before mean nothing, so clients that resume by them are left out.
            4 if !cluster.plan.restore => (one(&mut chance, Kind::PARTIAL), some),
            _ => (one(&mut chance, Kind::WHOLE), some),
        };
        let by_message = if cluster.plan.restore { 0 } else { chance.pick(&[0, 0, 0, 50, 100]).unwrap_or(0) };
        let by_message = if kinds.iter().all(|kind| kind.is_partial()) { 100 } else { by_message };
        Rc::new(Device {
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

    /// Runs until the end of the run.
    pub(super) async fn live(self: Rc<Device>) {
        while !self.cluster.is_over() {
            let kind = self.chance.borrow_mut().pick(&self.kinds).unwrap_or(Kind::Multiplexed);
            self.kind.set(kind);
            self.node.set(self.chance.borrow_mut().below(self.cluster.plan.nodes) as usize);
            let ended = self.session(kind).await;
            self.is_connected.set(false);
            self.note(format_args!("is cut off: {ended:?}"));
            if let Some(pending) = &mut *self.pending.borrow_mut() {
                pending.asked = None;
            }
            let pause = self.chance.borrow_mut().millis((10, 300));
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
            if self.cluster.is_over() {
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

    async fn join(&self, link: &mut Link, kind: Kind, room: u64) -> Result<(), Broken> {
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
            fold.is_joined = true;
            kind.join(fold.room, &fold.from(by_message))
        };
        link.say(words).await
    }

    async fn take(&self, link: &mut Link, kind: Kind, frame: Frame) -> Result<(), Broken> {
        let me = self.user().number() as u64;
        let room = frame.room.or_else(|| {
            let folds = self.folds.borrow();
            folds.keys().next().copied().filter(|_| folds.len() == 1)
        });
        if !matches!(frame.heard, Heard::Other) {
            self.note(format_args!("hears of room {}: {:?}", room.unwrap_or(0), frame.heard));
        }
        match &frame.heard {
            Heard::Resync => {
                room.and_then(|room| self.folds.borrow_mut().get_mut(&room).map(|fold| fold.is_loaded = false));
                return Err(Broken::Lost);
            }
            Heard::Taken { id, name } => self.taken(*id, name.as_deref()),
            Heard::Refused { code, name } => self.refused(code, name.as_deref())?,
            Heard::Online { user, is_online: true } => drop(self.online.borrow_mut().insert(*user)),
            Heard::Online { user, is_online: false } => drop(self.online.borrow_mut().remove(user)),
            Heard::Sent { id, content } => self.check_sent(kind, room, *id, content),
            _ => {}
        }
        let Some(room) = room else { return Ok(()) };
        // What is told between a restore and its being noticed does not count, since everybody loads anew.
        if self.is_shown_again(kind, &frame.heard) || self.life.get() != self.cluster.truth.epoch() {
            return Ok(());
        }
        let broke = match self.folds.borrow_mut().get_mut(&room) {
            Some(fold) => fold.take(&frame),
            None => Ok(()),
        };
        // Until the restore is noticed, cursors are still of the old epoch, and whoever has one will load anew.
        let broke =
            broke.or_else(|broke| if self.cluster.plan.restore && broke.0 == "cursor" { Ok(()) } else { Err(broke) });
        if let Err((promise, how)) = broke {
            self.cluster.story.red(promise, format_args!("{} as {kind:?}: {how}", self.name));
        }
        match frame.heard {
            // A replay may tell of a removal and then of the return, and the room goes on. A client that joined again in between
            // would go back. A real client sees this by the messages that follow; here it is looked up. No typing is shown in a
            // room that is not shown.
            Heard::Removed { user } if user == me => {
                let is_in = RoomId::new(room as i64).is_some_and(|room| self.is_in(room));
                if let Some(fold) = self.folds.borrow_mut().get_mut(&room) {
                    fold.typing.clear();
                    fold.is_joined &= is_in;
                }
                Ok(())
            }
            Heard::Added { user } if user == me && kind.joins() => {
                if self.is_told_beside(room, frame.cursor.is_some()) {
                    // It was removed before it joined, and only thought that it had joined.
                    return Err(Broken::Lost);
                }
                self.join(link, kind, room).await
            }
            _ => Ok(()),
        }
    }

    /// Tells whether news of a joined room came outside of its stream: without a cursor, and not in a replay.
    fn is_told_beside(&self, room: u64, has_cursor: bool) -> bool {
        let folds = self.folds.borrow();
        let Some(fold) = folds.get(&room).filter(|fold| fold.is_joined && !has_cursor) else { return false };
        fold.cursor.is_some() || self.came.get().elapsed() > Duration::from_millis(500)
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
