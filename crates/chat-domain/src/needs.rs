//! What must be known to decide each command.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::client_id::ClientId;
use crate::command::{Command, Draft, Need};
use crate::emoji::Emoji;
use crate::file::Named;
use crate::id::{MessageId, RoomId, UserId};
use crate::mentions;
use crate::message::named_files;
use crate::names::folded;

impl Command {
    /// Returns everything that [`Chat::execute`](crate::Chat::execute) may ask when `actor` gives this command. It is
    /// enough to look these up once: answers bring along the rows without which they are of no use (see [`Need`]).
    pub fn needs(&self, actor: UserId) -> Vec<Need> {
        let mut needs = vec![Need::Person(actor)];
        if let Some(room) = self.room() {
            needs.extend([Need::Room(room), Need::Member(room, actor)]);
        }
        needs.extend(self.own_needs(actor));
        needs
    }

    /// Returns the room that the command names. [`Command::LeaveRoulette`] names none, and changes the room that the
    /// lobby names.
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

    /// Returns what is needed besides the actor, the room and the actor's membership.
    fn own_needs(&self, actor: UserId) -> Vec<Need> {
        match self {
            &Command::OpenDirect { with } => pair(actor, with),
            Command::CreateGroup { members, client_id, .. } => group(actor, members, client_id.as_ref()),
            &Command::Block { user, .. } => {
                let mut needs = vec![Need::Person(user), Need::Lobby(actor)];
                needs.extend(pair(actor, user));
                needs
            }
            Command::Change { .. } | Command::EndGroup { .. } => Vec::new(),
            &Command::Appoint { room, user, .. }
            | &Command::Mute { room, user, .. }
            | &Command::Ban { room, user, .. }
            | &Command::AddMember { room, user } => vec![Need::Person(user), Need::Member(room, user)],
            &Command::RemoveMember { room, user } if user == actor => vec![Need::Heir(room)],
            &Command::RemoveMember { room, user } => vec![Need::Person(user), Need::Member(room, user)],
            &Command::Part { room } => vec![Need::Heir(room)],
            Command::Send { room, draft, client_id } => said(*room, actor, draft, client_id.as_ref()),
            &Command::Edit { room, message, ref content } => {
                named(room, content).chain([Need::Message(room, message)]).collect()
            }
            &Command::Delete { room, message } => vec![Need::Message(room, message), Need::Author(room, message)],
            &Command::Pin { room, message, .. } | &Command::Purge { room, message } => {
                vec![Need::Message(room, message)]
            }
            &Command::Like { room, message } | &Command::Unlike { room, message } => {
                reacted(room, message, actor, Emoji::LIKE)
            }
            &Command::React { room, message, ref emoji } | &Command::Unreact { room, message, ref emoji } => {
                reacted(room, message, actor, emoji.clone())
            }
            &Command::Read { room, upto } => read(room, actor, upto),
            &Command::Deliver { room, upto } => {
                vec![Need::Ordinal(room, upto, actor), Need::Undelivered(room, actor, upto)]
            }
            Command::Search => vec![Need::Lobby(actor), Need::Waiting, Need::Apart(actor)],
            Command::StopSearch | Command::LeaveRoulette => vec![Need::Lobby(actor)],
        }
    }
}

/// Returns the needs about two users; none if they are the same.
fn pair(actor: UserId, other: UserId) -> Vec<Need> {
    if actor == other {
        return Vec::new();
    }
    let (low, high) = (actor.min(other), actor.max(other));
    vec![Need::Person(other), Need::Direct(low, high), Need::Blocks(low, high)]
}

/// Returns what making a group needs.
fn group(actor: UserId, members: &[UserId], name: Option<&ClientId>) -> Vec<Need> {
    let people = members.iter().map(|&user| Need::Person(user));
    people.chain(name.map(|name| Need::Made(actor, name.clone()))).collect()
}

/// Returns what a reaction to a message needs.
fn reacted(room: RoomId, message: MessageId, actor: UserId, emoji: Emoji) -> Vec<Need> {
    vec![Need::Message(room, message), Need::Reactions(room, message, actor, emoji)]
}

/// Returns what moving a read position needs.
fn read(room: RoomId, actor: UserId, upto: Option<MessageId>) -> Vec<Need> {
    let ordinal = upto.map(|message| Need::Ordinal(room, message, actor));
    ordinal.into_iter().chain([Need::Unread(room, actor, upto)]).collect()
}

/// Returns what sending a message needs.
fn said(room: RoomId, actor: UserId, draft: &Draft, name: Option<&ClientId>) -> Vec<Need> {
    let answered = draft.reply_to.map(|message| Need::Message(room, message));
    let files = draft.named_files().into_iter().map(|named| Need::File(named.id));
    let first = name.map(|name| Need::Sent(room, actor, name.clone()));
    answered.into_iter().chain(files).chain(named(room, draft.words())).chain(first).collect()
}

impl Draft {
    /// Returns the uploaded files that the draft's addresses name.
    pub fn named_files(&self) -> Vec<Named> {
        named_files(self.kind, &self.content, |name| self.metadata.field(name)?.text().map(String::from))
    }
}

/// Returns the needs about the usernames that a text mentions.
fn named(room: RoomId, text: &str) -> impl Iterator<Item = Need> {
    mentions::named(text).into_iter().map(move |name| Need::Named(room, folded(name)))
}
