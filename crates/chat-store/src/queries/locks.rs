//! What a batch locks before it looks, if others write, too: first names, then rooms, each in order, so that no two
//! batches wait for each other.

use std::collections::BTreeSet;

use chat_domain::{Need, RoomId, UserId};

use super::{Conn, named};
use crate::work_error::Worked;

/// Locks the rooms of these needs, and these other rooms.
pub(super) async fn hold(conn: &Conn, facts: &BTreeSet<Need>, others: Vec<RoomId>) -> Worked<()> {
    if Conn::SHARED {
        let rooms: BTreeSet<RoomId> = facts.iter().filter_map(room_of).chain(others).collect();
        conn.lock_rooms(rooms.into_iter().map(RoomId::number)).await?;
    }
    Ok(())
}

/// Returns the numbers of the names in these needs. A row that does not exist yet is locked by its name.
pub(super) fn names(facts: &BTreeSet<Need>) -> BTreeSet<i64> {
    if Conn::SHARED { facts.iter().filter_map(lock_of).collect() } else { BTreeSet::new() }
}

/// Locks names; returns the rooms that belong to them.
pub(super) async fn hold_names(conn: &Conn, facts: &BTreeSet<Need>, names: BTreeSet<i64>) -> Worked<Vec<RoomId>> {
    let names: Vec<_> = names.into_iter().collect();
    let held = async { Ok(conn.lock_names(&names).await?) };
    let ((), rooms) = tokio::try_join!(biased; held, named_rooms(conn, facts))?;
    Ok(rooms)
}

/// Returns the number by which a name is locked.
pub(super) fn name_lock(sort: &str, user: UserId, name: &str) -> i64 {
    let number = user.number().to_be_bytes();
    let bytes = sort.bytes().chain(number).chain(name.bytes());
    // FNV-1a gives the same number in every build, as it must: all nodes of a database lock the same names.
    bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)) as i64
}

/// Returns the rooms that belong to names.
async fn named_rooms(conn: &Conn, facts: &BTreeSet<Need>) -> Worked<Vec<RoomId>> {
    let (mut pairs, mut names, mut users) = (Vec::new(), Vec::new(), Vec::new());
    for need in facts {
        match need {
            &Need::Direct(low, high) => pairs.push((low, high)),
            Need::Made(user, name) => names.push((*user, name.clone())),
            &Need::Lobby(user) => users.push(user),
            _ => {}
        }
    }
    let (directs, made, lobby) = tokio::try_join!(
        named::direct_rooms(conn, &pairs),
        named::made_rooms(conn, &names),
        named::lobby_rows(conn, &users),
    )?;
    let made = made.into_values().map(|(_, room)| room);
    let lobby = lobby.into_values().filter_map(|row| row.room);
    Ok(directs.into_values().chain(made).chain(lobby).collect())
}

fn room_of(need: &Need) -> Option<RoomId> {
    match *need {
        Need::Room(room)
        | Need::Member(room, _)
        | Need::Heir(room)
        | Need::Author(room, _)
        | Need::Message(room, _)
        | Need::Ordinal(room, ..)
        | Need::Sent(room, ..)
        | Need::Reactions(room, ..)
        | Need::Named(room, _)
        | Need::Unread(room, ..)
        | Need::Undelivered(room, ..) => Some(room),
        Need::Person(_) | Need::Direct(..) | Need::Made(..) | Need::Lobby(_) | Need::Waiting => None,
        // Files are locked when they are loaded, which is after the rooms.
        Need::File(_) => None,
        Need::Blocks(..) | Need::Apart(_) => None,
    }
}

fn lock_of(need: &Need) -> Option<i64> {
    match need {
        // A block is written only while its pair and the lobby are locked.
        &Need::Direct(low, high) => Some(name_lock("direct", low, &high.to_string())),
        Need::Made(user, name) => Some(name_lock("made", *user, name.as_str())),
        // The lobby is one: whoever looks into it locks all of it.
        Need::Lobby(_) | Need::Waiting => Some(LOBBY_LOCK),
        _ => None,
    }
}

/// The number by which the lobby is locked.
pub(super) const LOBBY_LOCK: i64 = 0x006c_6f62_6279;
