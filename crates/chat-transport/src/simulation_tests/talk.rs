//! What a client does: it writes, stalls, and repeats what was not answered.

use std::time::Duration;

use chat_domain::RoomId;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use super::asked::fetch;
use super::device::Device;
use super::ears::number;
use super::fold::Fold;
use super::link::{Broken, Link};
use super::words::{Act, Kind, Said};

/// A message whose answer has not come.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) room: u64,
    pub(super) name: String,
    /// Since when it has waited on this connection; `None` if it was not sent on it.
    pub(super) asked: Option<Instant>,
    pub(super) tries: u32,
}

impl Device {
    /// Sends something, stops reading for a while, or repeats what was not answered.
    pub(super) async fn act(&self, link: &mut Link, kind: Kind) -> Result<(), Broken> {
        if kind.joins() {
            self.join_all(link, kind).await?;
        }
        let goes_over = self.chance.borrow_mut().percent(self.changes);
        if goes_over {
            self.change(link).await?;
        }
        let pending = self.pending.borrow().clone();
        if let Some(pending) = pending {
            return match pending.asked {
                Some(asked) if asked.elapsed() > SILENCE => Err(Broken::Lost),
                Some(_) => Ok(()),
                None => self.send(link, kind, pending).await,
            };
        }
        if self.cluster.is_calm() {
            return Ok(());
        }
        let stalls = self.chance.borrow_mut().percent(self.cluster.plan.stalls);
        if stalls {
            let span = self.chance.borrow_mut().millis((200, 2_500));
            self.note(format_args!("reads nothing for {} ms", span.as_millis()));
            sleep(span).await;
            return Ok(());
        }
        let Some((room, act)) = self.choose() else { return Ok(()) };
        if let Act::Send(name) = act {
            return self.send(link, kind, Pending { room, name, asked: None, tries: 0 }).await;
        }
        self.note(format_args!("does in room {room}: {act:?}"));
        self.say(link, kind, room, &act).await.map(drop)
    }

    /// Upgrades to a WebSocket, if it polls. Sometimes it is cut off in the middle.
    async fn change(&self, link: &mut Link) -> Result<(), Broken> {
        self.note("upgrades, if it polls");
        let is_cut = !self.cluster.is_calm() && self.chance.borrow_mut().percent(20);
        let span = if is_cut { self.chance.borrow_mut().millis((0, 60)) } else { Duration::MAX };
        timeout(span, link.change(self)).await.unwrap_or(Err(Broken::Lost))
    }

    fn choose(&self) -> Option<(u64, Act)> {
        let mut chance = self.chance.borrow_mut();
        let folds = self.folds.borrow();
        let joined: Vec<&Fold> = folds.values().filter(|fold| fold.is_joined).collect();
        let fold = chance.pick(&joined)?;
        let mine = format!("{}-", self.name);
        let own: Vec<u64> =
            fold.messages.iter().filter(|(_, content)| content.starts_with(&mine)).map(|(id, _)| *id).collect();
        let all: Vec<u64> = fold.messages.keys().copied().rev().take(5).collect();
        let (own, any) = (chance.pick(&own), chance.pick(&all));
        self.said.set(self.said.get() + 1);
        let name = format!("{mine}{}", self.said.get());
        let act = match (chance.below(100), own, any) {
            (0..8, Some(id), _) => Act::Edit(id, format!("{name} edited")),
            (8..13, Some(id), _) => Act::Delete(id),
            (13..23, _, Some(id)) => Act::Like(id),
            (23..28, _, Some(id)) => Act::Unlike(id),
            (28..40, _, Some(id)) => Act::Read(id),
            (40..48, ..) => Act::Types(true),
            (48..50, ..) => Act::Types(false),
            _ => Act::Send(name),
        };
        Some((fold.room.number() as u64, act))
    }

    async fn send(&self, link: &mut Link, kind: Kind, pending: Pending) -> Result<(), Broken> {
        self.note(format_args!("sends {} to room {}", pending.name, pending.room));
        let (room, act) = (pending.room, Act::Send(pending.name.clone()));
        self.pending.replace(Some(Pending { asked: Some(Instant::now()), tries: pending.tries + 1, ..pending }));
        match self.say(link, kind, room, &act).await? {
            None => {}
            Some((200, answer)) => self.taken(number(&answer["data"]["id"]).unwrap_or(0), None),
            Some((_, answer)) => self.refused(answer["code"].as_str().unwrap_or_default(), Some(""))?,
        }
        Ok(())
    }

    /// Sends it over the socket, or over HTTP.
    async fn say(&self, link: &mut Link, kind: Kind, room: u64, act: &Act) -> Result<Option<(u16, Value)>, Broken> {
        let Some(room) = RoomId::new(room as i64) else { return Ok(None) };
        match kind.says(room, act) {
            Said::Frame(text) => link.say(self, text).await.map(|()| None),
            Said::Request { method, path, body } => fetch(self, method, &path, Some(body)).await.map(Some),
        }
    }

    pub(super) fn taken(&self, id: u64, name: Option<&str>) {
        let Some(pending) = self.pending.take() else { return };
        if name.is_some_and(|name| name != pending.name) {
            self.pending.replace(Some(pending));
            return;
        }
        self.note(format_args!("knows that {} is message {id}", pending.name));
        self.cluster.acked(&self.name, pending.room, id, pending.name);
    }

    /// Takes in a refusal. "Not now" means that the same is sent again under the same name, on another connection.
    pub(super) fn refused(&self, code: &str, name: Option<&str>) -> Result<(), Broken> {
        let is_it =
            self.pending.borrow().as_ref().is_some_and(|it| name.is_none_or(|name| name.is_empty() || name == it.name));
        self.check_refused(code, name.is_some() && is_it);
        match code {
            // The refusal may have been for joining a room.
            "UNAVAILABLE" if is_it || name.is_none() => Err(Broken::Lost),
            _ if name.is_none() && self.folds.borrow().values().any(|fold| fold.is_joining) => Err(Broken::Lost),
            _ if is_it && name.is_some() => {
                self.pending.take();
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// How long an answer is waited for.
const SILENCE: Duration = Duration::from_secs(4);
