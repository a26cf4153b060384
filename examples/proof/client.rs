//! One person with one client: it sends, is cut off, comes back, sends again what was not acknowledged, and records what it
//! hears.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::time::{sleep, sleep_until, timeout};

use crate::Trouble;
use crate::args::Broken;
use crate::chaos::Chaos;
use crate::frames::{Dialect, From, Heard};
use crate::history::History;
use crate::http::Caller;
use crate::link::Link;

/// A person in a room.
pub(crate) struct Client {
    pub(crate) name: String,
    pub(crate) dialect: Dialect,
    pub(crate) caller: Caller,
    /// The nodes to which it may reconnect.
    pub(crate) nodes: Rc<[SocketAddr]>,
    pub(crate) room: u64,
    /// From where it resumes: by cursors, or by the newest message's id.
    pub(crate) from: From,
    /// The last messages of everybody in the room, its own among them.
    pub(crate) ends: Vec<String>,
    pub(crate) broken: Option<Broken>,
    pub(crate) chaos: Rc<Chaos>,
    pub(crate) history: Rc<History>,
}

/// What a client heard.
#[derive(Debug, Default)]
pub(crate) struct Story {
    pub(crate) room: u64,
    /// Messages, in the order in which they came.
    pub(crate) messages: Vec<(u64, String)>,
    /// Its own messages that were acknowledged.
    pub(crate) acked: Vec<(u64, String)>,
    pub(crate) returns: u32,
    /// How often it was told to load everything anew.
    pub(crate) resyncs: u32,
    pub(crate) longest: Duration,
}

impl Client {
    /// Runs until the trouble is over and it has heard everybody's last message, or nothing for a long time.
    pub(crate) async fn live(mut self) -> Story {
        let mut story = Story { room: self.room, ..Story::default() };
        let mut said = Said { number: 0, pending: None };
        let mut heard_at = Instant::now();
        while heard_at.elapsed() < PATIENCE && !self.is_done(&story, &said) {
            // Dead and frozen servers are the purpose of this: reconnect a little later.
            let _ = self.session(&mut story, &mut said, &mut heard_at).await;
            story.returns += 1;
            self.caller.address = self.nodes[self.chaos.below(self.nodes.len() as u64) as usize];
            sleep(self.chaos.between(10, 150)).await;
        }
        if let Some(name) = said.pending {
            self.history.unknown(&self.name, &name);
        }
        story
    }

    /// Runs one connection, until it breaks or is cut.
    async fn session(&mut self, story: &mut Story, said: &mut Said, heard_at: &mut Instant) -> Result<(), Trouble> {
        let from = match self.broken {
            Some(Broken::Seam) if story.returns > 0 => From::Cursor(String::new()),
            _ => self.from.clone(),
        };
        let open = Link::open(&self.caller, self.dialect, self.room, &from);
        let mut link = timeout(CONNECTING, open).await??;
        if let Some(name) = &said.pending {
            match self.broken {
                Some(Broken::Dedup) => link.send(name, &format!("{name}-{}", story.returns)).await?,
                _ => link.send(name, name).await?,
            }
        }
        let cut_at = tokio::time::Instant::now() + self.chaos.between(200, 6_000);
        let mut speak_at = tokio::time::Instant::now() + self.chaos.between(5, 200);
        while !self.is_done(story, said) {
            tokio::select! {
                frame = link.next() => {
                    let (heard, cursor) = frame?;
                    self.take(heard, cursor, story, said, heard_at)?;
                }
                () = sleep_until(speak_at), if said.pending.is_none() && !said.has_ended() => {
                    speak_at = tokio::time::Instant::now() + self.chaos.between(5, 200);
                    if self.holds_back(story, heard_at) {
                        continue;
                    }
                    let name = said.next(&self.name, self.chaos.is_over());
                    self.history.invoke(&self.name, &name);
                    link.send(&name, &name).await?;
                }
                () = sleep_until(cut_at), if !self.chaos.is_over() => {
                    self.chaos.cut();
                    return Ok(());
                }
                // A message without an answer is sent again on another connection.
                () = sleep(SILENCE), if said.pending.is_some() => return Ok(()),
                () = sleep_until((*heard_at + PATIENCE).into()) => return Ok(()),
            }
        }
        Ok(())
    }

    fn take(
        &mut self,
        heard: Heard,
        cursor: Option<String>,
        story: &mut Story,
        said: &mut Said,
        heard_at: &mut Instant,
    ) -> Result<(), Trouble> {
        match heard {
            Heard::Message { id, content } => {
                story.longest = story.longest.max(heard_at.elapsed());
                *heard_at = Instant::now();
                self.history.heard(&self.name, id, &content);
                story.messages.push((id, content));
                if let From::Message(newest) = &mut self.from {
                    *newest = id;
                }
            }
            Heard::Taken { id } => {
                if let Some(name) = said.pending.take() {
                    self.history.taken(&self.name, &name, id);
                    story.acked.push((id, name));
                }
            }
            // "Not now": send the same again, under the same name, on another connection.
            Heard::Refused { code } if code == "UNAVAILABLE" => return Err("not now".into()),
            Heard::Refused { code } => {
                eprintln!("{}: refused with {code}", self.name);
                said.pending.take().into_iter().for_each(|name| self.history.refused(&self.name, &name));
            }
            Heard::Lost => story.resyncs += 1,
            Heard::Joined | Heard::Answer(_) | Heard::Other => {}
        }
        if let (Some(cursor), From::Cursor(last)) = (cursor, &mut self.from) {
            *last = cursor;
        }
        Ok(())
    }

    /// The first client of a room sends the last message of all, after a silence: only that message can show everybody that
    /// nothing is missing at the end.
    fn holds_back(&self, story: &Story, heard_at: &Instant) -> bool {
        let own = end_of(&self.name);
        let is_last = self.ends.first() == Some(&own) && self.chaos.is_over();
        is_last && (heard_at.elapsed() < QUIET || !self.ends.iter().skip(1).all(|end| story.has_heard(end)))
    }

    fn is_done(&self, story: &Story, said: &Said) -> bool {
        said.has_ended() && said.pending.is_none() && self.ends.iter().all(|end| story.has_heard(end))
    }
}

impl Story {
    fn has_heard(&self, message: &str) -> bool {
        self.messages.iter().rev().any(|(_, content)| content == message)
    }
}

/// What a client has sent.
struct Said {
    number: u64,
    /// The name of the message whose answer has not come.
    pending: Option<String>,
}

impl Said {
    fn next(&mut self, who: &str, last: bool) -> String {
        self.number = if last { LAST } else { self.number + 1 };
        let name = if last { end_of(who) } else { format!("{who}-{}", self.number) };
        self.pending = Some(name.clone());
        name
    }

    fn has_ended(&self) -> bool {
        self.number == LAST
    }
}

/// Returns somebody's last message.
pub(crate) fn end_of(who: &str) -> String {
    format!("{who}-end")
}

/// After such a long silence the server has forgotten the client, and the ledger will show what is missing.
const PATIENCE: Duration = Duration::from_secs(20);
/// The silence before the last message.
const QUIET: Duration = Duration::from_secs(3);
const CONNECTING: Duration = Duration::from_secs(3);
const SILENCE: Duration = Duration::from_secs(4);
const LAST: u64 = u64::MAX;
