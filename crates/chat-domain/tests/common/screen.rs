//! What a client shows of a room, built from events.

use std::collections::{BTreeMap, BTreeSet};

use chat_domain::view::Page;
use chat_domain::*;

use super::common::*;

/// A room as a client shows it, kept up to date by events alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Screen {
    title: Option<String>,
    people: Vec<UserId>,
    closed: bool,
    messages: BTreeMap<MessageId, (String, BTreeMap<Emoji, u32>)>,
    read: BTreeMap<UserId, MessageId>,
    pins: BTreeSet<MessageId>,
    rules: (u32, bool),
    /// Everybody who is not a plain member without mute and ban.
    standings: BTreeMap<UserId, Standing>,
}

impl Screen {
    /// What a client loads when it opens the room.
    pub(crate) fn load(chat: &Chat, room: RoomId) -> Screen {
        let Fact::Room(_, Some(row)) = chat.answer(&Need::Room(room)) else { panic!() };
        let members = (1..=PEOPLE).filter_map(|who| match chat.answer(&Need::Member(room, user(who))) {
            Fact::Member(.., member) => member,
            _ => None,
        });
        let members: Vec<_> = members.collect();
        let reader = members.iter().find(|member| member.active).unwrap().user;
        let history = chat.history(reader, room, Page::Newest, 999).unwrap();
        let pins = chat.history(reader, room, Page::Pinned, 0).unwrap();
        let shown = |shown: view::Shown| (shown.message.id, line(&shown.message));
        let moved = |member: &&Member| member.read.moved > 0;
        Screen {
            rules: (row.slow_mode, row.frozen),
            standings: members
                .iter()
                .map(|member| (member.user, standing(&row, member)))
                .filter(|(_, one)| *one != PLAIN)
                .collect(),
            title: row.title,
            people: members.iter().filter(|member| member.active).map(|member| member.user).collect(),
            closed: row.closed,
            messages: history.messages.into_iter().map(shown).collect(),
            pins: pins.messages.iter().map(|shown| shown.message.id).collect(),
            read: members.iter().filter(moved).map(|member| (member.user, member.read.message.unwrap())).collect(),
        }
    }

    pub(crate) fn hear(&mut self, event: &Event) {
        match &event.change {
            Change::Created { title, people } => {
                self.title.clone_from(title);
                people.iter().for_each(|person| self.comes(person.id()));
                // A maker who has left since is not among them.
                let maker = people.iter().find(|person| person.id() == event.actor.id());
                if let Some(maker) = maker.filter(|_| event.room_kind == RoomKind::Group) {
                    self.stands(maker.id(), Standing { role: Role::Owner, ..PLAIN });
                }
            }
            Change::Added { person } => self.comes(person.id()),
            Change::Removed { person, .. } => {
                self.people.retain(|&user| user != person.id());
                let before = self.standings.get(&person.id()).copied().unwrap_or(PLAIN);
                self.stands(person.id(), Standing { role: Role::Member, ..before });
            }
            Change::Extra(Extra::Changed { title, slow_mode, frozen }) => {
                self.title.clone_from(title);
                self.rules = (*slow_mode, *frozen);
            }
            Change::Extra(Extra::Updated { person, standing }) => {
                self.stands(person.id(), *standing);
            }
            Change::Extra(Extra::Silenced { .. }) => {}
            Change::Closed => self.closed = true,
            Change::Sent { message, reception } => {
                assert_eq!(message.likes(), reception.likes.count);
                self.pins.extend(message.pinned.map(|_| message.id));
                assert_eq!(self.messages.insert(message.id, line(message)), None, "told twice");
            }
            Change::Edited { message } => {
                let line = self.messages.get_mut(&message.id).expect("an edit of a message that was not told");
                line.0 = message.content.to_string();
            }
            Change::Deleted { message, .. } => {
                self.messages.remove(message);
                self.pins.remove(message);
            }
            Change::Liked { message, likes } | Change::Unliked { message, likes } => {
                self.counts(*message, &Emoji::LIKE, likes.count);
            }
            Change::Extra(Extra::Reacted { message, emoji, by } | Extra::Unreacted { message, emoji, by }) => {
                self.counts(*message, emoji, by.count);
            }
            Change::Extra(Extra::Pinned { message }) => {
                self.pins.insert(*message);
            }
            Change::Extra(Extra::Unpinned { message }) => {
                self.pins.remove(message);
            }
            Change::Read(read) => {
                self.read.insert(event.actor.id(), read.upto);
            }
            Change::Delivered(_) => {}
        }
    }

    fn counts(&mut self, message: MessageId, emoji: &Emoji, count: u32) {
        let (_, counts) = self.messages.get_mut(&message).expect("a reaction to a message that was not told");
        counts.remove(emoji);
        counts.extend((count > 0).then(|| (emoji.clone(), count)));
    }

    fn stands(&mut self, user: UserId, standing: Standing) {
        self.standings.remove(&user);
        self.standings.extend((standing != PLAIN).then_some((user, standing)));
    }

    fn comes(&mut self, user: UserId) {
        self.people.retain(|&other| other != user);
        self.people.push(user);
        self.people.sort();
    }
}

const PLAIN: Standing = Standing { role: Role::Member, muted: None, banned: None };

fn standing(row: &Room, member: &Member) -> Standing {
    let role = row.role_of(member.user, Some(member));
    Standing { role, muted: member.muted, banned: member.banned }
}

/// A message as the screen shows it: its text, and how many people react with which emoji.
fn line(message: &Message) -> (String, BTreeMap<Emoji, u32>) {
    let counts = message.reactions.iter().map(|tally| (tally.emoji.clone(), tally.count));
    (message.content.to_string(), counts.collect())
}
