//! Importing conversations and their messages.

use std::collections::HashMap;

use chat_domain::{Command, Draft, Limits, MessageId, Time};
use chat_protocol::slack::{Conversation, Said, words};

use super::Workspace;
use super::zip::Zip;
use crate::filling::{AT_ONCE, Room, Wish, sent};

/// A conversation that is being imported.
struct Talk {
    room: Room,
    /// Messages by their times, which are their ids in Slack.
    messages: HashMap<String, MessageId>,
}

impl Workspace<'_> {
    pub(super) async fn conversation(&mut self, zip: &Zip, conversation: &Conversation) -> Result<(), String> {
        let mut members = Vec::with_capacity(conversation.members.len());
        for member in &conversation.members {
            members.push(self.know(member, None, None).await?);
        }
        let founder = match &conversation.creator {
            Some(creator) if !creator.is_empty() => Some(self.know(creator, None, None).await?),
            _ => members.first().copied(),
        };
        let Some(founder) = founder else { return Ok(()) };
        let folder = conversation.name.as_deref().unwrap_or(&conversation.id);
        let days = zip.days(folder);
        let begun = Time::from_secs(conversation.created.unwrap_or(0));
        let opened = self.filling.open(conversation.name.as_deref(), founder, &members, begun).await;
        let room = opened.map_err(|failure| format!("{folder}: {failure}"))?;
        let mut talk = Talk { room, messages: HashMap::new() };
        for day in days {
            let mut entries: Vec<Said> = zip.list(&day)?.unwrap_or_default();
            entries.retain(|entry| entry.is_message() && entry.at().is_some());
            entries.sort_by_key(Said::at);
            for part in entries.chunks(AT_ONCE) {
                self.say(&mut talk, part).await.map_err(|problem| format!("{day}: {problem}"))?;
            }
        }
        self.filling.let_out(&talk.room, &members).await.map_err(|problem| format!("{folder}: {problem}"))?;
        self.filling.read_all(&talk.room, &members).await.map_err(|problem| format!("{folder}: {problem}"))
    }

    /// Imports a part of a day: all messages together, as far as none answers another of them, then the reactions.
    async fn say(&mut self, talk: &mut Talk, part: &[Said]) -> Result<(), String> {
        let (mut orders, mut names, mut reactions) = (Vec::new(), Vec::new(), Vec::new());
        for entry in part {
            let Some(at) = entry.at() else { continue };
            let sender = match (&entry.user, &entry.username) {
                (Some(user), _) => self.know(user, None, None).await?,
                (None, Some(program)) => self.know(&format!("program {program}"), Some(program), None).await?,
                (None, None) => self.know("program", Some("program"), None).await?,
            };
            self.filling.let_in(&mut talk.room, sender, at).await?;
            if entry.answers().is_some_and(|first| names.contains(&first.to_owned())) {
                self.sent(talk, std::mem::take(&mut orders), std::mem::take(&mut names)).await?;
            }
            let reply_to = entry.answers().and_then(|first| talk.messages.get(first).copied());
            for piece in pieces(&self.text(entry)) {
                let draft = Draft { reply_to, ..Draft::text(piece) };
                orders.push((sender, at, Command::Send { room: talk.room.id, draft, client_id: None }));
                names.push(entry.ts.clone());
            }
            for reaction in entry.reactions() {
                let Some(emoji) = reaction.emoji() else { continue };
                for user in &reaction.users {
                    let user = self.know(user, None, None).await?;
                    self.filling.let_in(&mut talk.room, user, at).await?;
                    reactions.push((user, at, entry.ts.clone(), emoji.clone()));
                }
            }
            talk.room.last = at;
        }
        self.sent(talk, orders, names).await?;
        let reacted = reactions.into_iter().filter_map(|(user, at, ts, emoji)| {
            let message = *talk.messages.get(&ts)?;
            Some((user, at, Command::React { room: talk.room.id, message, emoji }))
        });
        let reacted: Vec<Wish> = reacted.collect();
        self.carry_out(reacted).await?;
        Ok(())
    }

    /// Executes orders that send messages. If a message was split, answers and reactions go to its first piece.
    async fn sent(&mut self, talk: &mut Talk, orders: Vec<Wish>, names: Vec<String>) -> Result<(), String> {
        self.filling.progress.more(orders.len());
        for (message, ts) in self.carry_out(orders).await?.into_iter().zip(names) {
            if let Some(message) = message {
                talk.messages.entry(ts).or_insert(message);
            }
        }
        Ok(())
    }

    /// Executes orders and returns their messages. Refused ones are counted.
    async fn carry_out(&mut self, orders: Vec<Wish>) -> Result<Vec<Option<MessageId>>, String> {
        let mut made = Vec::with_capacity(orders.len());
        for orders in orders.chunks(AT_ONCE) {
            let outcomes = self.filling.carry_out(orders.to_vec()).await?;
            self.unusable += outcomes.iter().filter(|outcome| outcome.is_err()).count();
            made.extend(outcomes.iter().map(|outcome| outcome.as_ref().ok().and_then(sent)));
        }
        Ok(made)
    }

    fn text(&self, entry: &Said) -> String {
        let name = |id: &str| self.people.get(id).map(|somebody| somebody.username.clone());
        let mut text = words(entry.text(), &name);
        for file in entry.files() {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&file);
        }
        text
    }
}

/// Splits a text into messages of the allowed length.
fn pieces(text: &str) -> Vec<String> {
    let (mut rest, mut pieces) = (text, Vec::new());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(Limits::default().content));
        pieces.push(piece.to_owned());
        rest = after;
    }
    pieces
}
