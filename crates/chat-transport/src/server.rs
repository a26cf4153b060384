//! A whole server in a few lines: what an embedder composes.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::{Directory, Journal, Subscribers};
use tokio_util::sync::CancellationToken;

use crate::account::token::Tokens;
use crate::app::{App, ServerSettings};
use crate::beside::{Beside, Neighbours};
use crate::carry::http::{self, HttpSettings, Listener, Served};
use crate::carry::outbox::{Depot, Limits};
use crate::hub::{Among, Hub, HubSettings, Inbox};
use crate::service::Service;

/// Puts a server together: over which ports, with which settings, and with what beside it.
///
/// The journal is made before it, and tells what it has settled to the same [`Inbox`].
pub struct Builder {
    inbox: Arc<Inbox>,
    journal: Arc<dyn Journal>,
    directory: Arc<dyn Directory>,
    subscribers: Arc<dyn Subscribers>,
    tokens: Tokens,
    settings: ServerSettings,
    hub: HubSettings,
    queues: Limits,
    connections: HttpSettings,
    among: Option<Among>,
    beside: Neighbours,
    drain: Duration,
}

/// A server that is ready to serve. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    service: Arc<Service>,
    connections: HttpSettings,
    drain: Duration,
}

impl Builder {
    /// A server over these ports, whose sink is this inbox, and with the settings that a new installation has.
    pub fn new(
        inbox: Arc<Inbox>,
        journal: Arc<dyn Journal>,
        store: Arc<impl Directory + Subscribers + 'static>,
        tokens: Tokens,
    ) -> Builder {
        Builder {
            inbox,
            journal,
            directory: store.clone(),
            subscribers: store,
            tokens,
            settings: ServerSettings::default(),
            hub: HubSettings::default(),
            queues: Limits::default(),
            connections: HttpSettings::default(),
            among: None,
            beside: Neighbours::default(),
            drain: Duration::from_secs(5),
        }
    }

    /// How the entrances and the HTTP trees behave. Origins whose pages may ask are in `settings.http.allowed_origins`.
    pub fn settings(mut self, settings: ServerSettings) -> Builder {
        self.settings = settings;
        self
    }

    /// Who hears what, and for how long somebody stays online.
    pub fn hub(mut self, settings: HubSettings) -> Builder {
        self.hub = settings;
        self
    }

    /// How much may wait for slow readers.
    pub fn queues(mut self, limits: Limits) -> Builder {
        self.queues = limits;
        self
    }

    /// How many connections there may be, and how patient they are met.
    pub fn connections(mut self, settings: HttpSettings) -> Builder {
        self.connections = settings;
        self
    }

    /// The other nodes that serve the same chat, which this one's inbox hears.
    pub fn among(mut self, nodes: Among) -> Builder {
        self.among = Some(nodes);
        self
    }

    /// Over which time clients are told to come back when the server stops, so that they do not come all at once.
    pub fn drain(mut self, over: Duration) -> Builder {
        self.drain = over;
        self
    }

    /// Routes of one's own on the same port. They are asked before those of the chat: what they claim, the chat never sees.
    pub fn beside(mut self, routes: Arc<dyn Beside>) -> Builder {
        self.beside.public = Some(routes);
        self
    }

    /// The server. An error names two routes of the chat that meet, which is a mistake in this crate.
    pub fn build(self) -> Result<Server, matchit::InsertError> {
        let depot = Depot::new(self.queues);
        let hub = Hub::among(self.hub, depot, self.inbox, self.journal.clone(), self.directory.clone(), self.among);
        let app = App::new(self.journal, self.directory, self.subscribers, hub, self.tokens, self.settings);
        Ok(Server { service: Service::with(app, self.beside)?, connections: self.connections, drain: self.drain })
    }
}

impl Server {
    /// Serves on this listener until told to stop: then nobody new comes in, sockets are closed so that their clients come back, and
    /// answers under way are finished.
    pub async fn serve(&self, listener: impl Into<Listener>, stop: CancellationToken) -> Served {
        let (answering, running) = (self.service.clone(), self.service.clone());
        let ended = stop.clone();
        let beside = tokio::spawn(async move { running.run(ended).await });
        let served = http::serve(listener, self.connections.clone(), stop.clone(), move |request, peer| {
            let service = answering.clone();
            async move { service.answer(request, peer).await }
        });
        let drained = async {
            stop.cancelled().await;
            self.service.drain(self.drain).await;
        };
        let (served, ()) = tokio::join!(served, drained);
        if let Err(error) = beside.await {
            tracing::warn!(%error, "the hub ended badly");
        }
        served
    }

    /// Everything behind it, for who accepts connections on their own.
    pub fn service(&self) -> &Arc<Service> {
        &self.service
    }
}
