//! Why somebody did or did not get a message: what was found, in order.

use chat_domain::oversight::Trace;
use chat_domain::{MessageId, Position, Time};

use super::Reply;
use super::admin::{Closing, Connection, answer, closing, connection};
use crate::json::{Micros, Object};

/// What is known of a message's way to somebody.
pub struct Explained<'a> {
    /// What the journal says.
    pub trace: &'a Trace,
    /// When it says so.
    pub now: Time,
    /// Their open connections.
    pub connections: &'a [Connection],
    /// Those that have ended.
    pub closings: &'a [Closing],
}

/// A name, and what stands beside it.
type Finding<'a> = (&'a str, &'a dyn Fn(&mut Object<'_>));

/// Why somebody did or did not get a message.
pub fn explain(explained: &Explained<'_>) -> Reply {
    let Explained { trace, now, connections, closings } = explained;
    let (message, member) = (&trace.message, trace.member.unwrap_or_else(|| nobody(trace)));
    let findings: [Finding<'_>; 9] = [
        ("member_since", &|o| {
            o.put("at", trace.since.map(Micros));
        }),
        ("message", &|o| {
            o.put("id", message.id.uuid()).put("chat_id", message.room.uuid()).put("seq", message.seq);
            o.put("user_id", message.sender.handle.uuid).put("at", Micros(message.created_at));
            o.put("edited_at", message.edited.map(|(at, _)| Micros(at)));
            o.put("deleted_at", message.deleted.map(|(at, _)| Micros(at)));
        }),
        ("delivered", &|o| position(o, member.delivered, member.reached(), message.id)),
        ("read", &|o| position(o, member.read, member.read.message, message.id)),
        ("sockets", &|o| {
            o.objects("sockets", *connections, connection);
        }),
        ("closings", &|o| {
            o.objects("closings", *closings, closing);
        }),
        ("mute", &|o| {
            o.put("until", member.muted_at(*now).map(Micros));
        }),
        ("ban", &|o| {
            o.put("until", member.banned_at(*now).map(Micros));
        }),
        ("block", &|o| {
            o.put("blocks", trace.blocks).put("blocked", trace.blocked);
        }),
    ];
    answer(|o| {
        o.nest("data", |o| {
            o.objects("facts", findings, |o, (name, fill)| {
                o.put("fact", name);
                fill(o);
            });
        });
    })
}

/// Up to which message, whether that is this one or a later one, and when it moved there.
fn position(o: &mut Object<'_>, position: Position, upto: Option<MessageId>, message: MessageId) {
    o.put("message_id", upto.map(MessageId::uuid)).put("reached", upto >= Some(message));
    o.put("at", position.message.map(|_| Micros(position.at)));
}

/// A stranger has come nowhere.
fn nobody(trace: &Trace) -> chat_domain::Member {
    chat_domain::Member::stranger(trace.message.sender.id())
}
