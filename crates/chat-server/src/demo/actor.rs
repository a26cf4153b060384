//! A person of the demo: a client of dialect 2 that does what it is told, and answers the guest by itself.

use std::time::Duration;

use chat_domain::{RoomId, UserId};
use futures_util::{SinkExt, StreamExt};
use tokio::select;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::sleep;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::script::{ANSWERS, ANSWERS_RU, HOST};

/// Something that a person does.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Types for a while, then sends the text.
    Say { room: RoomId, content: &'static str, writing: Duration },
    /// Likes the newest message of somebody else in this room.
    LikeNewest { room: RoomId },
    /// Sends this frame.
    Frame(String),
}

/// A person of the demo.
#[derive(Clone)]
pub(super) struct Actor {
    acts: Sender<Act>,
}

/// Who a person is.
pub(super) struct Part {
    /// Their index among the people.
    pub(super) who: usize,
    pub(super) user: UserId,
    pub(super) guest: UserId,
    /// The groups in which they are.
    pub(super) groups: Vec<RoomId>,
}

/// What an actor knows while it is connected.
struct Role {
    part: Part,
    actor: Actor,
    /// The newest message of others, by room.
    newest: Vec<(i64, i64)>,
    answered: usize,
}

impl Actor {
    /// Connects, and stays until told to stop.
    pub(super) fn begin(part: Part, address: String, stop: CancellationToken) -> Actor {
        let (acts, told) = mpsc::channel(QUEUE);
        let actor = Actor { acts };
        let answered = part.who;
        let role = Role { part, actor: actor.clone(), newest: Vec::new(), answered };
        tokio::spawn(async move { stop.run_until_cancelled(role.live(address, told)).await });
        actor
    }

    /// Tells the actor to do something. It is dropped if the actor has too much to do.
    pub(super) fn does(&self, act: Act) {
        if let Err(error) = self.acts.try_send(act) {
            debug!(%error, "an actor is busy");
        }
    }

    /// Types, then sends the text, while the actor can do other things.
    fn say(&self, room: RoomId, content: &'static str, writing: Duration) {
        let actor = self.clone();
        tokio::spawn(async move {
            let room = room.number();
            actor.does(Act::Frame(format!(r#"{{"type":"typing","chat_id":{room},"is_typing":true}}"#)));
            sleep(writing).await;
            actor.does(Act::Frame(format!(r#"{{"type":"send_message","chat_id":{room},"content":"{content}"}}"#)));
        });
    }
}

impl Role {
    async fn live(mut self, address: String, mut told: Receiver<Act>) {
        let Ok((mut socket, _)) = connect_async(address).await else { return };
        for room in &self.part.groups {
            let join = format!(r#"{{"type":"join_chat","chat_id":{}}}"#, room.number());
            if socket.send(Message::text(join)).await.is_err() {
                return;
            }
        }
        loop {
            let frame = select! {
                act = told.recv() => match act {
                    Some(act) => self.frame(act),
                    None => return,
                },
                heard = socket.next() => match heard {
                    Some(Ok(Message::Text(text))) => self.hear(&text),
                    Some(Ok(_)) => None,
                    _ => return,
                },
            };
            if let Some(frame) = frame
                && socket.send(Message::text(frame)).await.is_err()
            {
                return;
            }
        }
    }

    fn frame(&self, act: Act) -> Option<String> {
        match act {
            Act::Frame(frame) => Some(frame),
            Act::Say { room, content, writing } => {
                self.actor.say(room, content, writing);
                None
            }
            Act::LikeNewest { room } => {
                let (room, message) = self.newest.iter().find(|(in_room, _)| *in_room == room.number())?;
                Some(format!(r#"{{"type":"like_message","chat_id":{room},"message_id":{message}}}"#))
            }
        }
    }

    /// Marks what others say as read at once, and returns an answer to the guest.
    fn hear(&mut self, text: &str) -> Option<String> {
        // Direct chats are not joined: the chat list tells what is new there.
        let is_direct = text.starts_with(r#"{"type":"chat_updated""#);
        if !is_direct && !text.starts_with(r#"{"type":"new_message""#) {
            return None;
        }
        let (room, sender) = (number(text, "chat_id")?, number(text, "sender_id")?);
        let in_group = self.part.groups.iter().any(|group| group.number() == room);
        let message = number(text, "id")?;
        if sender == self.part.user.number() || in_group == is_direct {
            return None;
        }
        let known = self.newest.iter().position(|(known, _)| *known == room);
        match known {
            Some(known) if self.newest[known].1 >= message => return None,
            Some(known) => self.newest[known].1 = message,
            None => self.newest.push((room, message)),
        }
        if sender == self.part.guest.number() && (!in_group || self.part.who == HOST) {
            self.answer(RoomId::new(room)?, text);
        }
        Some(format!(r#"{{"type":"read_messages","chat_id":{room},"message_id":{message}}}"#))
    }

    fn answer(&mut self, room: RoomId, text: &str) {
        let russian = text.chars().any(|letter| ('а'..='я').contains(&letter.to_ascii_lowercase()));
        let answers = if russian { ANSWERS_RU } else { ANSWERS };
        let content = answers[self.answered % answers.len()];
        self.answered += 1;
        let actor = self.actor.clone();
        tokio::spawn(async move {
            // Reading takes a moment.
            sleep(Duration::from_millis(900)).await;
            actor.say(room, content, Duration::from_millis(2_200));
        });
    }
}

/// Returns the number in the first field of this name. It is simple because the frame is our own server's.
fn number(text: &str, field: &str) -> Option<i64> {
    let after = text.split_once(&format!(r#""{field}":"#))?.1;
    let digits = after.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(after.len());
    after[..digits].parse().ok()
}

/// How many acts may wait.
const QUEUE: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_frames() {
        let frame = r#"{"type":"new_message","chat_id":7,"message":{"id":12,"content":"hi","sender_id":3}}"#;
        assert_eq!(
            (number(frame, "chat_id"), number(frame, "id"), number(frame, "sender_id")),
            (Some(7), Some(12), Some(3))
        );
        assert_eq!(number(frame, "nothing"), None);
    }
}
