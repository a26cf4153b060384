//! Keeping what a batch of commands has written: one statement a table.

use chat_domain::Room;
use chat_domain::known::Written;

use super::Conn;
use crate::rows::{room_word, spelled};
use crate::sql::Rows;
use crate::trouble::Worked;

/// Writes all of it: new rooms first, which other rows refer to, then everything else side by side. Answers with the mark of
/// the transaction.
pub(super) async fn written(conn: &Conn, written: &Written) -> Worked<i64> {
    rooms(conn, &written.new_rooms).await?;
    let ((), (), (), (), (), (), (), mark) = tokio::try_join!(
        members(conn, written),
        messages(conn, written),
        log(conn, written),
        likes(conn, written),
        names(conn, written),
        lobby(conn, written),
        rooms(conn, &written.rooms),
        async { Ok(conn.mark().await?) },
    )?;
    Ok(mark)
}

/// Rooms are few: new ones and changed ones go the same way.
async fn rooms(conn: &Conn, rooms: &[Room]) -> Worked<()> {
    let rows = Rows::new(rooms.iter().map(|room| {
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
            room.closed.into(),
        ]
    }));
    conn.write(
        "INSERT INTO rooms (id, kind, title, owner, created_at, seq, moves, members_seq, members, last_at, last_message,
            sent, closed)",
        rows,
        "ON CONFLICT (id) DO UPDATE SET title = excluded.title, owner = excluded.owner, seq = excluded.seq,
            moves = excluded.moves, members_seq = excluded.members_seq, members = excluded.members,
            last_at = excluded.last_at, last_message = excluded.last_message, sent = excluded.sent,
            closed = excluded.closed",
    )
    .await?;
    Ok(())
}

