//! Conversations, and what was said in them.

use std::collections::{HashMap, HashSet};

use chat_domain::{Change, Command, Draft, Event, Failure, Limits, MessageId, Outcome, RoomId, Time, UserId};
use chat_protocol::slack::{Conversation, Said, words};

use super::zip::Zip;
use super::{Workspace, said};

/// A conversation, as far as it has come in.
struct Room {
    id: RoomId,
    owner: UserId,
    /// Who is in it, so far.
    within: HashSet<UserId>,
    /// Whether others can come into it.
    is_group: bool,
    /// By when they were said.
    messages: HashMap<String, MessageId>,
    last: Time,
}

impl Workspace {
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
        let mut room = self
            .open(conversation, founder, &members, begun)
            .await
            .map_err(|failure| format!("{folder}: {failure}"))?;
        for day in days {
            let mut entries: Vec<Said> = zip.list(&day)?.unwrap_or_default();
            entries.retain(|entry| entry.is_message() && entry.at().is_some());
            entries.sort_by_key(Said::at);
            for part in entries.chunks(AT_ONCE) {
                self.say(&mut room, part).await.map_err(|problem| format!("{day}: {problem}"))?;
            }
        }
        self.end(&room, &members).await.map_err(|problem| format!("{folder}: {problem}"))
    }

    async fn open(
        &mut self,
        of: &Conversation,
        founder: UserId,
        members: &[UserId],
        at: Time,
    ) -> Result<Room, Failure> {
        let others: Vec<_> = members.iter().copied().filter(|member| *member != founder).collect();
        let (command, is_group) = match (&of.name, &others[..]) {
            (None, [other]) => (Command::OpenDirect { with: *other }, false),
            (name, _) => {
                let title = name.as_deref().map_or_else(|| "notes".to_owned(), title);
                let founders = others.iter().copied().take(Limits::default().founders - 1).collect();
                (Command::CreateGroup { title, members: founders, client_id: None }, true)
            }
        };
        let outcome = self.execute(founder, at, command).await?;
        let id = outcome.event().map(|event| event.room).ok_or(Failure::Unavailable)?;
        let within = members.iter().copied().chain([founder]).collect();
        let (messages, last) = (HashMap::new(), at);
        for late in others.iter().skip(Limits::default().founders - 1).filter(|_| is_group) {
            self.execute(founder, at, Command::AddMember { room: id, user: *late }).await?;
        }
        Ok(Room { id, owner: founder, within, is_group, messages, last })
    }

    /// Some of a day: all messages together where none answers another of them, then how people reacted.
    async fn say(&mut self, room: &mut Room, part: &[Said]) -> Result<(), String> {
        let (mut orders, mut names, mut reactions) = (Vec::new(), Vec::new(), Vec::new());
        for entry in part {
            let Some(at) = entry.at() else { continue };
            let sender = match (&entry.user, &entry.username) {
                (Some(user), _) => self.know(user, None, None).await?,
                (None, Some(program)) => self.know(&format!("program {program}"), Some(program), None).await?,
                (None, None) => self.know("program", Some("program"), None).await?,
            };
            self.let_in(room, sender, at).await?;
            if entry.answers().is_some_and(|first| names.contains(&first.to_owned())) {
                self.sent(room, std::mem::take(&mut orders), std::mem::take(&mut names)).await?;
            }
            let reply_to = entry.answers().and_then(|first| room.messages.get(first).copied());
            for piece in pieces(&self.text(entry)) {
                let draft = Draft { reply_to, ..Draft::text(piece) };
                orders.push((sender, at, Command::Send { room: room.id, draft, client_id: None }));
                names.push(entry.ts.clone());
            }
            for reaction in entry.reactions() {
                let Some(emoji) = reaction.emoji() else { continue };
                for user in &reaction.users {
                    let user = self.know(user, None, None).await?;
                    self.let_in(room, user, at).await?;
                    reactions.push((user, at, entry.ts.clone(), emoji.clone()));
                }
            }
            room.last = at;
        }
        self.sent(room, orders, names).await?;
        let reacted = reactions.into_iter().filter_map(|(user, at, ts, emoji)| {
            let message = *room.messages.get(&ts)?;
            Some((user, at, Command::React { room: room.id, message, emoji }))
        });
        for orders in reacted.collect::<Vec<_>>().chunks(AT_ONCE) {
            self.carry_out(orders.to_vec()).await?;
        }
        Ok(())
    }

    /// The first piece of a message is what answers and reactions are about.
    async fn sent(
        &mut self,
        room: &mut Room,
        orders: Vec<(UserId, Time, Command)>,
        names: Vec<String>,
    ) -> Result<(), String> {
        self.progress.more(orders.len());
        let mut outcomes = Vec::new();
        for orders in orders.chunks(AT_ONCE) {
            outcomes.extend(self.carry_out(orders.to_vec()).await?);
        }
        for (outcome, ts) in outcomes.into_iter().zip(names) {
            if let Some(Outcome::Happened(event)) = outcome
                && let Event { change: Change::Sent { message, .. }, .. } = &*event
            {
                room.messages.entry(ts).or_insert(message.id);
            }
        }
        Ok(())
    }

    /// Whoever said something was there, whether or not they are in the list of today.
    async fn let_in(&mut self, room: &mut Room, user: UserId, at: Time) -> Result<(), String> {
        if room.is_group && room.within.insert(user) {
            self.execute(room.owner, at, Command::AddMember { room: room.id, user }).await.map_err(said)?;
        }
        Ok(())
    }

    /// Those who have gone go, and the others have read everything.
    async fn end(&mut self, room: &Room, members: &[UserId]) -> Result<(), String> {
        let gone = room.within.iter().filter(|user| **user != room.owner && !members.contains(user));
        for user in gone.copied().collect::<Vec<_>>() {
            if room.is_group {
                self.execute(room.owner, room.last, Command::RemoveMember { room: room.id, user })
                    .await
                    .map_err(said)?;
            }
        }
        let read = members.iter().chain([&room.owner]).collect::<HashSet<_>>();
        let orders: Vec<_> =
            read.into_iter().map(|user| (*user, room.last, Command::Read { room: room.id, upto: None })).collect();
        let left_out = self.unusable;
        for orders in orders.chunks(AT_ONCE) {
            self.carry_out(orders.to_vec()).await?;
        }
        // Whoever cannot read there has read everything.
        self.unusable = left_out;
        Ok(())
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

/// A title as long as one may be.
fn title(name: &str) -> String {
    let most = Limits::default().title;
    name[..name.floor_char_boundary(most)].to_owned()
}

/// A text in messages as long as they may be.
fn pieces(text: &str) -> Vec<String> {
    let (mut rest, mut pieces) = (text, Vec::new());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(Limits::default().content));
        pieces.push(piece.to_owned());
        rest = after;
    }
    pieces
}

/// Orders that are on their way together.
const AT_ONCE: usize = 500;
