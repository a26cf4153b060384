//! The answer to why a user did or did not get a message: what was found, in order.

use chat_domain::devices::Tried;
use chat_domain::oversight::Trace;
use chat_domain::{Device, Level, Message, MessageId, Position, Time};

use super::Reply;
use super::admin::{Closing, Connection, answer, closing, connection};
use crate::json::{Micros, Object};

/// What is known of a message's way to a user.
pub struct Explained<'a> {
    /// What the journal knows.
    pub trace: &'a Trace,
    /// When that was asked.
    pub now: Time,
    /// The user's open connections.
    pub connections: &'a [Connection],
    /// The user's connections that have ended.
    pub closings: &'a [Closing],
    /// The level at which the user is pushed messages of the room; `None` if they are not in it.
    pub level: Option<Level>,
    /// The user's devices, and how the last pushes to each went.
    pub devices: &'a [(Device, Tried)],
}

/// A finding: its name, and what writes its fields.
type Finding<'a> = (&'a str, &'a dyn Fn(&mut Object<'_>));

/// Returns what was found, in order.
pub fn explain(explained: &Explained<'_>) -> Reply {
    let Explained { trace, now, connections, closings, level, devices } = explained;
    let (message, member) = (&trace.message, trace.member.unwrap_or_else(|| nobody(trace)));
    let findings: [Finding<'_>; 11] = [
        ("member_since", &|o| {
            o.put("at", trace.since.map(Micros));
        }),
        ("message", &|o| fields(o, message)),
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
        ("notify", &|o| {
            o.put("level", level.map(Level::word));
        }),
        ("push", &|o| {
            o.objects("subscriptions", *devices, subscription);
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

/// Writes what is known of the message itself.
fn fields(o: &mut Object<'_>, message: &Message) {
    o.put("id", message.id.uuid()).put("chat_id", message.room.uuid()).put("seq", message.seq);
    o.put("user_id", message.sender.handle.uuid).put("at", Micros(message.created_at));
    o.put("edited_at", message.edited.map(|(at, _)| Micros(at)));
    o.put("deleted_at", message.deleted.map(|(at, _)| Micros(at)));
}

/// Writes a device, and how the last pushes to it went.
fn subscription(o: &mut Object<'_>, (device, tried): &(Device, Tried)) {
    // Only the host is shown: whoever knows the whole address could push to the device.
    let service = device.address.split('/').nth(2).unwrap_or_default();
    o.put("id", device.id).put("service", service).put("since", Micros(device.created_at));
    o.put("tries", u64::from(tried.tries)).put("at", tried.at.map(Micros));
    o.put("answer", tried.at.map(|_| tried.answer.as_str()));
}

/// Writes a position: up to which message it is, whether that is this one or a later one, and when it moved there.
fn position(o: &mut Object<'_>, position: Position, upto: Option<MessageId>, message: MessageId) {
    o.put("message_id", upto.map(MessageId::uuid)).put("reached", upto >= Some(message));
    o.put("at", position.message.map(|_| Micros(position.at)));
}

/// Returns the row of a user who never was in the room.
fn nobody(trace: &Trace) -> chat_domain::Member {
    chat_domain::Member::stranger(trace.message.sender.id())
}
