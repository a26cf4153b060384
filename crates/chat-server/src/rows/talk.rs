//! Importing chats and their messages.

use std::collections::HashMap;

use chat_domain::ClientId;
use chat_domain::{Command, Draft, Emoji, MessageId, MessageKind, Outcome, UserId};
use chat_protocol::rows::{Chat, ChatKind, Key, Member, Message, Reaction};
use chat_store::Numbered;

use super::Wrong;
use crate::filling::{AT_ONCE, Filling, Room, Wish, said_of, sent};

/// All chats that are being imported.
#[derive(Default)]
pub(super) struct Talks {
    talks: Vec<Talk>,
    /// The index of each chat, by its id in the rows.
    chats: HashMap<Key, usize>,
    /// The chat of each message, by its id in the rows, and its number here once that is known.
    messages: HashMap<Key, (usize, Option<MessageId>)>,
    /// Orders that are still to be executed, in order.
    waiting: Vec<Waiting>,
    /// The number that the next message gets.
    next: i64,
    pub(super) wrong: Wrong,
}

struct Talk {
    room: Room,
    members: Vec<Member>,
    /// The chat's messages, oldest first.
    said: Vec<MessageId>,
}

struct Waiting {
    line: usize,
    wish: Wish,
    /// The id in the rows of the message that this order sends.
    makes: Option<Key>,
}

type People = HashMap<Key, UserId>;

impl Talks {
    pub(super) async fn open(
        &mut self,
        filling: &mut Filling,
        people: &People,
        line: usize,
        chat: Chat,
        members: Vec<Member>,
    ) -> Result<(), String> {
        let known: Vec<_> = members.iter().filter_map(|member| people.get(&member.user_id).copied()).collect();
        let owner = match self.owner(people, &chat, &known, members.len()) {
            Ok(owner) => owner,
            Err(problem) => {
                self.wrong.say(line, problem);
                return Ok(());
            }
        };
        if let Key::Number(number) = chat.id {
            filling.store.number_from(Numbered::Room(number)).await.map_err(said_of)?;
        }
        let called = (chat.kind == ChatKind::Group).then(|| chat.title.as_deref().unwrap_or("group"));
        let room = match filling.open(called, owner, &known, chat.created_at.0).await {
            Ok(room) => room,
            Err(failure) => {
                self.wrong.say(line, &failure.to_string());
                return Ok(());
            }
        };
        if kept(&chat.id).is_some_and(|number| number != room.id.number()) {
            self.wrong.say(line, "these two have another chat already");
            return Ok(());
        }
        self.chats.insert(chat.id, self.talks.len());
        self.talks.push(Talk { room, members, said: Vec::new() });
        filling.progress.more(1);
        Ok(())
    }

