//! What an extra changes in a chat.

use alloc::sync::Arc;

use super::Chat;
use crate::emoji::Emoji;
use crate::event::Event;
use crate::extra::Extra;
use crate::id::MessageId;
use crate::message::Message;
use crate::rows::ReactionRow;

impl Chat {
    /// Applies an extra.
    pub(super) fn fold_extra(&mut self, event: &Event, extra: &Extra) {
        match extra {
            Extra::Reacted { message, emoji, .. } => self.fold_reaction(event, *message, emoji, true),
            Extra::Unreacted { message, emoji, .. } => self.fold_reaction(event, *message, emoji, false),
            Extra::Pinned { message } => self.fold_pin(event, *message, true),
            Extra::Unpinned { message } => self.fold_pin(event, *message, false),
            Extra::Updated { person, standing } => self.fold_updated(event, person.id(), standing),
            Extra::Changed { title, slow_mode, frozen } => self.update(event, |room| {
                room.title.clone_from(title);
                (room.slow_mode, room.frozen) = (*slow_mode, *frozen);
            }),
            Extra::Silenced { person, stands } => self.fold_silenced(event, person.id(), *stands),
        }
    }

    /// Removes the reactions to a message that is deleted, and no longer counts its pin.
    pub(super) fn forget_extras(&mut self, event: &Event, message: &Message) {
        // An empty map says that there are no reactions, where a missing one would say that they were not learned.
        if let Some(state) = self.states.get_mut(&event.room) {
            state.reactions.insert(message.id, Default::default());
        }
        self.mark(|dirty| dirty.forget(event.room, message.id));
        if message.pinned.is_some() {
            self.count_pins(event, false);
        }
    }

    fn fold_pin(&mut self, event: &Event, id: MessageId, stands: bool) {
        let state = self.states.get(&event.room);
        let Some(message) = state.and_then(|state| state.message(id)).map(|message| Message::clone(message)) else {
            return;
        };
        self.fold_message(event, Arc::new(Message { pinned: stands.then_some(event.head.seq), ..message }));
        self.count_pins(event, stands);
    }

    fn count_pins(&mut self, event: &Event, more: bool) {
        self.update(event, |room| room.pins = if more { room.pins + 1 } else { room.pins.saturating_sub(1) });
    }

    /// Adds a user's reaction to a message, or takes it away.
    pub(super) fn fold_reaction(&mut self, event: &Event, id: MessageId, emoji: &Emoji, stands: bool) {
        let (room, user) = (event.room, event.actor.handle);
        let (at, seq) = (event.at, event.head.seq);
        let row = ReactionRow { room, message: id, user, emoji: emoji.clone(), stands, at, seq };
        let Some(state) = self.states.get_mut(&room) else { return };
        let Some(mut message) = state.message(id).map(|message| Message::clone(message)) else { return };
        message.reactions.change(emoji, stands);
        state.reactions.entry(id).or_default().entry(emoji.clone()).or_default().put(row.clone());
        self.fold_message(event, Arc::new(message));
        self.mark(|dirty| {
            dirty.reactions.insert((room, id, user.id, emoji.clone()), row);
        });
    }
}
