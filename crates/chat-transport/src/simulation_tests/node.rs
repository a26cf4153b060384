//! A node: everything of a server above its sockets. It crashes and comes back.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chat_domain::backplane::{Ears, Speaker};
use chat_domain::memory::bus::Bus;
use chat_domain::{Account, InMemory, Rate, Time, UserId};
use chat_protocol::engineio::EngineSettings;
use chat_protocol::socketio::SocketIoSettings;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{DuplexStream, duplex, split};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::bus::Ear;
use super::chance::Chance;
use super::frost::Frost;
use super::journal::Window;
use super::plan::Plan;
use super::story::Story;
use super::truth::Truth;
use crate::account::secret::Secret;
use crate::account::token::Tokens;
use crate::app::{App, ServerSettings};
use crate::carry::http::Peer;
use crate::carry::outbox::{Depot, Limits};
use crate::clock::Nature;
use crate::hub::{Among, Hub, HubSettings, Inbox};
use crate::rates::RateSettings;
use crate::service::Service;

/// A node, through all of its lives.
pub(super) struct Node {
    number: u64,
    name: String,
    bus: Bus,
    frost: Arc<Frost>,
    plan: Plan,
    story: Story,
    truth: Arc<Truth>,
    directory: Arc<InMemory>,
    nature: Arc<Simulated>,
    life: RefCell<Option<Life>>,
    lives: Cell<u64>,
}

struct Life {
    app: Arc<App>,
    service: Arc<Service>,
    journal: Arc<Window>,
    ear: Arc<Ear>,
    stop: CancellationToken,
    /// The tasks that carry bytes to it and back.
    cables: Vec<AbortHandle>,
}

/// The clock and chance of one node. Its clock may be wrong.
#[derive(Debug)]
struct Simulated {
    began: Instant,
    ahead: AtomicI64,
    chance: Mutex<Chance>,
}

impl Node {
    /// Creates a node that is not running.
    pub(super) fn new(
        number: u64,
        bus: &Bus,
        frost: &Arc<Frost>,
        plan: &Plan,
        truth: &Arc<Truth>,
        story: &Story,
    ) -> Rc<Node> {
        let name = format!("node {number}");
        let nature = Simulated {
            began: Instant::now(),
            ahead: AtomicI64::new(0),
            chance: Mutex::new(Chance::of(plan.seed, &name)),
        };
        Rc::new(Node {
            number,
            name,
            bus: bus.clone(),
            frost: frost.clone(),
            plan: plan.clone(),
            story: story.clone(),
            truth: truth.clone(),
            directory: truth.memory(),
            nature: Arc::new(nature),
            life: RefCell::default(),
            lives: Cell::default(),
        })
    }

    /// Starts it. With `is_calm` its journal makes no trouble.
    pub(super) fn start(&self, is_calm: bool) {
        self.lives.set(self.lives.get() + 1);
        let inbox = Inbox::new(self.plan.shards);
        let chance = Chance::of(self.plan.seed, &format!("{} {}", self.name, self.lives.get()));
        let (plan, frost) = (self.plan.clone(), self.frost.clone());
        let (truth, story) = (self.truth.clone(), self.story.clone());
        let journal =
            Window::new(self.number, truth, inbox.clone(), plan.clone(), chance.clone(), frost.clone(), story);
        if is_calm {
            journal.calm();
        }
        let limits = Limits { per_socket: self.plan.queue, in_all: 8 * self.plan.queue, droppable: 1 << 10 };
        let depot = Depot::within(limits, self.nature.clone());
        let settings = HubSettings { recent: self.plan.recent, ..HubSettings::default() };
        let ear = Ear::new(self.number, inbox.clone(), plan, chance, frost);
        if is_calm {
            ear.calm();
        }
        let among = (self.plan.nodes > 1).then(|| self.among(&ear));
        let hub = Hub::among(settings, depot, inbox, journal.clone(), self.directory.clone(), among);
        let app = App::new(
            journal.clone(),
            self.directory.clone(),
            self.directory.clone(),
            hub,
            tokens(),
            settings_without_haste(self.plan.queue),
        );
        let service = Service::new(app.clone()).expect("routes without conflicts");
        let stop = CancellationToken::new();
        let (running, until) = (service.clone(), stop.clone());
        tokio::spawn(async move { running.run(until).await });
        tokio::spawn(journal.clone().commit());
        self.story.note(&self.name, format_args!("starts its life {}", self.lives.get()));
        self.life.replace(Some(Life { app, service, journal, ear, stop, cables: Vec::new() }));
    }

    /// Crashes it. Whatever it has not told is lost.
    pub(super) fn crash(&self) {
        let Some(life) = self.life.take() else { return };
        life.journal.die();
        life.ear.die();
        life.cables.iter().for_each(AbortHandle::abort);
        life.stop.cancel();
        self.story.note(&self.name, "crashes");
    }

    /// Freezes it for a while.
    pub(super) fn freeze(&self, span: Duration) {
        self.frost.freeze(self.number, span);
        self.story.note(&self.name, format_args!("is frozen for {} ms", span.as_millis()));
    }

