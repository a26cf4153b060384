//! Keeping what a batch of commands has written: one statement a table.

use chat_domain::fact::Written;
use chat_domain::room::Position;
use chat_domain::{Member, Room, RoomId};

use super::mentions;
use super::previous::Previous;
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
        moved_on(&members.read, READ, |member| &member.read),
        moved_on(&members.delivered, DELIVERED, |member| &member.delivered),
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
        sent(written),
        made(written),
        directs(written),
        lobby(written),
        rooms(changed.into_iter()),
        rooms_that_went_on(&moved),
    ];
    statements.into_iter().filter(|write| !write.rows.is_empty()).collect()
}

/// New rooms, and those of which anything may have changed.
fn rooms<'w>(rooms: impl Iterator<Item = &'w Room>) -> Write<'w> {
    let rows = Rows::new(rooms.map(|room| {
        [
            room.id.into(),
            room_word(room.kind).into(),
            room.title.as_deref().into(),
            room.owner.into(),
            room.created_at.into(),
            room.head.seq.into(),
            room.head.moves.into(),
            room.members_seq.into(),
            room.members.into(),
            room.last_at.into(),
            room.last_message.into(),
            room.sent.into(),
            room.pins.into(),
            room.closed.into(),
        ]
    }));
    Write::insert(
        "rooms (id, kind, title, owner, created_at, seq, moves, members_seq, members, last_at, last_message,
            sent, pins, closed)",
        rows,
        "ON CONFLICT (id) DO UPDATE SET title = excluded.title, owner = excluded.owner, seq = excluded.seq,
            moves = excluded.moves, members_seq = excluded.members_seq, members = excluded.members,
            last_at = excluded.last_at, last_message = excluded.last_message, sent = excluded.sent,
            pins = excluded.pins, closed = excluded.closed",
    )
}

fn rooms_that_went_on<'w>(rooms: &[&'w Room]) -> Write<'w> {
    let rows = Rows::new(rooms.iter().map(|room| {
        [
            room.id.into(),
            room.head.seq.into(),
            room.head.moves.into(),
            room.last_at.into(),
            room.last_message.into(),
            room.sent.into(),
        ]
    }));
    let tail = "rooms SET seq = new.seq, moves = new.moves, last_at = new.last_at, last_message = new.last_message,
        sent = new.sent FROM new WHERE rooms.id = new.id";
    Write::update("new (id, seq, moves, last_at, last_message, sent)", rows, tail)
}

fn whole_members<'w>(members: &[&'w (RoomId, Member)]) -> Write<'w> {
    let rows = Rows::new(members.iter().map(|&&(room, ref member)| {
        [
            room.into(),
            member.user.into(),
            member.active.into(),
            member.joined.into(),
            member.sent.into(),
            member.read.message.into(),
            member.read.number.into(),
            member.read.own.into(),
            member.read.at.into(),
            member.read.moved.into(),
            member.delivered.message.into(),
            member.delivered.number.into(),
            member.delivered.own.into(),
            member.delivered.at.into(),
            member.delivered.moved.into(),
        ]
    }));
    Write::insert("members (room, person, active, joined, sent, read_message, read_number, read_own, read_at, read_moved,
            delivered_message, delivered_number, delivered_own, delivered_at, delivered_moved)",
        rows,
        "ON CONFLICT (room, person) DO UPDATE SET active = excluded.active, joined = excluded.joined, sent = excluded.sent,
            read_message = excluded.read_message, read_number = excluded.read_number, read_own = excluded.read_own,
            read_at = excluded.read_at, read_moved = excluded.read_moved, delivered_message = excluded.delivered_message,
            delivered_number = excluded.delivered_number, delivered_own = excluded.delivered_own,
            delivered_at = excluded.delivered_at, delivered_moved = excluded.delivered_moved",
    )
}

pub(crate) fn sent_more<'w>(members: &[&'w (RoomId, Member)]) -> Write<'w> {
    let rows = Rows::new(members.iter().map(|&&(room, member)| [room.into(), member.user.into(), member.sent.into()]));
    let tail = "members SET sent = new.sent FROM new WHERE members.room = new.room AND members.person = new.person";
    Write::update("new (room, person, sent)", rows, tail)
}

