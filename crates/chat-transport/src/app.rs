//! What every entrance and route shares: the ports, the hub, accounts, rates and settings.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use chat_domain::backplane::Tell;
use chat_domain::grant::Family;
use chat_domain::{Directory, Failure, Journal, Person, Subscribers, Time, UserId, Uuid};
use tokio_util::sync::CancellationToken;

use crate::account::gate::Gate;
use crate::account::password::Passwords;
use crate::account::token::Tokens;
use crate::address::Proxies;
use crate::carry::http::Tally;
use crate::carry::keepalive::{KeepAlive, Pulse};
use crate::carry::websocket::FrameLimits;
use crate::check::Check;
use crate::connection::closings::Closings;
use crate::hooks::{HookSettings, Hooks};
use crate::hub::Hub;
use crate::operators::{OperatorSettings, Setting};
use crate::push::{PushSettings, Pushing};
use crate::rates::Rates;

/// One server, shared by all of its connections.
pub struct App {
    /// The journal: rooms and what happens in them.
    pub journal: Arc<dyn Journal>,
    /// The directory: people and their credentials.
    pub directory: Arc<dyn Directory>,
    /// Webhooks, devices and the other followers of the feed, and how far each of them has got.
    pub subscribers: Arc<dyn Subscribers>,
    /// Delivers what happens to the sockets that are to hear it.
    pub hub: Hub,
    /// Decides who may come in.
    pub gate: Gate,
    /// The threads that hash passwords.
    pub passwords: Passwords,
    /// How often users may do things.
    pub(crate) rates: Rates,
    /// Counts of connections that were accepted and refused.
    pub tally: Arc<Tally>,
    /// The webhooks that this node serves.
    pub(crate) hooks: Hooks,
    /// The devices to which this node pushes what their people miss.
    pub(crate) pushing: Pushing,
    /// How people's sockets ended lately.
    pub(crate) closings: Closings,
    /// The id under which operators see this node.
    pub(crate) node: Uuid,
    /// When this node began.
    pub(crate) began: Time,
    /// Set when the server is going away.
    pub(crate) leaving: AtomicBool,
    /// Settings of the entrances and routes.
    pub settings: ServerSettings,
    /// Pings WebSockets.
    pub(crate) pings: Arc<KeepAlive>,
    /// Writes comments on server-sent streams, as a sign of life.
    pub(crate) comments: Arc<KeepAlive>,
}

/// Settings of the entrances and routes.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Settings of Socket.IO.
    pub socketio: chat_protocol::socketio::SocketIoSettings,
    /// Limits on what a WebSocket client may send.
    pub frames: FrameLimits,
    /// How many malformed frames in a row end a connection.
    pub bad_frames: u32,
    /// How many log-ins and registrations may wait for their passwords to be hashed.
    pub waiting_logins: usize,
    /// The proxies whose word counts about where a client is.
    pub proxies: Proxies,
    /// How often users and addresses may do things.
    pub rates: crate::rates::RateSettings,
    /// Time between two pings on a WebSocket.
    pub pulse: Duration,
    /// How often the lobby's leases are renewed or ended. It must be well below the time for which a lease is good.
    pub lobby: Duration,
    /// How the HTTP trees behave.
    pub http: crate::routes::RouteSettings,
    /// The back end that is asked before a message is stored, if there is one.
    pub check: Option<Check>,
    /// How back ends are told what happens.
    pub hooks: HookSettings,
    /// How people are pushed what they miss.
    pub push: PushSettings,
    /// What operators may see and do.
    pub operators: OperatorSettings,
    /// How files are kept; `None` if there are none.
    pub files: Option<crate::files::FileSettings>,
    /// For how long messages are kept in rooms without a span of their own; for good without it.
    pub keep_messages: Option<Duration>,
}

impl Default for ServerSettings {
    fn default() -> ServerSettings {
        ServerSettings {
            socketio: chat_protocol::socketio::SocketIoSettings::default(),
            frames: FrameLimits::default(),
            bad_frames: 20,
            waiting_logins: 64,
            proxies: Proxies::default(),
            rates: crate::rates::RateSettings::default(),
            pulse: Duration::from_secs(25),
            lobby: Duration::from_millis(500),
            http: crate::routes::RouteSettings::default(),
            check: None,
            hooks: HookSettings::default(),
            push: PushSettings::default(),
            operators: OperatorSettings::default(),
            files: None,
            keep_messages: None,
        }
    }
}

/// Returns a random UUID. Without random numbers it is made of the time, which still tells two lives of a node apart.
fn fresh(hub: &Hub) -> Uuid {
    let mut bits = [0; 16];
    if !hub.depot().fill(&mut bits) {
        bits = (hub.now().0 as u128).to_be_bytes();
    }
    Uuid(u128::from_be_bytes(bits) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62)
}

/// Returns the UUID by which operators see a node of a cluster.
pub(crate) fn named(node: u64) -> Uuid {
    Uuid(NODES | u128::from(node & (u64::MAX >> 2)))
}

/// The bits that the UUIDs of all nodes have in common.
const NODES: u128 = 0x6368_6174_006e_8000_8000_0000_0000_0000;

