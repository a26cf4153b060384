//! Answers to operators: `{data, missing}`, with ids as UUIDs. `missing` names the nodes that did not answer in time.

use chat_domain::oversight::{FoundRooms, Inspected};
use chat_domain::subscribers::Subscribed;
use chat_domain::view::Membership;
use chat_domain::{Account, Handle, Person, Room, RoomId, Time, UserId, Uuid};

use super::super::Tree;
use super::chat::kind;
pub use super::together::together;
use super::{Reply, bare};
use crate::json::{Micros, Object};

/// A node as operators see it.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its id, which is new at each start.
    pub id: Uuid,
    /// The version of the server that runs there.
    pub version: &'static str,
    /// The moment when it started.
    pub since: Time,
    /// Whether it is about to stop.
    pub leaving: bool,
    /// How many connections are open on it.
    pub connections: usize,
}

/// A node as a whole.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The node itself.
    pub node: Node,
    /// Whether the store answers.
    pub store: bool,
    /// How many connections of each dialect are open.
    pub dialects: Vec<(&'static str, usize)>,
    /// How many people have a connection.
    pub people: usize,
    /// How many rooms are held in memory: somebody listens to them, or did a moment ago.
    pub rooms: usize,
    /// How many bytes wait for clients.
    pub bytes_waiting: usize,
    /// Whether this operator may change anything.
    pub may_change: bool,
}

/// A client's connection.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its id, by which it can be closed.
    pub id: String,
    /// The node to which it goes.
    pub node: Uuid,
    /// The user.
    pub user: Handle,
    /// The dialect that it speaks.
    pub dialect: &'static str,
    /// When it was opened.
    pub since: Time,
    /// The rooms that it has joined.
    pub joined: Vec<RoomId>,
    /// How many bytes wait for it.
    pub bytes_waiting: usize,
    /// When something was last written to it, to about a second.
    pub last_written: Option<Time>,
}

/// A connection that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// When it ended.
    pub at: Time,
    /// The dialect that it spoke.
    pub dialect: &'static str,
    /// When it was opened.
    pub since: Time,
    /// The code with which it was closed; `None` if the client went away or was lost.
    pub code: Option<u16>,
    /// Why it ended.
    pub reason: &'static str,
}

/// A setting in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name, as in the TOML file.
    pub name: String,
    /// Its value; for a secret, only whether it is set.
    pub value: String,
    /// Where the value comes from.
    pub from: String,
}

/// A user as operators see them.
#[derive(Clone, Debug)]
pub struct User<'a> {
    /// The user's account.
    pub account: &'a Account,
    /// Whether they are online.
    pub online: bool,
    /// The rooms that the user is in.
    pub rooms: &'a [Membership],
    /// The user's open connections.
    pub connections: &'a [Connection],
    /// The user's connections that have ended.
    pub closings: &'a [Closing],
}

/// Returns the state of a node.
pub fn overview(overview: &Overview) -> Reply {
    answer(|o| {
        o.nest("data", |o| {
            node(o, &overview.node);
            o.put("store", overview.store).put("people", overview.people as u64).put("rooms", overview.rooms as u64);
            o.nest("dialects", |o| {
                for (name, count) in &overview.dialects {
                    o.put(name, *count as u64);
                }
            });
            o.put("bytes_waiting", overview.bytes_waiting as u64).put("may_change", overview.may_change);
        });
    })
}

/// Returns the nodes.
pub fn nodes(nodes: &[Node]) -> Reply {
    answer(|o| {
        o.objects("data", nodes, node);
    })
}

/// Returns a page of connections; the next page begins after the number `next`.
pub fn connections(page: &[Connection], next: Option<u64>) -> Reply {
    answer(|o| {
        o.objects("data", page, connection).put("next", next);
    })
}

/// Returns the settings in force.
pub fn settings(settings: &[Setting]) -> Reply {
    answer(|o| {
        o.objects("data", settings, |o, setting| {
            o.put("name", setting.name.as_str()).put("value", setting.value.as_str());
            o.put("from", setting.from.as_str());
        });
    })
}

