//! What back ends are told of everything that happens, by pull or by webhook.

use std::sync::Arc;

use chat_domain::{Change, Emoji, Event, Extra, Report, RoomId, Time};

use super::super::pull::PullPlace;
use super::{Reply, USUAL, bare};
use crate::dialect::socketio;
use crate::features::Features;
use crate::json::{Object, Seconds, object};

/// Something that back ends may be told.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// A change in a room.
    Change(Arc<Event>),
    /// A report.
    Report(Report),
    /// Something is no longer known: changes of one room up to a `seq`, or, without a room, everything after a cursor.
    /// Only back ends that pull are told this.
    Forgotten(Option<(RoomId, u64)>, Time),
}

/// Returns what happened, in order, and where to go on.
pub fn events(happened: &[Happening], place: PullPlace) -> Reply {
    bare(200, |o| {
        o.objects("data", happened.iter().filter_map(|one| Some((one.kind()?, one))), |o, (kind, one)| {
            o.put("id", one.id(place.epoch).as_str());
            fields(o, kind, one);
        });
        o.put("cursor", place.spelled().as_str());
    })
}

/// What is posted to a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The id of the event, which is the same whenever the event is told again.
    pub id: String,
    /// The kind of event: one of [`EVENT_KINDS`].
    pub kind: &'static str,
    /// The body, in JSON.
    pub body: Vec<u8>,
}

/// Returns what is posted about something that happened; `None` if back ends are not told of it. Ids hold for one life
/// of the database (`epoch`): after a restore, other things happen with the same numbers.
pub fn posted(epoch: u64, happening: &Happening) -> Option<Posted> {
    let (kind, mut body) = (happening.kind()?, Vec::with_capacity(USUAL));
    object(&mut body, |o| fields(o, kind, happening));
    Some(Posted { id: happening.id(epoch), kind, body })
}

impl Happening {
    /// Returns its number: the `seq` in its room, or the number of a report.
    pub fn number(&self) -> u64 {
        match self {
            Happening::Change(event) => event.head.seq,
            Happening::Report(report) => report.id.number() as u64,
            Happening::Forgotten(what, _) => what.map_or(0, |(_, upto)| upto),
        }
    }

    /// Whether back ends are told of it.
    pub fn is_told(&self) -> bool {
        self.kind().is_some()
    }

    /// Returns the name of its kind; `None` if back ends are not told of it.
    fn kind(&self) -> Option<&'static str> {
        match self {
            Happening::Change(event) => name(&event.change),
            Happening::Report(_) => Some("report.created"),
            Happening::Forgotten(..) => Some("sync.required"),
        }
    }

    /// Returns the id of the event, which is the same whenever the event is told again.
    fn id(&self, epoch: u64) -> String {
        match self {
            Happening::Change(event) => format!("evt_{epoch}_{}_{}", event.room.number(), seq(event)),
            Happening::Report(report) => format!("evt_{epoch}_report_{}", report.id.number()),
            Happening::Forgotten(what, at) => {
                let (room, upto) = what.map_or((0, at.0 as u64), |(room, upto)| (room.number(), upto));
                format!("sync_{epoch}_{room}_{upto}")
            }
        }
    }
}

fn fields(o: &mut Object<'_>, kind: &str, happening: &Happening) {
    o.put("type", kind);
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
        Happening::Forgotten(what, at) => {
            let (room, upto) = what.unzip();
            o.put("timestamp", Seconds(*at)).nest("data", |o| {
                o.put("chat_id", room.map(RoomId::uuid)).put("seq", upto);
            });
        }
    }
}

/// The kinds of events that back ends are told of.
pub const EVENT_KINDS: [&str; 13] = [
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

/// Returns the name of a change's kind; `None` if back ends are not told of it.
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

/// Returns the `seq` of a change; 0 for the making of a room, which comes before everything in it.
fn seq(event: &Event) -> u64 {
    if matches!(event.change, Change::Created { .. }) { 0 } else { event.head.seq }
}

fn data(o: &mut Object<'_>, event: &Event) {
    match &event.change {
        // To back ends a like is a reaction like any other.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_forgotten_has_a_name_and_a_place() {
        let place = PullPlace { epoch: 1, no: 8, upto: 0 };
        let gaps = [None, RoomId::new(7).zip(Some(9))].map(|what| Happening::Forgotten(what, Time(5)));
        let body = String::from_utf8(events(&gaps, place).body).unwrap();
        let expected = concat!(
            r#"{"data":[{"id":"sync_1_0_5","type":"sync.required","timestamp":"1970-01-01T00:00:00Z","#,
            r#""data":{"chat_id":null,"seq":null}},"#,
            r#"{"id":"sync_1_7_9","type":"sync.required","timestamp":"1970-01-01T00:00:00Z","#,
            r#""data":{"chat_id":"63686174-0002-8000-8000-000000000007","seq":9}}],"cursor":"1.8.0"}"#,
        );
        assert_eq!(body, expected);
    }
}
