//! The nodes that serve the chat, whatever they use.

use std::net::SocketAddr;
use std::path::Path;

use crate::Trouble;
use crate::args::{Args, Broken, Ground};
use crate::memory::Memory;
use crate::node::{Node, SECRET, program};
use crate::postgres::Postgres;

/// All nodes.
pub(crate) struct Nodes {
    /// What they are, in words.
    pub(crate) what: &'static str,
    pub(crate) addresses: Vec<SocketAddr>,
    /// Those that can be killed.
    pub(crate) processes: Vec<Node>,
    /// Those in this process.
    _here: Option<Memory>,
    /// The Postgres that was started for them. Declared last, so that it ends after them.
    _postgres: Option<Postgres>,
}

impl Nodes {
    /// Starts them. What they write is kept in this directory.
    pub(crate) async fn start(args: &Args, home: &Path) -> Result<Nodes, Trouble> {
        match args.ground() {
            Ground::Sqlite => Nodes::on_sqlite(args, home).await,
            Ground::Postgres => Nodes::on_postgres(args, home).await,
            Ground::Memory => {
                let here = Memory::start(SEVERAL, args.broken == Some(Broken::Hint))?;
                let what = "three nodes in memory, over a bus that loses";
                Ok(Nodes {
                    what,
                    addresses: here.addresses(),
                    processes: Vec::new(),
                    _here: Some(here),
                    _postgres: None,
                })
            }
        }
    }

    async fn on_sqlite(args: &Args, home: &Path) -> Result<Nodes, Trouble> {
        let node = Node::start(&program(args)?, home, None).await?;
        Ok(Nodes::of("one node on SQLite", vec![node], None))
    }

    async fn on_postgres(args: &Args, home: &Path) -> Result<Nodes, Trouble> {
        let program = program(args)?;
        let (postgres, database) = match &args.database {
            Some(database) => (None, database.clone()),
            None => {
                let postgres = Postgres::start(home)?;
                let database = postgres.database();
                (Some(postgres), database)
            }
        };
        std::fs::write(home.join(SECRET), "the nodes of one proof have this in common")?;
        let mut nodes = Vec::new();
        for _ in 0..SEVERAL {
            nodes.push(Node::start(&program, home, Some(&database)).await?);
        }
        Ok(Nodes::of("three nodes on Postgres", nodes, postgres))
    }

    fn of(what: &'static str, processes: Vec<Node>, postgres: Option<Postgres>) -> Nodes {
        let addresses = processes.iter().map(|node| node.address).collect();
        Nodes { what, addresses, processes, _here: None, _postgres: postgres }
    }
}

const SEVERAL: u64 = 3;