/// Members of whom one position moved.
fn moved_on<'w>(members: &[&'w (RoomId, Member)], tail: &'static str, which: fn(&Member) -> &Position) -> Write<'w> {
    let rows = Rows::new(members.iter().map(|(room, member)| {
        let Position { message, number, own, at, moved } = *which(member);
        [(*room).into(), member.user.into(), message.into(), number.into(), own.into(), at.into(), moved.into()]
    }));
    Write::update("new (room, person, message, number, own, at, moved)", rows, tail)
}

const READ: &str = "members SET read_message = new.message, read_number = new.number, read_own = new.own,
    read_at = new.at, read_moved = new.moved FROM new WHERE members.room = new.room AND members.person = new.person";

const DELIVERED: &str = "members SET delivered_message = new.message, delivered_number = new.number,
    delivered_own = new.own, delivered_at = new.at, delivered_moved = new.moved FROM new
    WHERE members.room = new.room AND members.person = new.person";

fn log(written: &Written) -> Write<'_> {
    let rows = Rows::new(written.log.iter().map(|row| {
        [
            row.room.into(),
            row.seq.into(),
            row.at.into(),
            row.actor.into(),
            row.kind.word().into(),
            row.message.into(),
            row.user.into(),
            row.heir.into(),
            row.text.as_deref().into(),
        ]
    }));
    Write::insert("changes (room, seq, at, actor, kind, message, person, heir, title)", rows, "")
}

fn receipts(written: &Written) -> Write<'_> {
    // A delivered position is in its member's row; only when somebody read something is asked for later.
    let read = written.receipts.iter().filter(|receipt| receipt.what == chat_domain::rows::Reach::Read);
    let rows = Rows::new(read.map(|row| {
        [row.room.into(), row.user.into(), row.number.into(), row.upto.into(), row.at.into(), row.moves.into()]
    }));
    Write::insert("receipts (room, person, number, upto, at, moves)", rows, "")
}

fn forgotten_reactions(written: &Written) -> Write<'_> {
    let gone = Rows::new(written.forgotten.iter().map(|&(room, message)| [room.into(), message.into()]));
    Write::other("DELETE FROM reactions WHERE (room, message) IN (", gone, ")")
}

fn reactions(written: &Written) -> Write<'_> {
    let rows = Rows::new(written.reactions.iter().map(|row| {
        let emoji = row.emoji.as_str().into();
        let (user, stands) = (row.user.id.into(), row.stands.into());
        [row.room.into(), row.message.into(), user, emoji, stands, row.at.into(), row.seq.into()]
    }));
    Write::insert(
        "reactions (room, message, person, emoji, stands, at, seq)",
        rows,
        "ON CONFLICT (room, message, person, emoji) DO UPDATE SET stands = excluded.stands, at = excluded.at,
            seq = excluded.seq",
    )
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
    let rows = Rows::new(
        written
            .made
            .iter()
            .map(|row| [row.user.into(), row.client_id.as_str().into(), spelled(row.digest).into(), row.room.into()]),
    );
    Write::insert("made (person, client_id, digest, room)", rows, "")
}

/// Whose direct chat is whose.
fn directs(written: &Written) -> Write<'_> {
    let rows = Rows::new(written.directs.iter().map(|row| [row.low.into(), row.high.into(), row.room.into()]));
    Write::insert("directs (low, high, room)", rows, "")
}

fn lobby(written: &Written) -> Write<'_> {
    let rows = Rows::new(
        written
            .lobby
            .iter()
            .map(|row| [row.user.into(), row.waiting.into(), row.room.into(), row.partner.into(), row.lease.into()]),
    );
    let tail = "ON CONFLICT (person) DO UPDATE SET waiting = excluded.waiting, room = excluded.room,
        partner = excluded.partner, lease = excluded.lease";
    Write::insert("lobby (person, waiting, room, partner, lease)", rows, tail)
}
