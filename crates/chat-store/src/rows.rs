//! Rows as the databases give them, and the domain's words for them.

use std::sync::Arc;

use chat_domain::digest::Digest;
use chat_domain::rows::{LobbyRow, LogKind, LogRow, ReactionRow};
use chat_domain::{
    Account, Emoji, Handle, Head, Member, Message, MessageId, MessageKind, Notification, NotificationId,
    NotificationKind, Person, Position, Room, RoomId, RoomKind, Tallies, Time, UserId, Uuid,
};

use crate::work_error::{WorkError, Worked};

/// The columns of a [`PersonRow`], of `users u`.
pub(crate) const PERSON: &str = "u.id, u.uuid, u.username, u.name, u.avatar";

/// One user as the others see them.
pub(crate) type PersonRow = (i64, Option<String>, String, String, String);

/// The person of a row.
pub(crate) fn person((id, uuid, username, name, avatar): PersonRow) -> Worked<Arc<Person>> {
    Ok(Arc::new(Person { handle: handle(id, uuid.as_deref())?, username, name, avatar }))
}

/// One user with what only they and their friends see: [`PERSON`] and `u.last_seen`.
pub(crate) type AccountRow = (PersonRow, Option<i64>);

/// The account of a row.
pub(crate) fn account((row, last_seen): AccountRow) -> Worked<Account> {
    Ok(Account { person: person(row)?, last_seen: last_seen.map(Time) })
}

/// Both spellings of a user.
pub(crate) fn handle(id: i64, uuid: Option<&str>) -> Worked<Handle> {
    let computed = Handle::from(user(id)?);
    Ok(match uuid {
        Some(uuid) => Handle { uuid: uuid.parse::<Uuid>().map_err(|_| bad("a UUID", &uuid))?, ..computed },
        None => computed,
    })
}

/// The columns of a [`RoomRow`], of `rooms r`.
pub(crate) const ROOM: &str = "r.id, r.kind, r.title, r.owner, r.created_at, r.seq, r.moves, r.members_seq, r.members, \
                               r.last_at, r.last_message, r.sent, r.closed";

/// Whether the room `r` still has members: in a group that was ended nobody is, whatever the members' rows say.
pub(crate) const STANDS: &str = "NOT (r.closed AND r.kind = 'group')";

/// One room.
#[rustfmt::skip]
pub(crate) type RoomRow = (
    i64, String, Option<String>, Option<i64>, i64, i64, i64, i64, i64, i64, Option<i64>, i64, bool,
);

/// The room of a row.
pub(crate) fn room(row: RoomRow) -> Worked<Room> {
    let (id, kind, title, owner, created_at, seq, moves, members_seq, members, last_at, last_message, sent, closed) =
        row;
    Ok(Room {
        id: room_id(id)?,
        kind: room_kind(&kind)?,
        title,
        owner: owner.map(user).transpose()?,
        created_at: Time(created_at),
        head: Head { seq: count(seq)?, moves: count(moves)? },
        members_seq: count(members_seq)?,
        members: small(members)?,
        last_at: Time(last_at),
        last_message: last_message.map(message_id).transpose()?,
        sent: count(sent)?,
        closed,
    })
}

/// The sort of room that this word stands for.
pub(crate) fn room_kind(word: &str) -> Worked<RoomKind> {
    let all = [RoomKind::Direct, RoomKind::Group, RoomKind::Roulette];
    all.into_iter().find(|kind| room_word(*kind) == word).ok_or_else(|| bad("a kind of room", &word))
}

/// The word for a sort of room.
pub(crate) fn room_word(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Direct => "direct",
        RoomKind::Group => "group",
        RoomKind::Roulette => "roulette",
    }
}

/// The columns of a [`MemberRow`], of `members m`.
pub(crate) const MEMBER: &str = "m.room, m.person, m.active, m.joined, m.sent, \
                                 m.read_message, m.read_number, m.read_own, m.read_at, m.read_moved, \
                                 m.delivered_message, m.delivered_number, m.delivered_own, m.delivered_at, m.delivered_moved";