/// Returns a room and its first members.
pub fn room(found: &Inspected, online: &dyn Fn(UserId) -> bool) -> Reply {
    answer(|o| {
        o.nest("data", |o| {
            room_fields(o, &found.room);
            o.objects("members", &found.members, |o, member| {
                person(o, &member.person);
                o.put("is_online", online(member.person.id())).put("last_seen", member.last_seen.map(Micros));
                o.put("role", member.role.word());
            });
        });
    })
}

/// Returns a page of rooms; the next page begins `before` the room `next`.
pub fn rooms(found: &FoundRooms) -> Reply {
    answer(|o| {
        o.objects("data", &found.rooms, |o, room| room_fields(o, room));
        o.put("next", found.next.map(RoomId::uuid));
    })
}

/// Returns a user.
pub fn user(user: &User<'_>) -> Reply {
    answer(|o| {
        o.nest("data", |o| {
            person(o, &user.account.person);
            o.put("is_online", user.online).put("last_seen", user.account.last_seen.map(Micros));
            o.objects("rooms", user.rooms, |o, of| {
                o.put("id", of.room.uuid()).put("type", kind(of.kind)).put("members_count", of.members);
                o.put("seq", of.head.seq);
            });
            o.objects("connections", user.connections, connection).objects("closings", user.closings, closing);
        });
    })
}

/// Returns a page of people; the next page begins after the username `next`.
pub fn users(page: &[Account], online: &dyn Fn(UserId) -> bool, next: Option<&str>) -> Reply {
    answer(|o| {
        o.objects("data", page, |o, account| {
            person(o, &account.person);
            o.put("is_online", online(account.person.id())).put("last_seen", account.last_seen.map(Micros));
        });
        o.put("next", next);
    })
}

/// Returns all webhooks, and how far each was told.
pub fn webhooks(all: &[Subscribed]) -> Reply {
    answer(|o| {
        o.objects("data", all, super::webhook::fields);
    })
}

/// Returns that a change was made.
pub fn changed() -> Reply {
    super::done(Tree::V2)
}

pub(super) fn answer(fill: impl FnOnce(&mut Object<'_>)) -> Reply {
    bare(200, |o| {
        fill(o);
        o.list("missing", std::iter::empty::<Uuid>());
    })
}

pub(super) fn connection(o: &mut Object<'_>, connection: &Connection) {
    o.put("id", connection.id.as_str()).put("node", connection.node).put("user_id", connection.user.uuid);
    o.put("dialect", connection.dialect).put("since", Micros(connection.since));
    o.list("joined", connection.joined.iter().map(|room| room.uuid()));
    o.put("bytes_waiting", connection.bytes_waiting as u64);
    o.put("last_written", connection.last_written.map(Micros));
}

pub(super) fn closing(o: &mut Object<'_>, closing: &Closing) {
    o.put("at", Micros(closing.at)).put("dialect", closing.dialect).put("since", Micros(closing.since));
    o.put("code", closing.code.map(u64::from)).put("reason", closing.reason);
}

fn node(o: &mut Object<'_>, node: &Node) {
    o.put("id", node.id).put("version", node.version).put("since", Micros(node.since));
    o.put("leaving", node.leaving).put("connections", node.connections as u64);
}

fn person(o: &mut Object<'_>, person: &Person) {
    o.put("id", person.handle.uuid).put("int_id", person.id().number()).put("username", person.username.as_str());
    o.put("name", person.name.as_str()).put("avatar", person.avatar.as_str());
}

fn room_fields(o: &mut Object<'_>, room: &Room) {
    o.put("id", room.id.uuid()).put("int_id", room.id.number()).put("type", kind(room.kind));
    o.put("title", room.title.as_deref()).put("owner_id", room.owner.map(UserId::uuid));
    o.put("created_at", Micros(room.created_at)).put("last_at", Micros(room.last_at)).put("closed", room.closed);
    o.put("members_count", room.members).put("messages_count", room.sent);
    o.put("seq", room.head.seq).put("moves", room.head.moves);
}
