//! The address of the database, and the settings of every connection to it.

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

/// The address of the database.
#[derive(Clone)]
pub(super) struct Address {
    server: Arc<Server>,
    life: Arc<Life>,
    node: Node,
}

impl Address {
    /// Reads an address, or returns what is wrong with it.
    pub(super) fn parse(url: &str, life: Arc<Life>, options: &Options) -> Result<Address, OpenError> {
        let server = Server::parse(url, &Surroundings::of_process()).map_err(OpenError::Address)?;
        Ok(Address { server: Arc::new(server), life, node: Node::new(new_life(), options) })
    }

    /// Returns the node that connects.
    pub(super) fn node(&self) -> &Node {
        &self.node
    }

    /// Returns the server.
    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// Makes a connection to a database whose life is known, or returns why it could not.
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
        (conn.epoch, conn.line) = self.life.recognise(&conn, self.node.id).await.map_err(|error| error.to_string())?;
        self.node.check(&conn).await.map_err(|error| error.to_string())?;
        match conn.is_current() {
            true => {
                conn.hurry();
                Ok(conn)
            }
            false => Err("the database has begun another life meanwhile".into()),
        }
    }

    /// Makes a connection with the settings that all of them have.
    pub(super) async fn dial(&self) -> Result<Conn, String> {
        let connected = timeout(PATIENCE, self.server.connect()).await;
        let inner = connected.map_err(|_| "no answer in time".to_owned())??;
        let conn = Conn::new(inner, self.life.clone());
        let settings = format!("SET application_name = '{NAME} {:x}'; {SETTINGS}", self.node.id);
        conn.script(&settings).await.map_err(|error| error.to_string())?;
        Ok(conn)
    }

    /// Returns the error for operators, without the password.
    pub(super) fn refused(&self, said: String) -> OpenError {
        OpenError::Refused { place: self.server.shown(), said }
    }
}

/// The settings of every connection.
///
/// The time limits keep a node that freezes from holding rooms for long. The plans are fixed: every question here walks
/// along an index in the order that it needs, or looks up what it found before. So the planner must never collect and
/// sort a whole room or read a whole table to join it, whatever it thinks of tables that are small, or were when it
/// last looked. Then one plan of each question is good for ever. A server that does not wait for its disk is told to do
/// so.
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

/// The name that the server shows for our connections, before the number of the node.
pub(super) const NAME: &str = "chat-server";

/// How long making a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);
