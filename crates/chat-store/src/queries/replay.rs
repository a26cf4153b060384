//! What somebody missed: two ranges of the room's log, and the positions that have moved since.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chat_domain::event::{Reached, Read};
use chat_domain::rows::{LikeRow, LogKind, LogRow};
use chat_domain::view::{Replay, Replayed, Since};
use chat_domain::{Change, Event, Head, Member, Message, MessageId, Person, Room, RoomId, Time, UserId};

use super::reads::visible;
use super::reception::{self, Key, Span};
use super::{Conn, load};
use crate::rows::*;
use crate::sql::Sql;
use crate::work_error::Worked;

/// A page of what a reader missed.
pub(super) async fn page(
    conn: &Conn,
    reader: UserId,
    room: RoomId,
    replay: Replay,
    quiet_room: u32,
) -> Worked<Replayed> {
    let room = visible(conn, reader, room).await?;
    let round = Round { until: replay.until.unwrap_or(room.head), quiet: room.members > quiet_room, room };
    let limit = replay.limit.max(1);
    match replay.since {
        Since::Message(after) => round.messages(conn, after, replay.from.unwrap_or(0), limit).await,
        Since::Head(since) => {
            let from = replay.from.unwrap_or(since.seq);
            match round.is_kept(conn, since, from).await? {
                true => round.changes(conn, since, from, limit).await,
                false => Ok(Replayed::Pruned { head: round.room.head }),
            }
        }
    }
}

/// A room on the way to a head.
struct Round {
    room: Room,
    until: Head,
    /// Whether of every author only the newest message is told as read.
    quiet: bool,
}

/// What the rows of a page speak of.
struct About {
    people: HashMap<UserId, Arc<Person>>,
    messages: HashMap<Key, Arc<Message>>,
    own: HashMap<(RoomId, MessageId, UserId), LikeRow>,
    likes: HashMap<Key, Vec<LikeRow>>,
    founders: Vec<Arc<Person>>,
}

impl Round {
    /// Whether everything since is still known, and was ever so.
    async fn is_kept(&self, conn: &Conn, since: Head, from: u64) -> Worked<bool> {
        let head = self.room.head;
        let sql = Sql::new("SELECT r.pruned, r.pruned_moves FROM rooms r WHERE r.id = ?").bind(self.room.id);
        let (seq, moves) = conn.first::<(i64, i64)>(sql).await?.unwrap_or_default();
        let kept = from >= count(seq)? && since.moves >= count(moves)?;
        Ok(kept && since.seq <= head.seq && since.moves <= head.moves)
    }

    /// Messages alone. All bounds are of one index, which also has the order: where two indexes have a bound each, a planner
    /// that knows little about the table takes the wrong one, and every page reads the room anew.
    async fn messages(&self, conn: &Conn, after: Option<MessageId>, from: u64, limit: usize) -> Worked<Replayed> {
        let sql = Sql::new(format!(
            "SELECT {MESSAGE} FROM messages m JOIN users u ON u.id = m.sender
             WHERE m.room = ? AND m.seq > ? AND m.seq > COALESCE(
                (SELECT x.seq FROM messages x WHERE x.room = ? AND x.id <= ? ORDER BY x.id DESC LIMIT 1), 0)
             AND m.seq <= ? AND m.deleted_at IS NULL ORDER BY m.seq LIMIT ?"
        ));
        let sql = sql.bind(self.room.id).bind(from).bind(self.room.id).bind(after.map_or(0, MessageId::number));
        let rows = conn.load::<MessageRow>(sql.bind(self.until.seq).bind(limit + 1)).await?;
        let more = rows.len() > limit;
        let messages = rows.into_iter().take(limit).map(message).collect::<Worked<_>>()?;
        let events = self.sent(conn, messages, self.until.moves).await?;
        let next = events.last().filter(|_| more).map(|event| event.head.seq);
        Ok(Replayed::Changes { events, next, until: self.until })
    }

