//! Keeping what a batch of commands has written: one statement a table.

use chat_domain::fact::Written;
use chat_domain::{Member, Room, RoomId};

use super::previous::Previous;
use super::{files, mentions, moderation};
use crate::by_name::{insert, update, upsert};
use crate::rows::{room_word, spelled};
use crate::sql::{Rows, Write};

pub(crate) mod messages;

use messages::{changed_messages, messages, messages_with_more, threads};

/// The statements that write all of it, in this order: new rooms first, which other rows refer to; the new `seq` of the
/// others last.
pub(super) fn statements<'w>(written: &'w Written, before: &Previous) -> Vec<Write<'w>> {
    let members = before.members(&written.members);
    let (moved, changed): (Vec<_>, Vec<_>) = written.rooms.iter().partition(|room| before.only_went_on(room));
    let statements = [
        rooms(written.new_rooms.iter()),
        whole_members(&members.whole),
        sent_more(&members.sent),
        read_on(&members.read),
        reached_on(&members.delivered),
        messages(written),
        messages_with_more(written),
        changed_messages(written),
        threads(written),
        mentions::forgotten(written),
        mentions::kept(written),
        mentions::owed(written),
        log(written),
        receipts(written),
        forgotten_reactions(written),
        reactions(written),
        files::bound(written),
        files::gone(written),
        sent(written),
        made(written),
        directs(written),
        lobby(written),
        moderation::acts(written),
        moderation::purges(written),
        moderation::unblocked(written),
        moderation::blocked(written),
        rooms(changed.into_iter()),
        rooms_that_went_on(&moved),
    ];
    statements.into_iter().filter(|write| !write.rows.is_empty()).collect()
}

/// New rooms, and those of which anything may have changed.
fn rooms<'w>(rooms: impl Iterator<Item = &'w Room>) -> Write<'w> {
    upsert!("rooms", rooms, |room| {
        key { id: room.id }
        once { kind: room_word(room.kind), created_at: room.created_at }
        set {
            title: room.title.as_deref(),
            owner: room.owner,
            seq: room.head.seq,
            moves: room.head.moves,
            members_seq: room.members_seq,
            members: room.members,
            last_at: room.last_at,
            last_message: room.last_message,
            sent: room.sent,
            pins: room.pins,
            slow_mode: room.slow_mode,
            frozen: room.frozen,
            closed: room.closed,
        }
    })
}

/// Rooms in which something was said, and nothing else has changed.
fn rooms_that_went_on<'w>(rooms: &[&'w Room]) -> Write<'w> {
    update!("rooms", rows(rooms), |room| {
        key { id: room.id }
        set {
            seq: room.head.seq,
            moves: room.head.moves,
            last_at: room.last_at,
            last_message: room.last_message,
            sent: room.sent,
        }
    })
}

/// New members, and those of whom anything may have changed.
fn whole_members<'w>(members: &[&'w (RoomId, Member)]) -> Write<'w> {
    upsert!("members", rows(members), |(room, member)| {
        key { room: *room, person: member.user }
        set {
            active: member.active,
            moderator: member.moderator,
            muted: member.muted,
            banned: member.banned,
            silenced: member.silenced,
            joined: member.joined,
            sent: member.sent,
            said: member.said,
            read_message: member.read.message,
            read_number: member.read.number,
            read_own: member.read.own,
            read_at: member.read.at,
            read_moved: member.read.moved,
            delivered_message: member.delivered.message,
            delivered_number: member.delivered.number,
            delivered_own: member.delivered.own,
            delivered_at: member.delivered.at,
            delivered_moved: member.delivered.moved,
        }
    })
}

/// Members who have said more.
pub(crate) fn sent_more<'w>(members: &[&'w (RoomId, Member)]) -> Write<'w> {
    update!("members", rows(members), |(room, member)| {
        key { room: *room, person: member.user }
        set { sent: member.sent, said: member.said }
    })
}

/// Members whose read position moved.
fn read_on<'w>(members: &[&'w (RoomId, Member)]) -> Write<'w> {
    update!("members", rows(members), |(room, member)| {
        key { room: *room, person: member.user }
        set {
            read_message: member.read.message,
            read_number: member.read.number,
            read_own: member.read.own,
            read_at: member.read.at,
            read_moved: member.read.moved,
        }
    })
}

/// Members whom more has reached.
fn reached_on<'w>(members: &[&'w (RoomId, Member)]) -> Write<'w> {
    update!("members", rows(members), |(room, member)| {
        key { room: *room, person: member.user }
        set {
            delivered_message: member.delivered.message,
            delivered_number: member.delivered.number,
            delivered_own: member.delivered.own,
            delivered_at: member.delivered.at,
            delivered_moved: member.delivered.moved,
        }
    })
}

fn rows<'s, 'w, T>(rows: &'s [&'w T]) -> impl Iterator<Item = &'w T> + use<'s, 'w, T> {
    rows.iter().copied()
}

fn log(written: &Written) -> Write<'_> {
    insert!("changes", written.log.iter(), |row| {
        room: row.room,
        seq: row.seq,
        at: row.at,
        actor: row.actor,
        kind: row.kind.word(),
        message: row.message,
        person: row.user,
        heir: row.heir,
        title: row.text.as_deref(),
    })
}

fn receipts(written: &Written) -> Write<'_> {
    // A delivered position is in its member's row; only when somebody read something is asked for later.
    let read = written.receipts.iter().filter(|receipt| receipt.what == chat_domain::rows::Reach::Read);
    insert!("receipts", read, |row| {
        room: row.room,
        person: row.user,
        number: row.number,
        upto: row.upto,
        at: row.at,
        moves: row.moves,
    })
}

fn forgotten_reactions(written: &Written) -> Write<'_> {
    let gone = Rows::new(written.forgotten.iter().map(|&(room, message)| [room.into(), message.into()]));
    Write::other("DELETE FROM reactions WHERE (room, message) IN (", gone, ")")
}

fn reactions(written: &Written) -> Write<'_> {
    upsert!("reactions", written.reactions.iter(), |row| {
        key { room: row.room, message: row.message, person: row.user.id, emoji: row.emoji.as_str() }
        set { stands: row.stands, at: row.at, seq: row.seq }
    })
}

/// What was first said under a name.
pub(crate) fn sent(written: &Written) -> Write<'_> {
    let rows = Rows::new(written.sent.iter().map(|row| {
        let digest = spelled(row.digest).into();
        [row.room.into(), row.user.into(), row.client_id.as_str().into(), digest, row.message.into()]
    }));
    Write::insert(SENT, rows, "")
}

/// Where the names of messages go.
pub(crate) const SENT: &str = "sent (room, person, client_id, digest, message)";

/// What was first made under a name.
fn made(written: &Written) -> Write<'_> {
    insert!("made", written.made.iter(), |row| {
        person: row.user,
        client_id: row.client_id.as_str(),
        digest: spelled(row.digest),
        room: row.room,
    })
}

/// Whose direct chat is whose.
fn directs(written: &Written) -> Write<'_> {
    insert!("directs", written.directs.iter(), |row| { low: row.low, high: row.high, room: row.room })
}

fn lobby(written: &Written) -> Write<'_> {
    upsert!("lobby", written.lobby.iter(), |row| {
        key { person: row.user }
        set { waiting: row.waiting, room: row.room, partner: row.partner, lease: row.lease }
    })
}