    /// Lets it hear nothing of other nodes for a while, without telling it.
    pub(super) fn deafen(&self, span: Duration) {
        if let Some(life) = &*self.life.borrow() {
            life.ear.deafen(span);
            self.story.note(&self.name, format_args!("is deaf for {} ms", span.as_millis()));
        }
    }

    /// Ends the trouble of its journal and bus.
    pub(super) fn calm(&self) {
        if let Some(life) = &*self.life.borrow() {
            life.journal.calm();
            life.ear.calm();
        }
    }

    fn among(&self, ear: &Arc<Ear>) -> Among {
        let ears: Arc<dyn Ears> = ear.clone();
        let speaker = Speaker { cluster: 1, epoch: self.truth.epoch(), node: self.number, life: self.lives.get() };
        Among { speaker, channels: 2, backplane: self.bus.join(self.number, &ears) }
    }

    /// Moves its clock by this many seconds.
    pub(super) fn jump(&self, seconds: i64) {
        self.nature.ahead.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        self.story.note(&self.name, format_args!("has a clock that jumps by {seconds} s"));
    }

    /// Returns the server, if it is running.
    pub(super) fn app(&self) -> Option<Arc<App>> {
        self.life.borrow().as_ref().map(|life| life.app.clone())
    }

    /// Returns a token that is good for longer than any run, whatever the clocks say.
    pub(super) fn token(&self, account: &Account) -> String {
        let (user, now) = (account.person.id().number(), 1_000_000);
        let issued = tokens().issue(user, None, chat_domain::grant::Grant::default(), "sim".into(), now);
        issued.map(|(token, _)| token.reveal().to_owned()).unwrap_or_default()
    }

    /// Tells whether a user looks online there.
    pub(super) fn online(&self, user: UserId) -> bool {
        self.app().is_some_and(|app| app.hub.looks_online(user))
    }

    /// Opens a connection, if it is running.
    pub(super) fn connect(&self) -> Option<DuplexStream> {
        let mut life = self.life.borrow_mut();
        let life = life.as_mut()?;
        let (client, near) = duplex(self.plan.pipe);
        let (far, server) = duplex(self.plan.pipe);
        let (near, far) = (split(near), split(far));
        let [forth, back] = [self.frost.clone(), self.frost.clone()];
        let number = self.number;
        let cable = tokio::spawn(async move {
            let forth = forth.carry(number, near.0, far.1);
            // In any case both sides see the end.
            let _ = tokio::try_join!(forth, back.carry(number, far.0, near.1));
        });
        life.cables.retain(|cable| !cable.is_finished());
        life.cables.push(cable.abort_handle());
        let (service, peer) = (life.service.clone(), Peer::simulated());
        let answer = service_fn(move |request| {
            let (service, peer) = (service.clone(), peer.clone());
            async move { Ok::<_, Infallible>(service.answer(request, peer).await) }
        });
        tokio::spawn(async move {
            let serving = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(server), answer);
            // An error means that the client or the node has gone.
            let _ = serving.with_upgrades().await;
        });
        Some(client)
    }

    /// Checks that every queue is within its bound.
    pub(super) fn check_queues(&self) {
        let Some(app) = self.app() else { return };
        let most = self.plan.queue + SLACK;
        for socket in app.hub.everybody() {
            let waits = socket.line.pending();
            self.story.check("bound", waits <= most, || format!("{waits} bytes wait for socket {}", socket.id));
        }
    }
}

impl Nature for Simulated {
    fn now(&self) -> Time {
        let since = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        Time(BEGINNING + since + self.ahead.load(Ordering::SeqCst))
    }

    fn fill(&self, bytes: &mut [u8]) -> bool {
        let mut chance = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
        bytes.iter_mut().for_each(|byte| *byte = chance.below(256) as u8);
        true
    }
}

fn tokens() -> Tokens {
    Tokens::local(&[Secret::new("a secret of the simulation")], 1 << 40)
}

/// Returns settings with high rates: clients that are cut off again and again do more than people do.
fn settings_without_haste(queue: usize) -> ServerSettings {
    let rate = Rate { per_second: 1 << 30, burst: 1 << 30 };
    let rates =
        RateSettings { messages: rate, changes: rate, replays: rate, typing: rate, logins: rate, addresses: rate };
    // A polling client that was cut off is noticed only by its silence, so that must be short.
    let (ping_interval, ping_timeout, max_waiting) = (5_000, 3_000, queue);
    let engine = EngineSettings { ping_interval, ping_timeout, max_waiting, ..EngineSettings::default() };
    let socketio = SocketIoSettings { engine: Arc::new(engine), ..SocketIoSettings::default() };
    ServerSettings { rates, socketio, lobby: Duration::from_secs(5), ..ServerSettings::default() }
}

/// When every run begins, in microseconds since 1970.
const BEGINNING: i64 = 1_700_000_000_000_000;
/// A last frame may go into a queue that is full.
const SLACK: usize = 256;