async fn members(conn: &Conn, written: &Written) -> Worked<()> {
    let rows = Rows::new(written.members.iter().map(|(room, member)| {
        [
            (*room).into(),
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
    conn.write(
        "INSERT INTO members (room, person, active, joined, sent, read_message, read_number, read_own, read_at, read_moved,
            delivered_message, delivered_number, delivered_own, delivered_at, delivered_moved)",
        rows,
        "ON CONFLICT (room, person) DO UPDATE SET active = excluded.active, joined = excluded.joined, sent = excluded.sent,
            read_message = excluded.read_message, read_number = excluded.read_number, read_own = excluded.read_own,
            read_at = excluded.read_at, read_moved = excluded.read_moved, delivered_message = excluded.delivered_message,
            delivered_number = excluded.delivered_number, delivered_own = excluded.delivered_own,
            delivered_at = excluded.delivered_at, delivered_moved = excluded.delivered_moved",
    )
    .await?;
    Ok(())
}

async fn messages(conn: &Conn, written: &Written) -> Worked<()> {
    let rows = Rows::new(written.new_messages.iter().map(|message| {
        [
            message.room.into(),
            message.id.into(),
            message.seq.into(),
            message.number.into(),
            message.sender.id().into(),
            message.own_number.into(),
            message.kind.word().into(),
            (*message.content).into(),
            (*message.metadata).into(),
            message.created_at.into(),
            message.edited.map(|(at, _)| at).into(),
            message.edited.map(|(_, seq)| seq as i64).into(),
            message.deleted.map(|(at, _)| at).into(),
            message.deleted.map(|(_, seq)| seq as i64).into(),
            message.likes.into(),
        ]
    }));
    let head = "INSERT INTO messages (room, id, seq, number, sender, own_number, kind, content, metadata, created_at,
        edited_at, edited_seq, deleted_at, deleted_seq, likes)";
    conn.write(head, rows, "").await?;
    changed_messages(conn, written).await
}

/// Messages that were edited, deleted or liked.
async fn changed_messages(conn: &Conn, written: &Written) -> Worked<()> {
    let rows = Rows::new(written.messages.iter().map(|message| {
        [
            message.room.into(),
            message.id.into(),
            (*message.content).into(),
            (*message.metadata).into(),
            message.edited.map(|(at, _)| at).into(),
            message.edited.map(|(_, seq)| seq as i64).into(),
            message.deleted.map(|(at, _)| at).into(),
            message.deleted.map(|(_, seq)| seq as i64).into(),
            message.likes.into(),
        ]
    }));
    let head = "WITH new (room, id, content, metadata, edited_at, edited_seq, deleted_at, deleted_seq, likes) AS (";
    let tail = ") UPDATE messages SET content = new.content, metadata = new.metadata, edited_at = new.edited_at,
        edited_seq = new.edited_seq, deleted_at = new.deleted_at, deleted_seq = new.deleted_seq, likes = new.likes
        FROM new WHERE messages.room = new.room AND messages.id = new.id";
    conn.write(head, rows, tail).await?;
    Ok(())
}

async fn log(conn: &Conn, written: &Written) -> Worked<()> {
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
    conn.write("INSERT INTO changes (room, seq, at, actor, kind, message, person, heir, title)", rows, "").await?;
    // A delivered position is in its member's row; only when somebody read something is asked for later.
    let read = written.receipts.iter().filter(|receipt| receipt.what == chat_domain::rows::Reach::Read);
    let rows = Rows::new(read.map(|row| {
        [row.room.into(), row.user.into(), row.number.into(), row.upto.into(), row.at.into(), row.moves.into()]
    }));
    conn.write("INSERT INTO receipts (room, person, number, upto, at, moves)", rows, "").await?;
    Ok(())
}

async fn likes(conn: &Conn, written: &Written) -> Worked<()> {
    let gone = Rows::new(written.forgotten.iter().map(|&(room, message)| [room.into(), message.into()]));
    conn.write("DELETE FROM likes WHERE (room, message) IN (", gone, ")").await?;
    let rows = Rows::new(written.likes.iter().map(|row| {
        [row.room.into(), row.message.into(), row.user.id.into(), row.liked.into(), row.at.into(), row.seq.into()]
    }));
    let tail = "ON CONFLICT (room, message, person) DO UPDATE SET liked = excluded.liked, at = excluded.at, seq = excluded.seq";
    conn.write("INSERT INTO likes (room, message, person, liked, at, seq)", rows, tail).await?;
    Ok(())
}

/// What was first said under a name, and whose direct chat is whose.
async fn names(conn: &Conn, written: &Written) -> Worked<()> {
    let rows = Rows::new(written.sent.iter().map(|row| {
        let digest = spelled(row.digest).into();
        [row.room.into(), row.user.into(), row.client_id.as_str().into(), digest, row.message.into()]
    }));
    conn.write("INSERT INTO sent (room, person, client_id, digest, message)", rows, "").await?;
    let rows = Rows::new(
        written
            .made
            .iter()
            .map(|row| [row.user.into(), row.client_id.as_str().into(), spelled(row.digest).into(), row.room.into()]),
    );
    conn.write("INSERT INTO made (person, client_id, digest, room)", rows, "").await?;
    let rows = Rows::new(written.directs.iter().map(|row| [row.low.into(), row.high.into(), row.room.into()]));
    conn.write("INSERT INTO directs (low, high, room)", rows, "").await?;
    Ok(())
}

async fn lobby(conn: &Conn, written: &Written) -> Worked<()> {
    let rows = Rows::new(
        written
            .lobby
            .iter()
            .map(|row| [row.user.into(), row.waiting.into(), row.room.into(), row.partner.into(), row.lease.into()]),
    );
    let tail = "ON CONFLICT (person) DO UPDATE SET waiting = excluded.waiting, room = excluded.room,
        partner = excluded.partner, lease = excluded.lease";
    conn.write("INSERT INTO lobby (person, waiting, room, partner, lease)", rows, tail).await?;
    Ok(())
}
