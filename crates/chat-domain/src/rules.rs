//! The rules: what a command does, or why not. Each decides without changing anything; the event that it returns says all
//! that is to change.

use alloc::sync::Arc;

use crate::chat::{Chat, RoomState, Slot};
use crate::command::{ClientId, Command, Stamp};
use crate::digest::Digest;
use crate::event::{Change, Event, Head};
use crate::id::{MessageId, RoomId};
use crate::message::Message;
use crate::person::Person;
use crate::refusal::Refusal;
use crate::room::{Position, Room};
use crate::rows::LobbyRow;
use crate::time::Time;

pub(crate) mod content;
mod lobby;
mod members;
mod messages;
mod metadata;
mod positions;
mod rooms;

pub(crate) use positions::newest_of_each;

/// What a command comes to.
pub(crate) enum Decision {
    /// This is to happen, and its request is to be remembered.
    Happened(Event, Option<Memo>),
    /// This is so already.
    Already(Event),
    /// The actor's delivered position moves, and nobody hears of it.
    Reached(RoomId, Position),
    /// Somebody's row in the lobby changes.
    Lobby(LobbyRow),
    /// Nothing.
    Quiet,
}

/// A request that will be recognised when it comes again.
pub(crate) enum Memo {
    Sent(ClientId, Digest, MessageId),
    Made(ClientId, Digest),
}

/// Decides a command.
pub(crate) fn decide(chat: &Chat, stamp: Stamp, command: Command) -> Result<Decision, Refusal> {
    match command {
        Command::OpenDirect { with } => rooms::open_direct(chat, stamp, with),
        Command::CreateGroup { title, members, client_id } => {
            rooms::create_group(chat, stamp, title, members, client_id)
        }
        Command::Rename { room, title } => rooms::rename(Scene::enter(chat, stamp, room)?, title),
        Command::AddMember { room, user } => members::add(Scene::enter(chat, stamp, room)?, user),
        Command::RemoveMember { room, user } => members::remove(Scene::enter(chat, stamp, room)?, user),
        Command::Send { room, draft, client_id } => messages::send(chat, stamp, room, draft, client_id),
        Command::Edit { room, message, content } => messages::edit(Scene::enter(chat, stamp, room)?, message, content),
        Command::Delete { room, message } => messages::delete(Scene::enter(chat, stamp, room)?, message),
        Command::Like { room, message } => messages::like(Scene::enter(chat, stamp, room)?, message, true),
        Command::Unlike { room, message } => messages::like(Scene::enter(chat, stamp, room)?, message, false),
        Command::Read { room, upto } => positions::read(Scene::enter(chat, stamp, room)?, upto),
        Command::Deliver { room, upto } => positions::deliver(Scene::enter(chat, stamp, room)?, upto),
        Command::Search => lobby::search(chat, stamp),
        Command::StopSearch => lobby::stop(chat, stamp),
        Command::LeaveRoulette => lobby::leave(chat, stamp),
    }
}

/// A member about to do something in their room.
pub(crate) struct Scene<'a> {
    pub(crate) chat: &'a Chat,
    pub(crate) state: &'a RoomState,
    pub(crate) room: &'a Room,
    pub(crate) actor: &'a Arc<Person>,
    pub(crate) slot: &'a Slot,
    /// What the actor's clock says.
    pub(crate) now: Time,
    /// The next free id for a message.
    pub(crate) next_message: MessageId,
}

impl<'a> Scene<'a> {
    /// Lets a member in.
    fn enter(chat: &'a Chat, stamp: Stamp, room: RoomId) -> Result<Scene<'a>, Refusal> {
        let actor = chat.person(stamp.actor)?;
        let (state, row) = chat.state(room)?;
        let slot = chat.member(room, stamp.actor).ok_or(Refusal::NotMember)?;
        Ok(Scene { chat, state, room: row, actor, slot, now: stamp.at, next_message: stamp.ids.message })
    }

    /// When the next change of the room is: never before the last.
    fn at(&self) -> Time {
        self.now.max(self.room.last_at)
    }

    /// A message that is not deleted.
    fn message(&self, message: MessageId) -> Result<&'a Arc<Message>, Refusal> {
        self.chat.live_message(self.room.id, message)
    }

    /// A chat that is over takes nothing more.
    fn open(&self) -> Result<(), Refusal> {
        if self.room.closed { Err(Refusal::Closed) } else { Ok(()) }
    }

    fn is_owner(&self) -> bool {
        self.room.owner == Some(self.actor.id())
    }

    /// The next durable change.
    fn next(&self, change: Change) -> Event {
        let head = Head { seq: self.room.head.seq + 1, ..self.room.head };
        Event { head, ..self.already(self.at(), change) }
    }

    /// The next move of a position.
    fn moves(&self, at: Time, change: Change) -> Event {
        let head = Head { moves: self.room.head.moves + 1, ..self.room.head };
        Event { head, ..self.already(at, change) }
    }

    /// Something that is so already, since `at`.
    fn already(&self, at: Time, change: Change) -> Event {
        Event { at, ..standing_event(self.room, self.actor, change) }
    }
}

/// What is so in a room, as its first teller would tell it now.
fn standing_event(room: &Room, actor: &Arc<Person>, change: Change) -> Event {
    Event {
        room: room.id,
        room_kind: room.kind,
        members: room.members,
        head: room.head,
        at: room.created_at,
        actor: actor.clone(),
        change,
    }
}

fn happened(event: Event) -> Result<Decision, Refusal> {
    Ok(Decision::Happened(event, None))
}
