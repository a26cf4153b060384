//! The members of rooms, with their positions.

use chat_domain::{Member, Position, RoomId, Time};

use super::{row, table};
use crate::by_name::{update, upsert};
use crate::rows::{count, message_id, room_id, user};
use crate::sql::Write;
use crate::work_error::Worked;

table! {
    /// The members of rooms, and those who have left.
    members {
        room, person, active, moderator, muted, banned, silenced, joined, sent, said, read_message, read_number, read_own, read_at, read_moved, delivered_message,
        delivered_number, delivered_own, delivered_at, delivered_moved,
    }
}

table! {
    /// Direct chats that users have taken off their lists, with how many messages these had then.
    hidden { person, room, sent }
}

row! {
    /// A member of a room, of `members m`.
    MemberRow of members as "m" {
        room: i64,
        person: i64,
        active: bool,
        joined: i64,
        sent: i64,
        read_message: Option<i64>,
        read_number: i64,
        read_own: i64,
        read_at: i64,
        read_moved: i64,
        delivered_message: Option<i64>,
        delivered_number: i64,
        delivered_own: i64,
        delivered_at: i64,
        delivered_moved: i64,
    }
}

/// The columns of a [`MemberRow`].
pub(crate) const MEMBER: &str = MemberRow::COLUMNS;

row! {
    /// What a member may and may not, of the same `members m`.
    StandingRow of members as "m" {
        moderator: bool,
        muted: Option<i64>,
        banned: Option<i64>,
        silenced: bool,
        said: i64,
    }
}

/// The columns of a [`StandingRow`].
pub(crate) const STANDING: &str = StandingRow::COLUMNS;

/// One member: [`MEMBER`] and [`STANDING`].
pub(crate) type WholeMemberRow = (MemberRow, StandingRow);

/// The member of a row, and the room that they are in.
pub(crate) fn member((row, standing): WholeMemberRow) -> Worked<(RoomId, Member)> {
    let read = Position {
        message: row.read_message.map(message_id).transpose()?,
        number: count(row.read_number)?,
        own: count(row.read_own)?,
        at: Time(row.read_at),
        moved: count(row.read_moved)?,
    };
    let delivered = Position {
        message: row.delivered_message.map(message_id).transpose()?,
        number: count(row.delivered_number)?,
        own: count(row.delivered_own)?,
        at: Time(row.delivered_at),
        moved: count(row.delivered_moved)?,
    };
    let member = Member {
        user: user(row.person)?,
        active: row.active,
        moderator: standing.moderator,
        muted: standing.muted.map(Time),
        banned: standing.banned.map(Time),
        silenced: standing.silenced,
        joined: count(row.joined)?,
        sent: count(row.sent)?,
        said: Time(standing.said),
        read,
        delivered,
    };
    Ok((room_id(row.room)?, member))
}

/// New members, and those of whom anything may have changed.
pub(crate) fn whole_members<'w>(members: &[&'w (RoomId, Member)]) -> Write<'w> {
    upsert!(members, members.iter().copied(), |(room, member)| {
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
    update!(members, members.iter().copied(), |(room, member)| {
        key { room: *room, person: member.user }
        set { sent: member.sent, said: member.said }
    })
}

/// Members whose read position moved.
pub(crate) fn read_on<'w>(members: &[&'w (RoomId, Member)]) -> Write<'w> {
    update!(members, members.iter().copied(), |(room, member)| {
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
pub(crate) fn reached_on<'w>(members: &[&'w (RoomId, Member)]) -> Write<'w> {
    update!(members, members.iter().copied(), |(room, member)| {
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