    /// Every change in the next `limit` numbers; at the end the positions that moved.
    async fn changes(&self, conn: &Conn, since: Head, from: u64, limit: usize) -> Worked<Replayed> {
        let upto = from.saturating_add(limit as u64).min(self.until.seq);
        let sql = Sql::new(format!(
            "SELECT {MESSAGE} FROM messages m JOIN users u ON u.id = m.sender
             WHERE m.room = ? AND m.seq > ? AND m.seq <= ? AND m.deleted_at IS NULL ORDER BY m.seq"
        ));
        let rows = conn.load::<MessageRow>(sql.bind(self.room.id).bind(from).bind(upto)).await?;
        let messages = rows.into_iter().map(message).collect::<Worked<_>>()?;
        let mut events = self.sent(conn, messages, since.moves).await?;
        let sql = Sql::new(format!(
            "SELECT {CHANGE} FROM changes c WHERE c.room = ? AND c.seq > ? AND c.seq <= ? ORDER BY c.seq"
        ));
        let rows = conn.load::<ChangeRow>(sql.bind(self.room.id).bind(from).bind(upto)).await?;
        let rows = rows.into_iter().map(change).collect::<Worked<Vec<_>>>()?;
        let about = self.about(conn, &rows).await?;
        events.extend(rows.iter().filter_map(|row| self.changed(row, since, &about)));
        events.sort_unstable_by_key(|event| event.head.seq);
        let next = (upto < self.until.seq).then_some(upto);
        if next.is_none() {
            events.extend(self.moved(conn, since).await?);
        }
        Ok(Replayed::Changes { events, next, until: self.until })
    }

    async fn sent(&self, conn: &Conn, messages: Vec<Arc<Message>>, moves: u64) -> Worked<Vec<Arc<Event>>> {
        let shown = reception::shown(conn, messages).await?;
        let events = shown.into_iter().map(|shown| {
            let message = shown.message;
            let (head, at, actor) = (Head { seq: message.seq, moves }, message.created_at, message.sender.clone());
            self.event(head, at, actor, Change::Sent { message, reception: shown.reception })
        });
        Ok(events.collect())
    }

    /// Everything that these rows speak of, kind by kind.
    async fn about(&self, conn: &Conn, rows: &[LogRow]) -> Worked<About> {
        let people: BTreeSet<_> = rows.iter().flat_map(|row| [Some(row.actor), row.user]).flatten().collect();
        let keys: BTreeSet<_> = rows.iter().filter_map(|row| Some((row.room, row.message?))).collect();
        let likes = rows.iter().filter(|row| matches!(row.kind, LogKind::Liked | LogKind::Unliked));
        let likes: BTreeSet<_> = likes.filter_map(|row| Some((row.room, row.message?, row.actor))).collect();
        let liked = likes.iter().map(|&(room, message, _)| (room, message)).collect();
        let maker = rows.iter().find(|row| row.kind == LogKind::Created).map(|row| row.actor);
        Ok(About {
            people: load::people(conn, people).await?,
            messages: reception::messages(conn, &keys.into_iter().collect::<Vec<_>>()).await?,
            own: reception::own_likes(conn, &likes.into_iter().collect::<Vec<_>>()).await?,
            likes: reception::likes(conn, liked, reception::NEWEST).await?,
            founders: match maker {
                Some(maker) => self.founders(conn, maker).await?,
                None => Vec::new(),
            },
        })
    }

    fn changed(&self, row: &LogRow, since: Head, about: &About) -> Option<Arc<Event>> {
        let person = || about.people.get(&row.user?).cloned();
        let message = || about.messages.get(&(row.room, row.message?));
        let change = match row.kind {
            LogKind::Created => Change::Created { title: row.text.clone(), people: about.founders.clone() },
            LogKind::Added => Change::Added { person: person()? },
            LogKind::Removed => Change::Removed { person: person()?, heir: row.heir },
            LogKind::Renamed => Change::Renamed { title: row.text.clone()? },
            LogKind::Closed => Change::Closed,
            LogKind::Edited => edited(message()?, row.seq, since)?,
            LogKind::Deleted => Change::Deleted { message: row.message?, sender: message()?.sender.id() },
            LogKind::Liked | LogKind::Unliked => liked(message()?, row, about)?,
        };
        let head = Head { seq: row.seq, moves: since.moves };
        Some(self.event(head, row.at, about.people.get(&row.actor)?.clone(), change))
    }

    /// Who was there when the room was made and never left, its maker first.
    async fn founders(&self, conn: &Conn, maker: UserId) -> Worked<Vec<Arc<Person>>> {
        let sql = Sql::new(format!(
            "SELECT {PERSON} FROM members m JOIN users u ON u.id = m.person
             WHERE m.room = ? AND m.active AND m.joined = 1 ORDER BY m.joined, m.person"
        ));
        let rows = conn.load::<PersonRow>(sql.bind(self.room.id)).await?;
        let mut people = rows.into_iter().map(person).collect::<Worked<Vec<_>>>()?;
        people.sort_by_key(|person| person.id() != maker);
        Ok(people)
    }

