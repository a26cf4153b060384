//! The same rules once more in the simplest way: lists that are searched from the beginning, and nothing counted in
//! advance.

mod answers;
mod place;
mod ranks;

use std::collections::BTreeMap;

use chat_domain::*;

#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Happened,
    Already,
    Quiet,
    Refused(Refusal),
}

#[derive(Default)]
pub struct Naive {
    pub rooms: BTreeMap<RoomId, Place>,
    directs: Vec<(UserId, UserId, RoomId)>,
    /// Who blocks whom.
    blocks: Vec<(UserId, UserId)>,
    made: Vec<(UserId, String, String, Vec<UserId>)>,
    lobby: BTreeMap<UserId, Seat>,
}

#[derive(Clone, Copy, Default)]
struct Seat {
    waiting: Option<(Time, u64)>,
    room: Option<RoomId>,
    partner: Option<UserId>,
    lease: Time,
}

pub struct Place {
    pub group: bool,
    pub title: Option<String>,
    pub owner: Option<UserId>,
    pub closed: bool,
    pub slow: u32,
    pub frozen: bool,
    /// The audit: the `seq`, the act, by whom, to whom.
    pub audit: Vec<(u64, Act, UserId, Option<UserId>)>,
    pub seq: u64,
    pub moves: u64,
    pub last_at: Time,
    /// Everybody who ever was in the room, with the `seq` of their last coming.
    pub people: Vec<Guest>,
    pub lines: Vec<Line>,
}

#[derive(Clone)]
pub struct Guest {
    pub user: UserId,
    pub here: bool,
    pub joined: u64,
    pub moderator: bool,
    pub muted: Option<Time>,
    pub banned: Option<Time>,
    /// Every read position that they had, and since when.
    pub read: Vec<(Option<MessageId>, Time)>,
    pub delivered: Option<MessageId>,
    delivered_at: Time,
}

#[derive(Clone)]
pub struct Line {
    pub id: MessageId,
    pub sender: UserId,
    pub words: String,
    pub first_words: String,
    pub name: Option<ClientId>,
    pub reply_to: Option<MessageId>,
    pub at: Time,
    pub mentions: Vec<UserId>,
    pub all: bool,
    /// The `seq` with which it was pinned.
    pub pinned: Option<u64>,
    pub deleted: bool,
    pub edited: bool,
    /// The reactions in order.
    pub given: Vec<(Emoji, UserId)>,
    /// The emoji in the order in which they were first given.
    pub emoji: Vec<Emoji>,
}

type Judged = Result<Said, Refusal>;

impl Naive {
    pub fn execute(&mut self, stamp: Stamp, command: &Command, limits: &Limits) -> Said {
        self.judge(stamp, command, limits).unwrap_or_else(Said::Refused)
    }

    fn judge(&mut self, stamp: Stamp, command: &Command, limits: &Limits) -> Judged {
        let actor = stamp.actor;
        exists(actor)?;
        if let Command::Send { room, draft, client_id: Some(name) } = command {
            let lines = self.rooms.get(room).map(|place| place.lines.as_slice()).unwrap_or_default();
            if let Some(line) = lines.iter().find(|line| line.sender == actor && line.name.as_ref() == Some(name)) {
                let same = line.first_words == draft.content && line.reply_to == draft.reply_to;
                return if same { Ok(Said::Already) } else { Err(Refusal::Reused { message: Some(line.id) }) };
            }
        }
        match command {
            Command::OpenDirect { with } => self.open_direct(stamp, *with),
            Command::CreateGroup { title, members, client_id } => {
                self.create_group(stamp, title, members, client_id.as_ref(), limits)
            }
            Command::Search => self.search(stamp, limits),
            Command::StopSearch => {
                self.lobby.entry(actor).or_default().waiting = None;
                Ok(Said::Quiet)
            }
            Command::LeaveRoulette => self.leave(stamp),
            Command::Block { user, stands } => self.block(stamp, *user, *stands),
            Command::Purge { room, message } => {
                let place = self.rooms.get_mut(room).ok_or(Refusal::UnknownRoom)?;
                place.erase(stamp, *message)
            }
            other => {
                let room = other.room().unwrap();
                let place = self.rooms.get_mut(&room).ok_or(Refusal::UnknownRoom)?;
                if !place.has(actor) {
                    return Err(Refusal::NotMember);
                }
                let others = place.people.iter().filter(|guest| !place.group && guest.user != actor);
                let silenced = others.clone().any(|guest| self.blocks.contains(&(guest.user, actor)));
                place.judge(stamp, other, limits, silenced)
            }
        }
    }

    fn open_direct(&mut self, stamp: Stamp, with: UserId) -> Judged {
        if with == stamp.actor {
            return Err(Refusal::Invalid { field: "person", rule: "must be somebody else" });
        }
        exists(with)?;
        let pair = (stamp.actor.min(with), stamp.actor.max(with));
        if self.directs.iter().any(|&(low, high, _)| (low, high) == pair) {
            return Ok(Said::Already);
        }
        if self.blocks.contains(&(with, stamp.actor)) {
            return Err(Refusal::Blocked);
        }
        self.directs.push((pair.0, pair.1, stamp.ids.room));
        let mut place = Place::new(false, None, None, &[stamp.actor, with], stamp.at);
        place.seq += u64::from(self.blocks.contains(&(stamp.actor, with)));
        self.rooms.insert(stamp.ids.room, place);
        Ok(Said::Happened)
    }