impl App {
    /// Creates a server over these ports. The hub must have been made over the same journal and directory.
    pub fn new(
        journal: Arc<dyn Journal>,
        directory: Arc<dyn Directory>,
        subscribers: Arc<dyn Subscribers>,
        hub: Hub,
        tokens: Tokens,
        settings: ServerSettings,
    ) -> Arc<App> {
        let http = &settings.http;
        let gate = Gate::new(tokens, directory.clone(), http.allowed_origins.clone().into(), http.session_ttl);
        let pulse = Pulse { every: settings.pulse, ..Pulse::websocket() };
        let (node, began) = (hub.node().map_or_else(|| fresh(&hub), named), hub.now());
        Arc::new(App {
            journal,
            directory,
            subscribers,
            hub,
            gate,
            passwords: Passwords::new(settings.waiting_logins),
            rates: Rates::new(settings.rates),
            pings: KeepAlive::new(pulse),
            comments: KeepAlive::new(Pulse::comments()),
            tally: Arc::default(),
            hooks: Hooks::default(),
            pushing: Pushing::default(),
            closings: Closings::default(),
            node,
            began,
            leaving: AtomicBool::new(false),
            settings,
        })
    }

    /// Returns the time by this server's clock.
    pub fn now(&self) -> Time {
        self.hub.now()
    }

    /// Returns a new random id.
    pub(crate) fn fresh_id(&self) -> Uuid {
        fresh(&self.hub)
    }

    /// Returns a random number from 0 to 99.
    pub(crate) fn chance(&self) -> u32 {
        let mut byte = [0];
        self.hub.depot().fill(&mut byte);
        u32::from(byte[0]) * 100 / 256
    }

    /// Ends a log-in: its refresh tokens, its access tokens, and every socket and stream that these opened.
    pub(crate) async fn end_family(&self, user: UserId, family: Family, now: Time) -> Result<(), Failure> {
        self.directory.close_family(user, family).await?;
        self.family_ended(user, family, now);
        Ok(())
    }

    /// Drops the access tokens and the connections of a family that the directory has revoked.
    pub(crate) fn family_ended(&self, user: UserId, family: Family, now: Time) {
        self.gate.end_family(user, family, now);
        self.hub.end_family(user, family, now);
    }

    /// Ends all access tokens of a user that were made until now.
    pub(crate) async fn end_tokens(&self, user: UserId, now: Time) -> Result<(), Failure> {
        if let Some(holder) = self.directory.end_tokens(user, now).await? {
            self.hub.forget_tokens(&holder.account.person);
            self.gate.end_tokens(holder, now);
        }
        Ok(())
    }

    /// Shows this person's new name and picture from now on, wherever they are remembered or told.
    pub(crate) async fn is_now(&self, person: &Arc<Person>) {
        self.gate.forget(person.id());
        self.hub.is_now(person).await;
    }

    /// Replaces what can change while the server runs: the rates, the origins whose pages may use the cookie, and the settings
    /// that operators see.
    pub fn change(&self, rates: crate::rates::RateSettings, origins: Vec<String>, in_force: Vec<Setting>) {
        self.settings.operators.in_force.replace(in_force);
        self.rates.replace(rates);
        self.gate.origins().replace(origins);
    }

    /// Counts a setting that makes the server easier to attack, so that operators see it in the metrics.
    pub fn is_insecure(&self, switch: &'static str) {
        self.hub.metrics().insecure(switch);
    }

    /// Applies what other nodes report about people (ended tokens, new names, erasures), until told to stop.
    async fn hear_tells(&self, stop: CancellationToken) {
        while let Some(tells) = stop.run_until_cancelled(self.hub.told()).await {
            for tell in tells {
                match tell {
                    Tell::EndFamily(user, family, now) => self.gate.end_family(user, family, now),
                    Tell::EndAll(user, _) => self.gate.forget(user),
                    Tell::Now(person) => {
                        self.gate.forget(person.id());
                        self.hub.is_now_here(&person).await;
                    }
                    Tell::Unsaid(user) => self.hub.unsaid_here(user).await,
                    Tell::Vanished(vanished) => self.hub.vanished_here(vanished).await,
                    Tell::Notification(_) | Tell::Disconnect(..) | Tell::EndSession(_) | Tell::Post(..) => {}
                }
            }
        }
    }

    /// Runs everything that happens beside requests, until told to stop.
    pub async fn run(self: &Arc<Self>, stop: CancellationToken) {
        tokio::join!(
            self.hub.run(stop.clone()),
            self.pings.run(stop.clone()),
            self.comments.run(stop.clone()),
            self.keep_lobby(stop.clone()),
            self.tell_mentions(stop.clone()),
            self.purge(stop.clone()),
            self.let_vanish(stop.clone()),
            self.hear_tells(stop.clone()),
            self.tell_webhooks(stop.clone()),
            self.push_missed(stop.clone()),
            self.keep_vouched(stop.clone()),
            self.sweep_files(stop.clone()),
            self.keep_suspended(stop.clone()),
            self.share_rates(stop.clone()),
            self.rates.run(|| self.now(), stop),
        );
    }
}
