//! What may be asked for on the command line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, ValueEnum};

use crate::bare::Way;
use crate::dialect::Dialect;

/// Loads a chat server and says what each delivery cost it.
///
/// Starts the server on core 0 (where the `taskset` program exists) with a fresh SQLite file, keeps to core 1, makes people
/// and rooms through the back ends' API, and runs one scenario after the other. Beside fan-out and pairs it runs a bare
/// broadcaster that remembers nothing, so that ratios can be read, and says whether they are as they are to be. CPU and
/// memory come from /proc; the CPU of this program is shown too: where it fills its core, it was the bottleneck. The median
/// commit of the same stretch is the server's own figure.
#[derive(Clone, Debug, Parser)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What to run, in this order.
    #[arg(value_enum, default_values_t = [Scenario::Fanout, Scenario::Rate, Scenario::Pairs, Scenario::Acked, Scenario::Idle, Scenario::Connect, Scenario::Posts])]
    pub(crate) scenarios: Vec<Scenario>,
    /// The server to start; by default the one of the same build.
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// How clients talk.
    #[arg(long, value_enum, default_value_t = Dialect::Multiplexed)]
    pub(crate) dialect: Dialect,
    /// Members of the room, and people in pairs.
    #[arg(long, default_value_t = 1000)]
    pub(crate) members: usize,
    /// Connections that do nothing, or come back, or only connect.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) connections: usize,
    /// Seconds that each scenario is measured, after one to get going.
    #[arg(long, default_value_t = 4.0)]
    pub(crate) seconds: f64,
    /// Messages a second where the rate is fixed.
    #[arg(long, default_value_t = 20.0)]
    pub(crate) rate: f64,
    /// A Postgres instead of the SQLite file: postgres://…, whose tables are made if they are not there.
    #[arg(long)]
    pub(crate) database: Option<String>,
    /// The SQLite file in memory (/dev/shm): what everything but the disk costs.
    #[arg(long, conflicts_with = "database")]
    pub(crate) tmpfs: bool,
    /// Messages on their way at once in the closed loop of the fan-out: one run for each number.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 64])]
    pub(crate) window: Vec<usize>,
    /// Sockets that send and wait for the answer.
    #[arg(long, default_value_t = 64)]
    pub(crate) senders: usize,
    /// Messages that each of these has on its way.
    #[arg(long, default_value_t = 16)]
    pub(crate) in_flight: usize,
    /// Messages in the database of `ready`.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) messages: u64,
    /// Bytes of a message's content.
    #[arg(long, default_value_t = 64)]
    pub(crate) content: usize,
    /// What cargo says to everything that it runs as a benchmark.
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
    /// Without the bare broadcasters.
    #[arg(long)]
    pub(crate) no_bare: bool,
    /// Another server to run beside ours in one room, in pairs and idle: a name and the command that starts it, as
    /// `ws=node ws.mjs`. It takes its frames' size from FRAME, says `listening on http://…`, and sends everything that is said at `/ROOM` to all who
    /// are there. A name with `socketio:` before it speaks Socket.IO: it joins with `join`, says with `say`, and hears `message`.
    /// With `xmpp:` it speaks that, with guests in rooms of `conference.localhost`.
    #[arg(long, value_name = "NAME=COMMAND")]
    pub(crate) peer: Vec<Peer>,
    /// The broadcaster itself; this program starts it.
    #[arg(long, hide = true)]
    pub(crate) bare: Option<Way>,
    /// Bytes of its frames.
    #[arg(long, hide = true, default_value_t = 0)]
    pub(crate) frame: usize,
}

/// Another server, which this program starts.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) dialect: Dialect,
    pub(crate) command: String,
}

impl FromStr for Peer {
    type Err = String;

    fn from_str(text: &str) -> Result<Peer, String> {
        let (name, command) = text.split_once('=').ok_or("a peer is NAME=COMMAND")?;
        let (dialect, name) = match name.split_once(':') {
            Some(("socketio", name)) => (Dialect::OtherSocketio, name),
            Some(("xmpp", name)) => (Dialect::Xmpp, name),
            _ => (Dialect::Bare, name),
        };
        Ok(Peer { name: name.to_owned(), dialect, command: command.to_owned() })
    }
}

/// A way to load the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// One room, closed loop: the next message goes out when one has reached everybody.
    Fanout,
    /// One room at a fixed rate; lateness is counted from when a message should have been sent.
    Rate,
    /// Everybody in a room with one other, each sending as soon as their last message came back.
    Pairs,
    /// Sends that wait for their answer only, each socket in a room of its own.
    Acked,
    /// Connections that do nothing: memory, and CPU; then again after each carried 16 KiB both ways.
    Idle,
    /// What connecting costs for somebody seen before.
    Connect,
    /// `POST` of a message with its answer, over kept connections.
    Posts,
    /// 10,000 messages in one room, then in many, are posted to a fast address of a back end: until all are told, and in order.
    Hooks,
    /// The server is killed; everybody, in all five dialects, comes back and resumes.
    Storm,
    /// One room at a fixed rate; then the same with every fifth reader stuck: how late the others are in both.
    Stuck,
    /// How soon the server answers after it was killed, with many messages in its database.
    Ready,
    /// One room at a fixed rate, alone and while a hundred log in: how late messages are in both.
    Logins,
    /// Everything that has a target, one after the other, in less than six minutes: whether each is reached is said again at the end.
    Targets,
}