    fn block(&mut self, stamp: Stamp, user: UserId, stands: bool) -> Judged {
        if user == stamp.actor {
            return Err(Refusal::Invalid { field: "person", rule: "must be somebody else" });
        }
        exists(user)?;
        if self.blocks.contains(&(stamp.actor, user)) == stands {
            return Ok(Said::Quiet);
        }
        self.blocks.retain(|pair| *pair != (stamp.actor, user));
        self.blocks.extend(stands.then_some((stamp.actor, user)));
        let pair = (stamp.actor.min(user), stamp.actor.max(user));
        let direct = self.directs.iter().find(|&&(low, high, _)| (low, high) == pair).map(|&(.., room)| room);
        let seat = self.lobby.get(&stamp.actor).filter(|seat| seat.partner == Some(user));
        let rooms: Vec<_> = direct.into_iter().chain(seat.and_then(|seat| seat.room)).collect();
        rooms.iter().for_each(|room| self.rooms.get_mut(room).unwrap().seq += 1);
        Ok(if rooms.is_empty() { Said::Quiet } else { Said::Happened })
    }

    fn create_group(
        &mut self,
        stamp: Stamp,
        title: &str,
        members: &[UserId],
        name: Option<&ClientId>,
        limits: &Limits,
    ) -> Judged {
        let mut people = vec![stamp.actor];
        members.iter().for_each(|member| {
            if !people.contains(member) {
                people.push(*member);
            }
        });
        let mut sorted = people.clone();
        sorted.sort();
        if let Some(name) = name
            && let Some(made) = self.made.iter().find(|made| made.0 == stamp.actor && made.1 == name.as_str())
        {
            let same = made.2 == title && made.3 == sorted;
            return if same { Ok(Said::Already) } else { Err(Refusal::Reused { message: None }) };
        }
        words("title", title, limits.title)?;
        if title.chars().any(char::is_control) {
            return Err(Refusal::Invalid { field: "title", rule: "must not contain control characters" });
        }
        if people.len() > limits.founders {
            return Err(Refusal::Invalid { field: "people", rule: "names too many people" });
        }
        people.iter().try_for_each(|&user| exists(user))?;
        if let Some(name) = name {
            self.made.push((stamp.actor, name.as_str().into(), title.into(), sorted));
        }
        let place = Place::new(true, Some(title.into()), Some(stamp.actor), &people, stamp.at);
        self.rooms.insert(stamp.ids.room, place);
        Ok(Said::Happened)
    }

    fn search(&mut self, stamp: Stamp, limits: &Limits) -> Judged {
        let own = *self.lobby.entry(stamp.actor).or_default();
        if own.room.is_some() {
            return Err(Refusal::InRoulette);
        }
        let mut others: Vec<_> = self.lobby.iter().map(|(user, seat)| (*user, *seat)).collect();
        others.retain(|(user, seat)| *user != stamp.actor && seat.waiting.is_some() && seat.lease >= stamp.at);
        let apart =
            |user: UserId| self.blocks.contains(&(user, stamp.actor)) || self.blocks.contains(&(stamp.actor, user));
        others.retain(|(user, _)| !apart(*user));
        others.sort_by_key(|(user, seat)| (seat.waiting.map(|(since, _)| since), *user));
        let fresh = |(user, seat): &&(UserId, Seat)| own.partner != Some(*user) && seat.partner != Some(stamp.actor);
        let found = others.iter().find(fresh).or(others.first());
        let lease = stamp.at.after(limits.lease);
        let Some(&(found, _)) = found else {
            let seat = self.lobby.entry(stamp.actor).or_default();
            if seat.waiting.is_none() || seat.lease < stamp.at {
                seat.waiting = Some((stamp.at, 0));
            }
            seat.lease = seat.lease.max(lease);
            return Ok(Said::Quiet);
        };
        for (one, other) in [(stamp.actor, found), (found, stamp.actor)] {
            let seat = self.lobby.entry(one).or_default();
            (seat.waiting, seat.room, seat.partner) = (None, Some(stamp.ids.room), Some(other));
        }
        let seat = self.lobby.entry(stamp.actor).or_default();
        seat.lease = seat.lease.max(lease);
        self.rooms.insert(stamp.ids.room, Place::new(false, None, None, &[stamp.actor, found], stamp.at));
        Ok(Said::Happened)
    }

    fn leave(&mut self, stamp: Stamp) -> Judged {
        let Some(room) = self.lobby.entry(stamp.actor).or_default().room else { return Ok(Said::Quiet) };
        self.lobby.values_mut().filter(|seat| seat.room == Some(room)).for_each(|seat| seat.room = None);
        let place = self.rooms.get_mut(&room).unwrap();
        place.closed = true;
        Ok(place.changed(stamp))
    }
}

fn exists(user: UserId) -> Result<(), Refusal> {
    if user.number() <= super::PEOPLE.into() { Ok(()) } else { Err(Refusal::UnknownUser) }
}

fn words(field: &'static str, text: &str, limit: usize) -> Result<(), Refusal> {
    match text {
        text if text.chars().all(char::is_whitespace) => Err(Refusal::Invalid { field, rule: "must not be empty" }),
        text if text.len() > limit => Err(Refusal::TooLarge { field, limit }),
        text if text.contains('\0') => Err(Refusal::Invalid { field, rule: "must not contain U+0000" }),
        _ => Ok(()),
    }
}