/// One member of a room.
#[rustfmt::skip]
pub(crate) type MemberRow = (
    i64, i64, bool, i64, i64, Option<i64>, i64, i64, i64, i64, Option<i64>, i64, i64, i64, i64,
);

/// The member of a row, and the room that they are in.
pub(crate) fn member(row: MemberRow) -> Worked<(RoomId, Member)> {
    let (room, person, active, joined, sent, rm, rn, ro, ra, rv, dm, dn, d_own, da, dv) = row;
    let read = position(rm, rn, ro, ra, rv)?;
    let delivered = position(dm, dn, d_own, da, dv)?;
    let (joined, sent) = (count(joined)?, count(sent)?);
    Ok((room_id(room)?, Member { user: user(person)?, active, joined, sent, read, delivered }))
}

fn position(message: Option<i64>, number: i64, own: i64, at: i64, moved: i64) -> Worked<Position> {
    let message = message.map(message_id).transpose()?;
    Ok(Position { message, number: count(number)?, own: count(own)?, at: Time(at), moved: count(moved)? })
}

/// The columns of a [`MessageRow`], of `messages m` and `users u`, their sender.
pub(crate) const MESSAGE: &str = "m.room, m.id, m.seq, m.number, m.own_number, m.kind, m.content, m.metadata, \
                                  m.created_at, m.edited_at, m.edited_seq, m.deleted_at, m.deleted_seq, m.reactions, \
                                  u.id, u.uuid, u.username, u.name, u.avatar";

/// One message with its sender.
#[rustfmt::skip]
pub(crate) type MessageRow = (
    (i64, i64, i64, i64, i64, String, String, String, i64, Option<i64>, Option<i64>, Option<i64>, Option<i64>, String),
    PersonRow,
);

/// The message of a row.
pub(crate) fn message((row, sender): MessageRow) -> Worked<Arc<Message>> {
    let (
        room,
        id,
        seq,
        number,
        own_number,
        kind,
        content,
        metadata,
        at,
        edited,
        edited_seq,
        deleted,
        deleted_seq,
        reactions,
    ) = row;
    Ok(Arc::new(Message {
        id: message_id(id)?,
        room: room_id(room)?,
        sender: person(sender)?,
        seq: count(seq)?,
        number: count(number)?,
        own_number: count(own_number)?,
        kind: MessageKind::from_word(&kind).ok_or_else(|| bad("a kind of message", &kind))?,
        content: content.into(),
        metadata: metadata.into(),
        created_at: Time(at),
        edited: edited.zip(edited_seq).map(|(at, seq)| Ok::<_, WorkError>((Time(at), count(seq)?))).transpose()?,
        deleted: deleted.zip(deleted_seq).map(|(at, seq)| Ok::<_, WorkError>((Time(at), count(seq)?))).transpose()?,
        reactions: Tallies::parse(&reactions).ok_or_else(|| bad("reactions", &reactions))?,
    }))
}

/// The columns of a [`ReactionOf`], of `reactions x` and `users u`.
pub(crate) const REACTION: &str = "x.room, x.message, u.id, u.uuid, x.emoji, x.stands, x.at, x.seq";

/// What one user last did about one reaction to a message.
pub(crate) type ReactionOf = (i64, i64, i64, Option<String>, String, bool, i64, i64);

/// The reaction of a row.
pub(crate) fn reaction(row: ReactionOf) -> Worked<ReactionRow> {
    let (room, message, person, uuid, emoji, stands, at, seq) = row;
    Ok(ReactionRow {
        room: room_id(room)?,
        message: message_id(message)?,
        user: handle(person, uuid.as_deref())?,
        emoji: Emoji::new(&emoji).ok_or_else(|| bad("an emoji", &emoji))?,
        stands,
        at: Time(at),
        seq: count(seq)?,
    })
}

/// The columns of a [`ChangeRow`], of `changes c`.
pub(crate) const CHANGE: &str = "c.room, c.seq, c.at, c.actor, c.kind, c.message, c.person, c.heir, c.title";

