//! The rules: what a command does, or why it is refused. A rule decides without changing anything; the decision that it
//! returns says everything that is to change.

use crate::chat::Chat;
use crate::command::{Command, Stamp};
use crate::emoji::Emoji;
use crate::refusal::Refusal;

mod blocks;
mod content;
mod decision;
mod files;
mod lobby;
mod members;
mod mentions;
mod messages;
mod metadata;
mod moderation;
mod pins;
mod positions;
mod reactions;
mod rooms;
mod scene;

pub(crate) use decision::{Decision, Memo};
use scene::Scene;

/// Decides a command.
pub(crate) fn decide(chat: &Chat, stamp: Stamp, command: Command) -> Result<Decision, Refusal> {
    let react =
        |room, message, emoji, stands| reactions::react(Scene::enter(chat, stamp, room)?, message, emoji, stands);
    match command {
        Command::OpenDirect { with } => rooms::open_direct(chat, stamp, with),
        Command::CreateGroup { title, members, client_id } => {
            rooms::create_group(chat, stamp, title, members, client_id)
        }
        Command::Change { room, amendment } => rooms::change(Scene::enter(chat, stamp, room)?, amendment),
        Command::AddMember { room, user } => members::add(Scene::enter(chat, stamp, room)?, user),
        Command::RemoveMember { room, user } => members::remove(Scene::enter(chat, stamp, room)?, user),
        Command::Appoint { room, user, role } => moderation::appoint(Scene::enter(chat, stamp, room)?, user, role),
        Command::Mute { room, user, sentence } => moderation::mute(Scene::enter(chat, stamp, room)?, user, sentence),
        Command::Ban { room, user, sentence, delete_messages } => {
            moderation::ban(Scene::enter(chat, stamp, room)?, user, sentence, delete_messages)
        }
        Command::Purge { room, message } => messages::purge(chat, stamp, room, message),
        Command::Block { user, stands } => blocks::block(chat, stamp, user, stands),
        Command::EndGroup { room } => rooms::end(Scene::enter(chat, stamp, room)?),
        Command::Part { room } => members::part(Scene::enter(chat, stamp, room)?),
        Command::Send { room, draft, client_id } => messages::send(chat, stamp, room, draft, client_id),
        Command::Edit { room, message, content } => messages::edit(Scene::enter(chat, stamp, room)?, message, content),
        Command::Delete { room, message } => messages::delete(Scene::enter(chat, stamp, room)?, message),
        Command::Like { room, message } => react(room, message, Emoji::LIKE, true),
        Command::Unlike { room, message } => react(room, message, Emoji::LIKE, false),
        Command::React { room, message, emoji } => react(room, message, emoji, true),
        Command::Unreact { room, message, emoji } => react(room, message, emoji, false),
        Command::Pin { room, message, stands } => pins::pin(Scene::enter(chat, stamp, room)?, message, stands),
        Command::Read { room, upto } => positions::read(Scene::enter(chat, stamp, room)?, upto),
        Command::Deliver { room, upto } => positions::deliver(Scene::enter(chat, stamp, room)?, upto),
        Command::Search => lobby::search(chat, stamp),
        Command::StopSearch => lobby::stop(chat, stamp),
        Command::LeaveRoulette => lobby::leave(chat, stamp),
    }
}
