//! What each command must know before it is decided.

use alloc::vec;
use alloc::vec::Vec;

use crate::command::{Command, Fact};
use crate::id::{RoomId, UserId};

impl Command {
    /// Everything that [`Chat::execute`](crate::Chat::execute) may ask when `actor` gives this command. One round is
    /// enough: what a fact's answer hangs on comes with the answer (see [`Fact`]).
    pub fn needs(&self, actor: UserId) -> Vec<Fact> {
        let mut facts = vec![Fact::Person(actor)];
        if let Some(room) = self.room() {
            facts.extend([Fact::Room(room), Fact::Member(room, actor)]);
        }
        self.own_needs(actor, &mut facts);
        facts
    }

    /// The room that the command names. [`Command::LeaveRoulette`] may change another one, which the lobby names.
    pub fn room(&self) -> Option<RoomId> {
        match *self {
            Command::Rename { room, .. }
            | Command::AddMember { room, .. }
            | Command::RemoveMember { room, .. }
            | Command::Send { room, .. }
            | Command::Edit { room, .. }
            | Command::Delete { room, .. }
            | Command::Like { room, .. }
            | Command::Unlike { room, .. }
            | Command::Read { room, .. }
            | Command::Deliver { room, .. } => Some(room),
            Command::OpenDirect { .. }
            | Command::CreateGroup { .. }
            | Command::Search
            | Command::StopSearch
            | Command::LeaveRoulette => None,
        }
    }

    /// What is needed beside the actor, the room and the actor's membership.
    fn own_needs(&self, actor: UserId, facts: &mut Vec<Fact>) {
        match self {
            &Command::OpenDirect { with } if with == actor => {}
            &Command::OpenDirect { with } => {
                facts.extend([Fact::Person(with), Fact::Direct(actor.min(with), actor.max(with))]);
            }
            Command::CreateGroup { members, client_id, .. } => {
                facts.extend(members.iter().map(|&user| Fact::Person(user)));
                facts.extend(client_id.iter().map(|name| Fact::Made(actor, name.clone())));
            }
            Command::Rename { .. } => {}
            &Command::AddMember { room, user } => facts.extend([Fact::Person(user), Fact::Member(room, user)]),
            &Command::RemoveMember { room, user } => {
                facts.extend([Fact::Person(user), Fact::Member(room, user)]);
                facts.extend((user == actor).then_some(Fact::Heir(room)));
            }
            Command::Send { room, client_id, .. } => {
                facts.extend(client_id.iter().map(|name| Fact::Sent(*room, actor, name.clone())));
            }
            &Command::Edit { room, message, .. } | &Command::Delete { room, message } => {
                facts.push(Fact::Message(room, message));
            }
            &Command::Like { room, message } | &Command::Unlike { room, message } => {
                facts.extend([Fact::Message(room, message), Fact::Likes(room, message, actor)]);
            }
            &Command::Read { room, upto } => {
                facts.extend(upto.map(|message| Fact::Place(room, message, actor)));
                facts.push(Fact::Unread(room, actor, upto));
            }
            &Command::Deliver { room, upto } => {
                facts.extend([Fact::Place(room, upto, actor), Fact::Undelivered(room, actor, upto)]);
            }
            Command::Search => facts.extend([Fact::Lobby(actor), Fact::Waiting]),
            Command::StopSearch | Command::LeaveRoulette => facts.push(Fact::Lobby(actor)),
        }
    }
}
