//! Where the database is, and what every connection to it begins with.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::Conn;
use super::life::Life;
use super::node::Node;
use super::server::{Server, Surroundings};
use crate::error::OpenError;
use crate::outage;
use crate::work::{Options, new_life};

/// Where the database is.
#[derive(Clone)]
pub(super) struct Address {
    server: Arc<Server>,
    life: Arc<Life>,
    node: Node,
}

impl Address {
    /// What is written so; what is wrong with it otherwise.
    pub(super) fn parse(url: &str, life: Arc<Life>, options: &Options) -> Result<Address, OpenError> {
        let server = Server::parse(url, &Surroundings::of_process()).map_err(OpenError::Address)?;
        Ok(Address { server: Arc::new(server), life, node: Node::new(new_life(), options) })
    }

    /// The node that connects.
    pub(super) fn node(&self) -> &Node {
        &self.node
    }

    /// The server itself.
    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// A new connection to a database whose life is known; what was said where there is none.
    pub(super) async fn connect(&self) -> Result<Conn, String> {
        let connected = self.recognised().await;
        match &connected {
            Ok(_) => outage::back(),
            Err(said) => outage::away(&self.refused(said.clone())),
        }
        connected
    }

    async fn recognised(&self) -> Result<Conn, String> {
        let mut conn = self.dial().await?;
        conn.epoch = self.life.recognise(&conn).await.map_err(|error| error.to_string())?;
        self.node.check(&conn).await.map_err(|error| error.to_string())?;
        match conn.is_current() {
            true => {
                conn.hurry();
                Ok(conn)
            }
            false => Err("the database has begun another life meanwhile".into()),
        }
    }

    /// A new connection with the settings that all of them have.
    pub(super) async fn dial(&self) -> Result<Conn, String> {
        let connected = timeout(PATIENCE, self.server.connect()).await;
        let inner = connected.map_err(|_| "no answer in time".to_owned())??;
        let conn = Conn::new(inner, self.life.clone());
        let settings = format!("SET application_name = '{NAME} {:x}'; {SETTINGS}", self.node.id);
        conn.script(&settings).await.map_err(|error| error.to_string())?;
        Ok(conn)
    }

    /// The error for an operator, without the password.
    pub(super) fn refused(&self, said: String) -> OpenError {
        OpenError::Refused { place: self.server.shown(), said }
    }
}

/// A node that freezes must not hold a room for long. Every question here walks along an index in the order that it wants, or
/// looks up what it found before: whatever the planner thinks of tables that are still small, or were when it last looked, it
/// shall neither collect a whole room and sort it nor read a table to join it. So one plan of each is good for ever. A server
/// that is set up not to wait for its disk is asked to.
const SETTINGS: &str = "
    SET lock_timeout = '1800ms';
    SET statement_timeout = '10s';
    SET idle_in_transaction_session_timeout = '1500ms';
    SET tcp_user_timeout = '10s';
    SET jit = off;
    SET enable_seqscan = off;
    SET enable_bitmapscan = off;
    SET enable_sort = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET plan_cache_mode = force_generic_plan;
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
";

/// What the server calls us, before the number of the node.
pub(super) const NAME: &str = "chat-server";

/// How long a connection may take to come.
const PATIENCE: Duration = Duration::from_secs(5);