/// One durable change that is not a message.
pub(crate) type ChangeRow = (i64, i64, i64, i64, String, Option<i64>, Option<i64>, Option<i64>, Option<String>);

/// The change of a row.
pub(crate) fn change((room, seq, at, actor, kind, message, person, heir, text): ChangeRow) -> Worked<LogRow> {
    Ok(LogRow {
        room: room_id(room)?,
        seq: count(seq)?,
        at: Time(at),
        actor: user(actor)?,
        kind: LogKind::from_word(&kind).ok_or_else(|| bad("a kind of change", &kind))?,
        message: message.map(message_id).transpose()?,
        user: person.map(user).transpose()?,
        heir: heir.map(user).transpose()?,
        text,
    })
}

/// The columns of a [`PlaceInLobby`], of `lobby y`.
pub(crate) const LOBBY: &str = "y.person, y.waiting, y.room, y.partner, y.lease";

/// One place in the lobby.
pub(crate) type PlaceInLobby = (i64, Option<i64>, Option<i64>, Option<i64>, i64);

/// The place of a row.
pub(crate) fn lobby((person, waiting, room, partner, lease): PlaceInLobby) -> Worked<LobbyRow> {
    Ok(LobbyRow {
        user: user(person)?,
        waiting: waiting.map(Time),
        room: room.map(room_id).transpose()?,
        partner: partner.map(user).transpose()?,
        lease: Time(lease),
    })
}

/// The columns of a [`NotificationRow`].
pub(crate) const NOTIFICATION: &str = "id, person, kind, title, body, data, created_at, read_at";

/// One notification.
pub(crate) type NotificationRow = (i64, i64, String, String, String, String, i64, Option<i64>);

/// The notification of a row.
pub(crate) fn notification(row: NotificationRow) -> Worked<Arc<Notification>> {
    let (id, person, kind, title, body, data, created_at, read_at) = row;
    Ok(Arc::new(Notification {
        id: NotificationId::new(id).ok_or_else(|| bad("a notification's id", &id))?,
        user: user(person)?,
        kind: NotificationKind::from_word(&kind).ok_or_else(|| bad("a kind of notification", &kind))?,
        title,
        body,
        data: data.into(),
        created_at: Time(created_at),
        read_at: read_at.map(Time),
    }))
}

/// A digest as it is kept.
pub(crate) fn spelled(digest: Digest) -> String {
    digest.0.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|nibble| HEX[usize::from(nibble)]).collect()
}

/// A digest that was kept.
pub(crate) fn digest(text: &str) -> Worked<Digest> {
    let nibbles: Option<Vec<u8>> = text.chars().map(|letter| letter.to_digit(16).map(|nibble| nibble as u8)).collect();
    let bytes: Vec<u8> = nibbles.unwrap_or_default().chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    bytes.try_into().map(Digest).map_err(|_| bad("a digest", &text))
}

/// A user's number.
pub(crate) fn user(number: i64) -> Worked<UserId> {
    UserId::new(number).ok_or_else(|| bad("a user's id", &number))
}

/// A room's number.
pub(crate) fn room_id(number: i64) -> Worked<RoomId> {
    RoomId::new(number).ok_or_else(|| bad("a room's id", &number))
}

/// A message's number.
pub(crate) fn message_id(number: i64) -> Worked<MessageId> {
    MessageId::new(number).ok_or_else(|| bad("a message's id", &number))
}

/// A count, which is never below zero.
pub(crate) fn count(number: i64) -> Worked<u64> {
    u64::try_from(number).map_err(|_| bad("a count", &number))
}

/// A count of people.
pub(crate) fn small(number: i64) -> Worked<u32> {
    u32::try_from(number).map_err(|_| bad("a number of people", &number))
}

/// Only this crate writes these tables: a value that it never writes means that the database is broken.
fn bad(what: &str, value: &dyn std::fmt::Debug) -> WorkError {
    WorkError::Broken(format!("the database holds {value:?} where {what} belongs"))
}

const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
