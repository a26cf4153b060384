//! What back ends are told of everything that happens.

use std::sync::Arc;

use chat_domain::{Change, Emoji, Event, Extra, Report};

use super::super::pull::PullPlace;
use super::{Reply, USUAL, bare};
use crate::dialect::socketio;
use crate::features::Features;
use crate::json::{Object, Seconds, object};

/// What back ends may be told of.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// Something has changed in a room.
    Change(Arc<Event>),
    /// Somebody finds something bad.
    Report(Report),
}

/// What happened, in order, and where to go on.
pub fn events(happened: &[Happening], place: PullPlace) -> Reply {
    bare(200, |o| {
        o.objects("data", happened.iter().filter_map(|one| Some((one.sort()?, one))), |o, (sort, one)| {
            o.put("id", one.id(place.epoch).as_str());
            fields(o, sort, one);
        });
        o.put("cursor", place.spelled().as_str());
    })
}

/// What is posted to a back end's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The same whenever this is told again.
    pub id: String,
    /// What sort of event it is: one of [`SORTS`].
    pub sort: &'static str,
    /// JSON.
    pub body: Vec<u8>,
}

/// What happened as it is posted, if back ends are told of it. Ids are of one life of the database: after a restore other things
/// happen under the same numbers.
pub fn posted(epoch: u64, happening: &Happening) -> Option<Posted> {
    let (sort, mut body) = (happening.sort()?, Vec::with_capacity(USUAL));
    object(&mut body, |o| fields(o, sort, happening));
    Some(Posted { id: happening.id(epoch), sort, body })
}

impl Happening {
    /// Its place among those of its room, or among reports.
    pub fn number(&self) -> u64 {
        match self {
            Happening::Change(event) => event.head.seq,
            Happening::Report(report) => report.id.number() as u64,
        }
    }

    /// Whether back ends are told of it.
    pub fn is_told(&self) -> bool {
        self.sort().is_some()
    }

    /// What a back end calls it; nothing for what it is not told.
    fn sort(&self) -> Option<&'static str> {
        match self {
            Happening::Change(event) => name(&event.change),
            Happening::Report(_) => Some("report.created"),
        }
    }

    /// The same whenever this is told again.
    fn id(&self, epoch: u64) -> String {
        match self {
            Happening::Change(event) => format!("evt_{epoch}_{}_{}", event.room.number(), seq(event)),
            Happening::Report(report) => format!("evt_{epoch}_report_{}", report.id.number()),
        }
    }
}

fn fields(o: &mut Object<'_>, sort: &str, happening: &Happening) {
    o.put("type", sort);
    match happening {
        Happening::Change(event) => {
            o.put("timestamp", Seconds(event.at)).nest("data", |o| data(o, event));
        }
        Happening::Report(report) => {
            o.put("timestamp", Seconds(report.at)).nest("data", |o| {
                super::report::fields(o, report);
                o.put("seq", None::<u64>);
            });
        }
    }
}

/// The sorts of events that back ends are told of.
pub const SORTS: [&str; 13] = [
    "message.created",
    "message.edited",
    "message.deleted",
    "message.reacted",
    "message.unreacted",
    "message.pinned",
    "message.unpinned",
    "member.added",
    "member.removed",
    "member.updated",
    "chat.created",
    "chat.changed",
    "report.created",
];

/// What a back end calls it; nothing for what it is not told.
fn name(change: &Change) -> Option<&'static str> {
    Some(match change {
        Change::Created { .. } => "chat.created",
        Change::Added { .. } => "member.added",
        Change::Removed { .. } => "member.removed",
        Change::Sent { .. } => "message.created",
        Change::Edited { .. } => "message.edited",
        Change::Deleted { .. } => "message.deleted",
        Change::Liked { .. } | Change::Extra(Extra::Reacted { .. }) => "message.reacted",
        Change::Unliked { .. } | Change::Extra(Extra::Unreacted { .. }) => "message.unreacted",
        Change::Extra(Extra::Pinned { .. }) => "message.pinned",
        Change::Extra(Extra::Unpinned { .. }) => "message.unpinned",
        Change::Extra(Extra::Updated { .. }) => "member.updated",
        Change::Extra(Extra::Changed { .. }) => "chat.changed",
        Change::Extra(Extra::Silenced { .. }) => return None,
        Change::Closed | Change::Read(_) | Change::Delivered(_) => return None,
    })
}

/// A room's making stands before everything in it.
fn seq(event: &Event) -> u64 {
    if matches!(event.change, Change::Created { .. }) { 0 } else { event.head.seq }
}

fn data(o: &mut Object<'_>, event: &Event) {
    match &event.change {
        // A like is a reaction like any other.
        Change::Liked { message, likes } => {
            let change = Change::Extra(Extra::Reacted { message: *message, emoji: Emoji::LIKE, by: likes.clone() });
            socketio::change(o, &Event { change, ..event.clone() }, Features::ALL);
        }
        Change::Unliked { message, likes } => {
            let change = Change::Extra(Extra::Unreacted { message: *message, emoji: Emoji::LIKE, by: likes.clone() });
            socketio::change(o, &Event { change, ..event.clone() }, Features::ALL);
        }
        _ => socketio::change(o, event, Features::ALL),
    }
    if let Change::Created { title, people } = &event.change {
        o.put("title", title.as_deref());
        o.objects("members", people, |o, person| {
            o.put("user_id", person.handle.uuid).put("user_name", person.name.as_str());
        });
    }
    o.put("seq", seq(event));
}
