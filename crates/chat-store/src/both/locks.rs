//! What a batch must hold before it looks, where others write too: names first, then rooms, each in order.

use std::collections::BTreeSet;

use chat_domain::{Fact, RoomId, UserId};

use super::{Conn, named};
use crate::trouble::Worked;

/// Holds the rooms that these facts speak of, and those others.
pub(super) async fn hold(conn: &Conn, facts: &BTreeSet<Fact>, others: Vec<RoomId>) -> Worked<()> {
    if Conn::SHARED {
        let rooms: BTreeSet<RoomId> = facts.iter().filter_map(room_of).chain(others).collect();
        conn.lock_rooms(rooms.into_iter().map(RoomId::number)).await?;
    }
    Ok(())
}

/// The names that these facts speak of: what may not be there yet is held by its name.
pub(super) fn names(facts: &BTreeSet<Fact>) -> BTreeSet<i64> {
    if Conn::SHARED { facts.iter().filter_map(lock_of).collect() } else { BTreeSet::new() }
}

/// Holds names; answers with the rooms that hang on them.
pub(super) async fn hold_names(conn: &Conn, facts: &BTreeSet<Fact>, names: BTreeSet<i64>) -> Worked<Vec<RoomId>> {
    let names: Vec<_> = names.into_iter().collect();
    let held = async { Ok(conn.lock_names(&names).await?) };
    let ((), rooms) = tokio::try_join!(biased; held, named_rooms(conn, facts))?;
    Ok(rooms)
}

/// The number under which a name is held.
pub(super) fn name_lock(sort: &str, user: UserId, name: &str) -> i64 {
    let number = user.number().to_be_bytes();
    let bytes = sort.bytes().chain(number).chain(name.bytes());
    // FNV-1a: the same in every build, since all nodes of a database must mean the same.
    bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)) as i64
}

/// The rooms that hang on names.
async fn named_rooms(conn: &Conn, facts: &BTreeSet<Fact>) -> Worked<Vec<RoomId>> {
    let (mut pairs, mut names, mut users) = (Vec::new(), Vec::new(), Vec::new());
    for fact in facts {
        match fact {
            &Fact::Direct(low, high) => pairs.push((low, high)),
            Fact::Made(user, name) => names.push((*user, name.clone())),
            &Fact::Lobby(user) => users.push(user),
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

fn room_of(fact: &Fact) -> Option<RoomId> {
    match *fact {
        Fact::Room(room)
        | Fact::Member(room, _)
        | Fact::Heir(room)
        | Fact::Message(room, _)
        | Fact::Place(room, ..)
        | Fact::Sent(room, ..)
        | Fact::Likes(room, ..)
        | Fact::Unread(room, ..)
        | Fact::Undelivered(room, ..) => Some(room),
        Fact::Person(_) | Fact::Direct(..) | Fact::Made(..) | Fact::Lobby(_) | Fact::Waiting => None,
    }
}

fn lock_of(fact: &Fact) -> Option<i64> {
    match fact {
        &Fact::Direct(low, high) => Some(name_lock("direct", low, &high.to_string())),
        Fact::Made(user, name) => Some(name_lock("made", *user, name.as_str())),
        // The lobby is one: whoever looks into it holds all of it.
        Fact::Lobby(_) | Fact::Waiting => Some(LOBBY_LOCK),
        _ => None,
    }
}

/// The number under which the lobby is held.
pub(super) const LOBBY_LOCK: i64 = 0x006c_6f62_6279;
