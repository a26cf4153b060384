//! Rows as the databases give them, and the domain's words for them.

use std::sync::Arc;

use chat_domain::digest::Digest;
use chat_domain::rows::{LobbyRow, LogKind, LogRow, ReactionRow};
use chat_domain::{
    Account, Bond, Emoji, File, FileId, FileRow, Handle, Head, Member, Message, MessageId, MessageKind, Notification,
    NotificationId, NotificationKind, Person, Position, Room, RoomId, RoomKind, Tallies, Time, UserId, Uuid,
};

pub(crate) use crate::tables::{
    AboutRow, AuditedRow, ChangeRow, FileInfo, HandleRow, LobbySeat, MemberRow, MembershipRow, MessageRow, MoreRow,
    NamedRow, NotificationRow, OrdinalRow, OwedEventsRow, OwedRow, PersonRow, QuoteRow, ReachedRow, ReactionOf,
    ReceiptRow, RoomRow, StandingRow, StretchRow, TokenRow, UnreadRow, WebhookRow,
};
use crate::work_error::{WorkError, Worked};

/// The columns of a [`PersonRow`].
pub(crate) const PERSON: &str = PersonRow::COLUMNS;

/// The person of a row.
pub(crate) fn person(row: PersonRow) -> Worked<Arc<Person>> {
    let PersonRow { id, uuid, username, name, avatar } = row;
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

/// The columns of a [`RoomRow`].
pub(crate) const ROOM: &str = RoomRow::COLUMNS;

/// Whether the room `r` still has members: in a group that was ended nobody is, whatever the members' rows say.
pub(crate) const STANDS: &str = "NOT (r.closed AND r.kind = 'group')";

/// The room of a row.
pub(crate) fn room(row: RoomRow) -> Worked<Room> {
    Ok(Room {
        id: room_id(row.id)?,
        kind: room_kind(&row.kind)?,
        title: row.title,
        owner: row.owner.map(user).transpose()?,
        created_at: Time(row.created_at),
        head: Head { seq: count(row.seq)?, moves: count(row.moves)? },
        members_seq: count(row.members_seq)?,
        members: small(row.members)?,
        last_at: Time(row.last_at),
        last_message: row.last_message.map(message_id).transpose()?,
        sent: count(row.sent)?,
        pins: small(row.pins)?,
        slow_mode: small(row.slow_mode)?,
        frozen: row.frozen,
        closed: row.closed,
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

/// The columns of a [`MemberRow`].
pub(crate) const MEMBER: &str = MemberRow::COLUMNS;

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

/// The columns of a [`StandingRow`].
pub(crate) const STANDING: &str = StandingRow::COLUMNS;

/// One member: [`MEMBER`] and [`STANDING`].
pub(crate) type WholeMemberRow = (MemberRow, StandingRow);

/// The columns of a [`MessageRow`].
pub(crate) const MESSAGE: &str = MessageRow::COLUMNS;

/// The columns of a [`MoreRow`].
pub(crate) const MORE: &str = MoreRow::COLUMNS;

/// One message with its sender: [`MESSAGE`], [`MORE`], [`PERSON`].
pub(crate) type SaidRow = (MessageRow, MoreRow, PersonRow);

/// The message of a row, without what it quotes.
pub(crate) fn message((row, more, sender): SaidRow) -> Worked<Message> {
    let change = |at: Option<i64>, seq: Option<i64>| {
        at.zip(seq).map(|(at, seq)| Ok::<_, WorkError>((Time(at), count(seq)?))).transpose()
    };
    Ok(Message {
        id: message_id(row.id)?,
        room: room_id(row.room)?,
        sender: person(sender)?,
        seq: count(row.seq)?,
        number: count(row.number)?,
        own_number: count(row.own_number)?,
        kind: MessageKind::from_word(&row.kind).ok_or_else(|| bad("a kind of message", &row.kind))?,
        content: row.content.into(),
        metadata: row.metadata.into(),
        created_at: Time(row.created_at),
        edited: change(row.edited_at, row.edited_seq)?,
        deleted: change(row.deleted_at, row.deleted_seq)?,
        reactions: Tallies::parse(&row.reactions).ok_or_else(|| bad("reactions", &row.reactions))?,
        reply: None,
        replies: small(more.replies)?,
        pinned: more.pinned.map(count).transpose()?,
        mentions: None,
        file: None,
    })
}

/// The columns of a [`ReactionOf`]. Whose it is is a [`HandleRow`] beside it.
pub(crate) const REACTION: &str = ReactionOf::COLUMNS;

/// The columns of a [`HandleRow`].
pub(crate) const HANDLE: &str = HandleRow::COLUMNS;

/// The reaction of a row.
pub(crate) fn reaction((row, whose): (ReactionOf, HandleRow)) -> Worked<ReactionRow> {
    Ok(ReactionRow {
        room: room_id(row.room)?,
        message: message_id(row.message)?,
        user: handle(whose.id, whose.uuid.as_deref())?,
        emoji: Emoji::new(&row.emoji).ok_or_else(|| bad("an emoji", &row.emoji))?,
        stands: row.stands,
        at: Time(row.at),
        seq: count(row.seq)?,
    })
}

/// The columns of a [`ChangeRow`].
pub(crate) const CHANGE: &str = ChangeRow::COLUMNS;

/// The change of a row.
pub(crate) fn change(row: ChangeRow) -> Worked<LogRow> {
    Ok(LogRow {
        room: room_id(row.room)?,
        seq: count(row.seq)?,
        at: Time(row.at),
        actor: user(row.actor)?,
        kind: LogKind::from_word(&row.kind).ok_or_else(|| bad("a kind of change", &row.kind))?,
        message: row.message.map(message_id).transpose()?,
        user: row.person.map(user).transpose()?,
        heir: row.heir.map(user).transpose()?,
        text: row.title,
    })
}

/// The columns of a [`FileInfo`].
pub(crate) const FILE: &str = FileInfo::COLUMNS;

/// The file of a row.
pub(crate) fn file(row: FileInfo) -> Worked<FileRow> {
    let id = FileId::new(&row.id).ok_or_else(|| bad("a file's id", &row.id))?;
    let bond = match (row.gone, row.room, row.message) {
        (0, Some(room), Some(message)) => Bond::Bound(room_id(room)?, message_id(message)?),
        (0, ..) => Bond::Free,
        _ => Bond::Gone,
    };
    let file = Arc::new(File { id, name: row.name, size: count(row.size)?, mime: row.mime });
    Ok(FileRow { file, owner: user(row.owner)?, is_whole: row.whole, bond })
}

/// The columns of a [`LobbySeat`].
pub(crate) const LOBBY: &str = LobbySeat::COLUMNS;

/// The place of a row.
pub(crate) fn lobby(row: LobbySeat) -> Worked<LobbyRow> {
    Ok(LobbyRow {
        user: user(row.person)?,
        waiting: row.waiting.map(Time),
        room: row.room.map(room_id).transpose()?,
        partner: row.partner.map(user).transpose()?,
        lease: Time(row.lease),
    })
}

/// The columns of a [`NotificationRow`].
pub(crate) const NOTIFICATION: &str = NotificationRow::COLUMNS;

/// The notification of a row, with the words of the message that it tells of.
pub(crate) fn notification((row, about): (NotificationRow, AboutRow)) -> Worked<Arc<Notification>> {
    let stored = plain_notification(row)?;
    let Some(message) = about.message.zip(about.room) else { return Ok(Arc::new(stored)) };
    let about_it = (room_id(message.1)?, message_id(message.0)?);
    let (author, excerpt) = (about.author.unwrap_or_default(), about.excerpt.unwrap_or_default());
    let told = Notification::of_mention(stored.id, stored.user, about_it, &author, &excerpt);
    Ok(Arc::new(Notification { created_at: stored.created_at, read_at: stored.read_at, ..told }))
}

fn plain_notification(row: NotificationRow) -> Worked<Notification> {
    Ok(Notification {
        id: NotificationId::new(row.id).ok_or_else(|| bad("a notification's id", &row.id))?,
        user: user(row.person)?,
        kind: NotificationKind::from_word(&row.kind).ok_or_else(|| bad("a kind of notification", &row.kind))?,
        title: row.title,
        body: row.body,
        data: row.data.into(),
        created_at: Time(row.created_at),
        read_at: row.read_at.map(Time),
    })
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
pub(crate) fn bad(what: &str, value: &dyn std::fmt::Debug) -> WorkError {
    WorkError::Broken(format!("the database holds {value:?} where {what} belongs"))
}

const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