    /// Returns the owner of a new chat, or what is wrong with it.
    fn owner(&self, people: &People, chat: &Chat, known: &[UserId], members: usize) -> Result<UserId, &'static str> {
        let owner = match &chat.owner_id {
            Some(owner) => people.get(owner).copied(),
            None => known.first().copied(),
        };
        match owner {
            _ if known.len() != members => Err("somebody in this chat has no line before it"),
            None => Err("nobody of whom a line stands before it owns this chat or is in it"),
            _ if self.chats.contains_key(&chat.id) => Err("a chat of this id is there already"),
            Some(_) if chat.kind == ChatKind::Direct && known.len() != 2 => Err("a direct chat has two members"),
            Some(owner) => Ok(owner),
        }
    }

    pub(super) async fn said(
        &mut self,
        filling: &mut Filling,
        people: &People,
        line: usize,
        message: Message,
    ) -> Result<(), String> {
        let (Some(&at), Some(&sender)) = (self.chats.get(&message.chat_id), people.get(&message.user_id)) else {
            self.wrong.say(line, "no line before it has its chat, or its author");
            return Ok(());
        };
        if self.messages.contains_key(&message.id) {
            self.wrong.say(line, "a message of this id is there already");
            return Ok(());
        }
        if !self.goes_on_from(filling, &message.id).await? {
            self.wrong.say(line, "messages come in the order of their ids");
            return Ok(());
        }
        let (kind, created_at) = (message.kind.as_deref().unwrap_or("text"), message.created_at.0);
        let Some(kind) = MessageKind::from_word(kind) else {
            self.wrong.say(line, &format!("there is no sort of message called `{kind}`"));
            return Ok(());
        };
        let reply_to = match &message.reply_to_id {
            Some(first) => self.number(filling, first).await?,
            None => None,
        };
        filling.let_in(&mut self.talks[at].room, sender, created_at).await?;
        let room = self.talks[at].room.id;
        let edited = message.edited_at.filter(|_| kind == MessageKind::Text);
        let draft = Draft { kind, metadata: message.metadata(), reply_to, ..Draft::text(message.content.clone()) };
        // The content before the edit is not known.
        let first = if edited.is_some() { Draft { content: BEFORE.into(), ..draft } } else { draft };
        let client_id = message.client_id.as_deref().and_then(ClientId::new);
        self.talks[at].room.last = created_at;
        self.messages.insert(message.id.clone(), (at, kept(&message.id).and_then(MessageId::new)));
        self.next += 1;
        let send = Command::Send { room, draft: first, client_id };
        self.wait(filling, Waiting { line, wish: (sender, created_at, send), makes: Some(message.id.clone()) }).await?;
        if let Some(edited) = edited
            && let Some(id) = self.number(filling, &message.id).await?
        {
            let edit = Command::Edit { room, message: id, content: message.content };
            self.wait(filling, Waiting { line, wish: (sender, edited.0, edit), makes: None }).await?;
        }
        Ok(())
    }

    /// Lets the next message have the number that its row keeps. Returns false if a later one was used already.
    async fn goes_on_from(&mut self, filling: &mut Filling, key: &Key) -> Result<bool, String> {
        let Some(number) = kept(key).filter(|number| *number != self.next) else { return Ok(true) };
        self.carry_out(filling).await?;
        if number < self.next {
            return Ok(false);
        }
        filling.store.number_from(Numbered::Message(number)).await.map_err(said_of)?;
        self.next = number;
        Ok(true)
    }

    pub(super) async fn reacted(
        &mut self,
        filling: &mut Filling,
        people: &People,
        line: usize,
        reaction: Reaction,
    ) -> Result<(), String> {
        let at = self.messages.get(&reaction.message_id).map(|(at, _)| *at);
        let message = self.number(filling, &reaction.message_id).await?;
        let emoji = reaction.emoji.as_deref().map_or(Some(Emoji::LIKE), Emoji::new);
        let user = people.get(&reaction.user_id).copied();
        let (Some(at), Some(message), Some(emoji), Some(user)) = (at, message, emoji, user) else {
            self.wrong.say(line, "no line before it has its message, or who reacted; or this is no reaction");
            return Ok(());
        };
        let when = self.talks[at].room.last;
        filling.let_in(&mut self.talks[at].room, user, when).await?;
        let react = Command::React { room: self.talks[at].room.id, message, emoji };
        self.wait(filling, Waiting { line, wish: (user, when, react), makes: None }).await
    }

    /// Brings memberships and positions to their final state.
    pub(super) async fn end(&mut self, filling: &mut Filling, people: &People) -> Result<(), String> {
        self.carry_out(filling).await?;
        for talk in &self.talks {
            let members: Vec<_> =
                talk.members.iter().filter_map(|member| people.get(&member.user_id).copied()).collect();
            filling.let_out(&talk.room, &members).await?;
            let reads = talk.members.iter().zip(&members).filter_map(|(member, user)| {
                let upto = match &member.last_read_message_id {
                    None => None,
                    Some(newest) => Some(self.read_upto(talk, newest.as_ref()?)?),
                };
                Some((*user, talk.room.last, Command::Read { room: talk.room.id, upto }))
            });
            for reads in reads.collect::<Vec<_>>().chunks(AT_ONCE) {
                // A refusal means that there is nothing to read for them, so everything is read.
                filling.carry_out(reads.to_vec()).await?;
            }
        }
        Ok(())
    }

    /// Returns the newest message of a chat up to the one with this id, which may have been deleted.
    fn read_upto(&self, talk: &Talk, newest: &Key) -> Option<MessageId> {
        let id = match self.messages.get(newest) {
            Some((_, id)) => *id,
            None => kept(newest).and_then(MessageId::new),
        };
        let before = talk.said.partition_point(|said| Some(*said) <= id);
        Some(talk.said[before.checked_sub(1)?])
    }

    /// Returns the number of a message here. If it is not known yet, waiting orders are executed first.
    async fn number(&mut self, filling: &mut Filling, key: &Key) -> Result<Option<MessageId>, String> {
        if matches!(self.messages.get(key), Some((_, None))) {
            self.carry_out(filling).await?;
        }
        Ok(self.messages.get(key).and_then(|(_, id)| *id))
    }

    async fn wait(&mut self, filling: &mut Filling, waiting: Waiting) -> Result<(), String> {
        self.waiting.push(waiting);
        if self.waiting.len() >= AT_ONCE { self.carry_out(filling).await } else { Ok(()) }
    }

    async fn carry_out(&mut self, filling: &mut Filling) -> Result<(), String> {
        let waiting = std::mem::take(&mut self.waiting);
        filling.progress.more(waiting.len());
        let outcomes = filling.carry_out(waiting.iter().map(|waiting| waiting.wish.clone()).collect()).await?;
        for (outcome, Waiting { line, makes, .. }) in outcomes.iter().zip(waiting) {
            let message = match outcome {
                Ok(outcome) => sent(outcome),
                Err(refusal) => {
                    self.wrong.say(line, &refusal.to_string());
                    None
                }
            };
            let (Some(key), Some(message)) = (makes, message) else { continue };
            if kept(&key).is_some_and(|number| number != message.number()) {
                match outcome {
                    Ok(Outcome::Already(_)) => self.wrong.say(line, "its author has said this `client_id` before"),
                    // After a refused message the numbers may differ. Nothing is kept of such an import anyway.
                    _ if self.wrong.is_any() => {}
                    _ => {
                        return Err(format!(
                            "line {line}: the message became {message}: this is a fault of the program"
                        ));
                    }
                }
                continue;
            }
            if let Some((at, id)) = self.messages.get_mut(&key) {
                *id = Some(message);
                self.talks[*at].said.push(message);
            }
        }
        Ok(())
    }
}

/// Returns the number that a row keeps here.
fn kept(key: &Key) -> Option<i64> {
    match key {
        Key::Number(number) => Some(*number),
        Key::Text(_) => None,
    }
}

/// The content of a message before its edit.
const BEFORE: &str = "…";
