//! A whole server in a few lines, for an embedder.

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

/// Puts a server together from its ports, its settings and what is served beside it.
///
/// The journal must have been made before, with the same [`Inbox`] as its sink.
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
    /// Begins a server over these ports with the settings of a new installation. `inbox` must be the sink of the journal.
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

    /// Sets how the entrances and the HTTP trees behave. Origins whose pages may use the cookie are in
    /// `settings.http.allowed_origins`.
    pub fn settings(mut self, settings: ServerSettings) -> Builder {
        self.settings = settings;
        self
    }

    /// Sets how the hub delivers, and for how long somebody without a socket still counts as online.
    pub fn hub(mut self, settings: HubSettings) -> Builder {
        self.hub = settings;
        self
    }

    /// Limits how much may wait for slow readers.
    pub fn queues(mut self, limits: Limits) -> Builder {
        self.queues = limits;
        self
    }

    /// Limits the number of connections, and how long their requests may take.
    pub fn connections(mut self, settings: HttpSettings) -> Builder {
        self.connections = settings;
        self
    }

    /// Joins other nodes that serve the same chat. `nodes` must be heard by the inbox of this server.
    pub fn among(mut self, nodes: Among) -> Builder {
        self.among = Some(nodes);
        self
    }

    /// Spreads the closing of sockets over this time when the server stops, so that clients do not all come back at once.
    pub fn drain(mut self, over: Duration) -> Builder {
        self.drain = over;
        self
    }

    /// Adds routes to the same port. They are asked before those of the chat, which never sees what they claim.
    pub fn beside(mut self, routes: Arc<dyn Beside>) -> Builder {
        self.beside.public = Some(routes);
        self
    }

    /// Returns the server. It fails if two routes of the chat collide, which would be a mistake in this crate.
    pub fn build(self) -> Result<Server, matchit::InsertError> {
        let depot = Depot::new(self.queues);
        let hub = Hub::among(self.hub, depot, self.inbox, self.journal.clone(), self.directory.clone(), self.among);
        let app = App::new(self.journal, self.directory, self.subscribers, hub, self.tokens, self.settings);
        Ok(Server { service: Service::with(app, self.beside)?, connections: self.connections, drain: self.drain })
    }
}

impl Server {
    /// Serves on this listener until told to stop. Then no new connection is accepted, sockets are closed in such a way that
    /// their clients come back, and answers under way are finished.
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

    /// Returns the handler of all requests, for an embedder that accepts connections itself.
    pub fn service(&self) -> &Arc<Service> {
        &self.service
    }
}
