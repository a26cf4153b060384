//! A chat that is being imported: its members change, so that everybody was in it when they said something.

use std::collections::HashSet;

use chat_domain::{Command, Failure, Limits, RoomId, Time, UserId};

use super::{AT_ONCE, Filling, said_of};

/// A chat that is being imported.
pub(crate) struct Room {
    pub(crate) id: RoomId,
    owner: UserId,
    /// Its members, so far.
    within: HashSet<UserId>,
    /// Whether others can be added.
    is_group: bool,
    /// When something last happened in it.
    pub(crate) last: Time,
}

impl Filling {
    /// Creates a group with this title, or without one a direct chat.
    pub(crate) async fn open(
        &mut self,
        title: Option<&str>,
        owner: UserId,
        members: &[UserId],
        at: Time,
    ) -> Result<Room, Failure> {
        let others: Vec<_> = members.iter().copied().filter(|member| *member != owner).collect();
        let founders = Limits::default().founders - 1;
        let command = match (title, &others[..]) {
            (None, [other]) => Command::OpenDirect { with: *other },
            (title, _) => Command::CreateGroup {
                title: shortened(title.unwrap_or("notes")),
                members: others.iter().copied().take(founders).collect(),
                client_id: None,
            },
        };
        let is_group = matches!(command, Command::CreateGroup { .. });
        let outcome = self.execute(owner, at, command).await?;
        let id = outcome.event().map(|event| event.room).ok_or(Failure::Unavailable)?;
        for late in others.iter().skip(founders).filter(|_| is_group) {
            self.execute(owner, at, Command::AddMember { room: id, user: *late }).await?;
        }
        let within = members.iter().copied().chain([owner]).collect();
        Ok(Room { id, owner, within, is_group, last: at })
    }

    /// Adds somebody who said something, whether or not they are members in the end.
    pub(crate) async fn let_in(&mut self, room: &mut Room, user: UserId, at: Time) -> Result<(), String> {
        if room.is_group && room.within.insert(user) {
            self.execute(room.owner, at, Command::AddMember { room: room.id, user }).await.map_err(said_of)?;
        }
        Ok(())
    }

    /// Removes those who are not members in the end.
    pub(crate) async fn let_out(&mut self, room: &Room, members: &[UserId]) -> Result<(), String> {
        let gone = room.within.iter().filter(|user| **user != room.owner && !members.contains(user));
        for user in gone.copied().filter(|_| room.is_group).collect::<Vec<_>>() {
            let leave = Command::RemoveMember { room: room.id, user };
            self.execute(room.owner, room.last, leave).await.map_err(said_of)?;
        }
        Ok(())
    }

    /// Marks everything as read by the members and the owner.
    pub(crate) async fn read_all(&mut self, room: &Room, members: &[UserId]) -> Result<(), String> {
        let read = members.iter().chain([&room.owner]).collect::<HashSet<_>>();
        let orders: Vec<_> =
            read.into_iter().map(|user| (*user, room.last, Command::Read { room: room.id, upto: None })).collect();
        for orders in orders.chunks(AT_ONCE) {
            self.carry_out(orders.to_vec()).await?;
        }
        Ok(())
    }
}

/// Cuts a title to the allowed length.
fn shortened(title: &str) -> String {
    title[..title.floor_char_boundary(Limits::default().title)].to_owned()
}
