//! What every entrance and route needs: the ports, the hub, accounts, rates and settings.

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
    /// What remembers the chats.
    pub journal: Arc<dyn Journal>,
    /// What knows people.
    pub directory: Arc<dyn Directory>,
    /// What remembers who outside is told.
    pub subscribers: Arc<dyn Subscribers>,
    /// Who hears what.
    pub hub: Hub,
    /// Who may come in.
    pub gate: Gate,
    /// The threads that hash passwords.
    pub passwords: Passwords,
    /// How often users may do things.
    pub(crate) rates: Rates,
    /// What became of connections.
    pub tally: Arc<Tally>,
    /// Back ends that are told what happens.
    pub(crate) hooks: Hooks,
    /// Devices that are pushed what their people miss.
    pub(crate) pushing: Pushing,
    /// How people's sockets ended lately.
    pub(crate) closings: Closings,
    /// This life of this node.
    pub(crate) node: Uuid,
    /// When it began.
    pub(crate) began: Time,
    /// Set once the server goes away.
    pub(crate) leaving: AtomicBool,
    /// Settings of the entrances and routes.
    pub settings: ServerSettings,
    /// The machine that pings WebSockets.
    pub(crate) pings: Arc<KeepAlive>,
    /// Comments on server-sent streams.
    pub(crate) comments: Arc<KeepAlive>,
}

/// Settings of the entrances and routes.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Settings of Socket.IO.
    pub socketio: chat_protocol::socketio::SocketIoSettings,
    /// What a WebSocket client may send.
    pub frames: FrameLimits,
    /// Bad frames in a row that end a connection.
    pub bad_frames: u32,
    /// Log-ins and registrations that may wait for the work of their passwords.
    pub waiting_logins: usize,
    /// Whose word about where a client is counts.
    pub proxies: Proxies,
    /// How rates are limited.
    pub rates: crate::rates::RateSettings,
    /// The sign of life on WebSockets.
    pub pulse: Duration,
    /// How often places in the roulette are looked after: well within the time for which one is good.
    pub lobby: Duration,
    /// How the HTTP trees behave.
    pub http: crate::routes::RouteSettings,
    /// Who is asked before something is said.
    pub check: Option<Check>,
    /// How back ends are told what happens.
    pub hooks: HookSettings,
    /// How people are pushed what they miss.
    pub push: PushSettings,
    /// What operators may see and do.
    pub operators: OperatorSettings,
    /// How files are kept, if any are.
    pub files: Option<crate::files::FileSettings>,
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
        }
    }
}

/// A random UUID; where no random numbers are to be had, the moment tells two lives apart.
fn fresh(hub: &Hub) -> Uuid {
    let mut bits = [0; 16];
    if !hub.depot().fill(&mut bits) {
        bits = (hub.now().0 as u128).to_be_bytes();
    }
    Uuid(u128::from_be_bytes(bits) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62)
}

/// A node of several, as operators see it.
pub(crate) fn named(node: u64) -> Uuid {
    Uuid(NODES | u128::from(node & (u64::MAX >> 2)))
}

/// What is the same in the names of all nodes.
const NODES: u128 = 0x6368_6174_006e_8000_8000_0000_0000_0000;

impl App {
    /// A server over these ports, which are the hub's too.
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

    /// The moment, as this server has it.
    pub fn now(&self) -> Time {
        self.hub.now()
    }

    /// An id that nobody has.
    pub(crate) fn fresh_id(&self) -> Uuid {
        fresh(&self.hub)
    }

    /// A number from 0 to 99.
    pub(crate) fn chance(&self) -> u32 {
        let mut byte = [0];
        self.hub.depot().fill(&mut byte);
        u32::from(byte[0]) * 100 / 256
    }

    /// Ends a log-in: its refresh tokens, its access tokens and whatever these have opened.
    pub(crate) async fn end_family(&self, user: UserId, family: Family, now: Time) -> Result<(), Failure> {
        self.directory.close_family(user, family).await?;
        self.family_ended(user, family, now);
        Ok(())
    }

    /// A family is revoked in the directory: what was let in by it goes.
    pub(crate) fn family_ended(&self, user: UserId, family: Family, now: Time) {
        self.gate.end_family(user, family, now);
        self.hub.end_family(user, family, now);
    }

    /// Ends all access tokens of somebody that were made until now.
    pub(crate) async fn end_tokens(&self, user: UserId, now: Time) -> Result<(), Failure> {
        if let Some(holder) = self.directory.end_tokens(user, now).await? {
            self.hub.forget_tokens(&holder.account.person);
            self.gate.end_tokens(holder, now);
        }
        Ok(())
    }

    /// Somebody shows this of themselves from now on.
    pub(crate) async fn is_now(&self, person: &Arc<Person>) {
        self.gate.forget(person.id());
        self.hub.is_now(person).await;
    }

    /// From here on these rates hold, pages of these origins may come with the cookie, and these settings are shown to operators.
    pub fn change(&self, rates: crate::rates::RateSettings, origins: Vec<String>, in_force: Vec<Setting>) {
        self.settings.operators.in_force.replace(in_force);
        self.rates.replace(rates);
        self.gate.origins().replace(origins);
    }

    /// Shows operators that something is set which makes the server easier to attack.
    pub fn is_insecure(&self, switch: &'static str) {
        self.hub.metrics().insecure(switch);
    }

    /// Takes in what other nodes have told of people, until told to stop.
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
                    Tell::Notification(_) | Tell::Disconnect(..) | Tell::EndSession(_) | Tell::Post(..) => {}
                }
            }
        }
    }

    /// Runs what happens beside requests, until told to stop.
    pub async fn run(self: &Arc<Self>, stop: CancellationToken) {
        tokio::join!(
            self.hub.run(stop.clone()),
            self.pings.run(stop.clone()),
            self.comments.run(stop.clone()),
            self.keep_lobby(stop.clone()),
            self.tell_mentions(stop.clone()),
            self.purge(stop.clone()),
            self.hear_tells(stop.clone()),
            self.tell_webhooks(stop.clone()),
            self.push_missed(stop.clone()),
            self.keep_vouched(stop.clone()),
            self.sweep_files(stop.clone()),
            self.keep_suspended(stop.clone()),
            self.rates.run(|| self.now(), stop),
        );
    }
}
