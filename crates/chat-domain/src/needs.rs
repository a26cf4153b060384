//! What each command must know before it is decided.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::command::{Command, Draft, Need};
use crate::emoji::Emoji;
use crate::file::Named;
use crate::id::{RoomId, UserId};
use crate::mentions;
use crate::message::named_files;
use crate::names::folded;

impl Command {
    /// Everything that [`Chat::execute`](crate::Chat::execute) may ask when `actor` gives this command. One round is
    /// enough: what a need's answer hangs on comes with the answer (see [`Need`]).
    pub fn needs(&self, actor: UserId) -> Vec<Need> {
        let mut needs = vec![Need::Person(actor)];
        if let Some(room) = self.room() {
            needs.extend([Need::Room(room), Need::Member(room, actor)]);
        }
        self.own_needs(actor, &mut needs);
        needs
    }

    /// The room that the command names. [`Command::LeaveRoulette`] may change another one, which the lobby names.
    pub fn room(&self) -> Option<RoomId> {
        match *self {
            Command::Change { room, .. }
            | Command::Appoint { room, .. }
            | Command::Mute { room, .. }
            | Command::Ban { room, .. }
            | Command::Purge { room, .. }
            | Command::AddMember { room, .. }
            | Command::RemoveMember { room, .. }
            | Command::EndGroup { room }
            | Command::Part { room }
            | Command::Send { room, .. }
            | Command::Edit { room, .. }
            | Command::Delete { room, .. }
            | Command::Like { room, .. }
            | Command::Unlike { room, .. }
            | Command::React { room, .. }
            | Command::Unreact { room, .. }
            | Command::Pin { room, .. }
            | Command::Read { room, .. }
            | Command::Deliver { room, .. } => Some(room),
            Command::OpenDirect { .. }
            | Command::CreateGroup { .. }
            | Command::Block { .. }
            | Command::Search
            | Command::StopSearch
            | Command::LeaveRoulette => None,
        }
    }

    /// What is needed beside the actor, the room and the actor's membership.
    fn own_needs(&self, actor: UserId, needs: &mut Vec<Need>) {
        match self {
            &Command::OpenDirect { with } if with == actor => {}
            &Command::OpenDirect { with } => {
                let (low, high) = (actor.min(with), actor.max(with));
                needs.extend([Need::Person(with), Need::Direct(low, high), Need::Blocks(low, high)]);
            }
            Command::CreateGroup { members, client_id, .. } => {
                needs.extend(members.iter().map(|&user| Need::Person(user)));
                needs.extend(client_id.iter().map(|name| Need::Made(actor, name.clone())));
            }
            &Command::Block { user, .. } => {
                let (low, high) = (actor.min(user), actor.max(user));
                needs.extend([Need::Person(user), Need::Lobby(actor)]);
                if low != high {
                    needs.extend([Need::Direct(low, high), Need::Blocks(low, high)]);
                }
            }
            Command::Change { .. } | Command::EndGroup { .. } => {}
            &Command::Appoint { room, user, .. }
            | &Command::Mute { room, user, .. }
            | &Command::Ban { room, user, .. } => {
                needs.extend([Need::Person(user), Need::Member(room, user)]);
            }
            &Command::Purge { room, message } => needs.push(Need::Message(room, message)),
            &Command::Part { room } => needs.push(Need::Heir(room)),
            &Command::AddMember { room, user } => needs.extend([Need::Person(user), Need::Member(room, user)]),
            &Command::RemoveMember { room, user } => {
                needs.extend([Need::Person(user), Need::Member(room, user)]);
                needs.extend((user == actor).then_some(Need::Heir(room)));
            }
            Command::Send { room, draft, client_id } => {
                needs.extend(draft.reply_to.map(|message| Need::Message(*room, message)));
                needs.extend(draft.named_files().into_iter().map(|named| Need::File(named.id)));
                needs.extend(names(*room, draft.words()));
                needs.extend(client_id.iter().map(|name| Need::Sent(*room, actor, name.clone())));
            }
            &Command::Edit { room, message, ref content } => {
                needs.push(Need::Message(room, message));
                needs.extend(names(room, content));
            }
            &Command::Delete { room, message } => {
                needs.extend([Need::Message(room, message), Need::Author(room, message)]);
            }
            &Command::Pin { room, message, .. } => needs.push(Need::Message(room, message)),
            &Command::Like { room, message } | &Command::Unlike { room, message } => {
                let like = Need::Reactions(room, message, actor, Emoji::LIKE);
                needs.extend([Need::Message(room, message), like]);
            }
            &Command::React { room, message, ref emoji } | &Command::Unreact { room, message, ref emoji } => {
                let reactions = Need::Reactions(room, message, actor, emoji.clone());
                needs.extend([Need::Message(room, message), reactions]);
            }
            &Command::Read { room, upto } => {
                needs.extend(upto.map(|message| Need::Ordinal(room, message, actor)));
                needs.push(Need::Unread(room, actor, upto));
            }
            &Command::Deliver { room, upto } => {
                needs.extend([Need::Ordinal(room, upto, actor), Need::Undelivered(room, actor, upto)]);
            }
            Command::Search => needs.extend([Need::Lobby(actor), Need::Waiting, Need::Apart(actor)]),
            Command::StopSearch | Command::LeaveRoulette => needs.push(Need::Lobby(actor)),
        }
    }
}

impl Draft {
    /// The files that its addresses name, if they live here.
    pub(crate) fn named_files(&self) -> Vec<Named> {
        named_files(self.kind, &self.content, |name| self.metadata.field(name)?.text().map(String::from))
    }
}

/// Whom a text names, if anybody.
fn names(room: RoomId, text: &str) -> impl Iterator<Item = Need> {
    mentions::named(text).into_iter().map(move |name| Need::Named(room, folded(name)))
}