    /// The read positions that moved since and not beyond the round.
    async fn moved(&self, conn: &Conn, since: Head) -> Worked<Vec<Arc<Event>>> {
        let sql = Sql::new(format!(
            "SELECT {MEMBER}, {PERSON}, (SELECT c.upto FROM receipts c
                WHERE c.room = m.room AND c.person = m.person AND c.moves <= ? ORDER BY c.number DESC LIMIT 1)
             FROM members m JOIN users u ON u.id = m.person
             WHERE m.room = ? AND m.read_moved > ? AND m.read_moved <= ? ORDER BY m.read_moved"
        ));
        let sql = sql.bind(since.moves).bind(self.room.id).bind(since.moves).bind(self.until.moves);
        let mut moved = Vec::new();
        for (row, who, before) in conn.load::<(MemberRow, PersonRow, Option<i64>)>(sql).await? {
            moved.push((member(row)?.1, person(who)?, before.map(message_id).transpose()?));
        }
        let spans = moved.iter().filter_map(|(member, _, before)| {
            Some(Span { room: self.room.id, user: member.user, above: *before, upto: member.read.message?.number() })
        });
        let found = reception::of_others(conn, &spans.collect::<Vec<_>>()).await?;
        let reached = self.reached(conn, &found).await?;
        Ok(moved.into_iter().filter_map(|(member, actor, _)| self.read(member, actor, &found, &reached)).collect())
    }

    fn read(
        &self,
        member: Member,
        actor: Arc<Person>,
        found: &HashMap<(RoomId, UserId, i64), Vec<Arc<Message>>>,
        reached: &HashMap<MessageId, Reached>,
    ) -> Option<Arc<Event>> {
        let upto = member.read.message?;
        let mut messages = found.get(&(self.room.id, member.user, upto.number())).cloned().unwrap_or_default();
        if self.quiet {
            keep_newest_of_each(&mut messages);
        }
        let messages = messages.iter().filter_map(|message| reached.get(&message.id).cloned()).collect();
        let head = Head { seq: self.until.seq, moves: member.read.moved };
        Some(self.event(head, member.read.at, actor, Change::Read(Read { upto, messages })))
    }

    /// Who has read each of these.
    async fn reached(
        &self,
        conn: &Conn,
        found: &HashMap<(RoomId, UserId, i64), Vec<Arc<Message>>>,
    ) -> Worked<HashMap<MessageId, Reached>> {
        let all: HashMap<_, _> = found.values().flatten().map(|message| (message.id, message.clone())).collect();
        let seen = reception::seen(conn, all.into_values().collect()).await?;
        let reached = seen.into_iter().map(|seen| {
            let (message, sender) = (seen.message.id, seen.message.sender.id());
            let readers = seen.readers.iter().map(|mark| mark.user).collect();
            (message, Reached { message, sender, readers, first_at: seen.first_at })
        });
        Ok(reached.collect())
    }

    fn event(&self, head: Head, at: Time, actor: Arc<Person>, change: Change) -> Arc<Event> {
        let Room { id, kind, members, .. } = self.room;
        Arc::new(Event { room: id, room_kind: kind, members, head, at, actor, change })
    }
}

/// One edit in the place of the last, and only of a message that the reader had.
fn edited(message: &Arc<Message>, seq: u64, since: Head) -> Option<Change> {
    let last = message.edited.is_some_and(|(_, last)| last == seq);
    let told = last && message.deleted.is_none() && message.seq <= since.seq;
    told.then(|| Change::Edited { message: message.clone() })
}

/// Only what somebody last did about a message.
fn liked(message: &Message, row: &LogRow, about: &About) -> Option<Change> {
    let last = about.own.get(&(row.room, message.id, row.actor)).filter(|last| last.seq == row.seq)?;
    let likes = about.likes.get(&(row.room, message.id)).map(Vec::as_slice).unwrap_or_default();
    let likes = reception::liked(message, likes);
    Some(match last.liked {
        true => Change::Liked { message: message.id, likes },
        false => Change::Unliked { message: message.id, likes },
    })
}

/// Leaves the newest message of each author.
fn keep_newest_of_each(messages: &mut Vec<Arc<Message>>) {
    let mut authors = BTreeSet::new();
    messages.reverse();
    messages.retain(|message| authors.insert(message.sender.id()));
    messages.reverse();
}
