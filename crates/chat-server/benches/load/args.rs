//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, ValueEnum};

use crate::bare::Way;
use crate::dialect::Dialect;

/// Puts load on a chat server and tells what each delivery costs it.
///
/// Starts the server on core 0 (where the `taskset` program exists) with a fresh SQLite file, stays on core 1, creates people and
/// rooms through the back ends' API, and runs one scenario after the other. Beside fan-out and pairs it runs a bare broadcaster
/// that stores nothing, so that the costs can be read as ratios, and tells whether these reach their targets. CPU and memory come
/// from /proc. The CPU of this program is shown too: if it fills its core, it was the bottleneck. The median commit is the
/// server's own metric for the same stretch of time.
#[derive(Clone, Debug, Parser)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What to run, in this order.
    #[arg(value_enum, default_values_t = [Scenario::Fanout, Scenario::Rate, Scenario::Pairs, Scenario::Acked, Scenario::Idle, Scenario::Connect, Scenario::Posts])]
    pub(crate) scenarios: Vec<Scenario>,
    /// The server to start [default: the one of the same build].
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// The dialect of the clients.
    #[arg(long, value_enum, default_value_t = Dialect::Multiplexed)]
    pub(crate) dialect: Dialect,
    /// Members of the room, and people in pairs.
    #[arg(long, default_value_t = 1000)]
    pub(crate) members: usize,
    /// Connections in the scenarios that idle, connect or reconnect.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) connections: usize,
    /// For how many seconds each scenario is measured, after one second to get going.
    #[arg(long, default_value_t = 4.0)]
    pub(crate) seconds: f64,
    /// Messages a second, in the scenarios with a fixed rate.
    #[arg(long, default_value_t = 20.0)]
    pub(crate) rate: f64,
    /// A Postgres database instead of the SQLite file: postgres://…. Its tables are created if they are missing.
    #[arg(long)]
    pub(crate) database: Option<String>,
    /// Keep the SQLite file in memory (/dev/shm): shows the cost of everything but the disk.
    #[arg(long, conflicts_with = "database")]
    pub(crate) tmpfs: bool,
    /// Messages under way at once in the closed loop of the fan-out: one run for each number.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 64])]
    pub(crate) window: Vec<usize>,
    /// Sockets that send and wait for answers.
    #[arg(long, default_value_t = 64)]
    pub(crate) senders: usize,
    /// Messages that each of these has under way.
    #[arg(long, default_value_t = 16)]
    pub(crate) in_flight: usize,
    /// Messages in the database of `ready`.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) messages: u64,
    /// Bytes of a message's content.
    #[arg(long, default_value_t = 64)]
    pub(crate) content: usize,
    /// Ignored: cargo gives it to every benchmark.
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
    /// Leave out the bare broadcasters.
    #[arg(long)]
    pub(crate) no_bare: bool,
    /// Another server to run beside ours in one room, in pairs and idle: a name and the command that starts it, such as `ws=node
    /// ws.mjs`. It takes the size of its frames from FRAME, prints `listening on http://…`, and sends everything that is said at
    /// `/ROOM` to everybody there. With `socketio:` before the name it speaks Socket.IO: clients join with `join`, send with
    /// `say`, and hear `message`. With `xmpp:` it speaks XMPP, with guests in rooms of `conference.localhost`.
    #[arg(long, value_name = "NAME=COMMAND")]
    pub(crate) peer: Vec<Peer>,
    /// Run as the broadcaster itself; this program starts it so.
    #[arg(long, hide = true)]
    pub(crate) bare: Option<Way>,
    /// Bytes of the broadcaster's frames.
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

/// A kind of load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// One room, in a closed loop: the next message is sent when one has reached everybody.
    Fanout,
    /// One room at a fixed rate. Delays count from when a message should have been sent.
    Rate,
    /// Everybody in a room with one other person, each sending as soon as their last message came back.
    Pairs,
    /// Sends that only wait for their answer, each socket in a room of its own.
    Acked,
    /// Connections that do nothing: their memory and CPU, at first and after each has carried 16 KiB both ways.
    Idle,
    /// The cost of connecting, for people who have connected before.
    Connect,
    /// `POST` of a message with its answer, over connections that are kept open.
    Posts,
    /// Posting 10,000 messages to a fast webhook, from one room and then from many: until all are told, and in order.
    Hooks,
    /// The server is killed; everybody, in all five dialects, comes back and resumes.
    Storm,
    /// One room at a fixed rate, then the same with every fifth reader stuck: the delays of the others in both.
    Stuck,
    /// How soon the server answers after it was killed, with many messages in its database.
    Ready,
    /// One room at a fixed rate, alone and while a hundred people log in: the delays in both.
    Logins,
    /// Everybody in a room reacts to one message within ten seconds.
    Reactions,
    /// Everything that has a target, in less than six minutes. Whether each was reached is repeated at the end.
    Targets,
}
