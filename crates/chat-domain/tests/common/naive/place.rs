//! What happens in one room.

use super::*;

impl Place {
    pub(super) fn new(group: bool, title: Option<String>, owner: Option<UserId>, people: &[UserId], at: Time) -> Place {
        let guest = |&user: &UserId| Guest {
            user,
            here: true,
            joined: 1,
            moderator: false,
            muted: None,
            banned: None,
            read: vec![(None, at)],
            delivered: None,
            delivered_at: at,
        };
        Place {
            group,
            title,
            owner,
            closed: false,
            slow: 0,
            frozen: false,
            audit: Vec::new(),
            seq: 1,
            moves: 0,
            last_at: at,
            people: people.iter().map(guest).collect(),
            lines: Vec::new(),
        }
    }

    pub(super) fn has(&self, user: UserId) -> bool {
        self.people.iter().any(|guest| guest.user == user && guest.here)
    }

    pub(super) fn changed(&mut self, stamp: Stamp) -> Said {
        self.seq += 1;
        self.last_at = self.last_at.max(stamp.at);
        Said::Happened
    }

    pub(super) fn judge(&mut self, stamp: Stamp, command: &Command, limits: &Limits, silenced: bool) -> Judged {
        let (actor, owns) = (stamp.actor, self.owner == Some(stamp.actor));
        match command {
            Command::Change { .. } | Command::Appoint { .. } | Command::Mute { .. } | Command::Ban { .. } => {
                self.lead(stamp, command, limits)
            }
            Command::AddMember { .. } | Command::RemoveMember { .. } | Command::EndGroup { .. } if !self.group => {
                Err(Refusal::NotGroup)
            }
            Command::AddMember { .. } | Command::EndGroup { .. } if !owns => Err(Refusal::NotOwner),
            Command::EndGroup { .. } => {
                self.closed = true;
                self.people.iter_mut().for_each(|guest| guest.here = false);
                Ok(self.changed(stamp))
            }
            Command::AddMember { user, .. } => self.add(stamp, *user),
            Command::RemoveMember { user, .. } => self.remove(stamp, *user),
            Command::Send { .. } | Command::Edit { .. } if self.closed => Err(Refusal::Closed),
            Command::Like { .. } | Command::Unlike { .. } if self.closed => Err(Refusal::Closed),
            Command::React { .. } | Command::Unreact { .. } | Command::Pin { .. } if self.closed => {
                Err(Refusal::Closed)
            }
            Command::Send { draft, client_id, .. } => {
                self.voiced(stamp, silenced)?;
                self.may_send(stamp)?;
                words("content", &draft.content, limits.content)?;
                draft.reply_to.map_or(Ok(()), |to| self.line(to).map(|_| ()))?;
                let at = self.last_at.max(stamp.at);
                let (mentions, all) = self.mentioned(actor, &draft.content);
                self.lines.push(Line {
                    id: stamp.ids.message,
                    sender: actor,
                    words: draft.content.clone(),
                    first_words: draft.content.clone(),
                    name: client_id.clone(),
                    reply_to: draft.reply_to,
                    at,
                    mentions,
                    all,
                    pinned: None,
                    deleted: false,
                    edited: false,
                    given: Vec::new(),
                    emoji: Vec::new(),
                });
                Ok(self.changed(stamp))
            }
            Command::Edit { message, content, .. } => {
                self.voiced(stamp, silenced)?;
                let line = self.line(*message)?;
                if line.sender != actor {
                    return Err(Refusal::NotAuthor);
                }
                words("content", content, limits.content)?;
                if line.words == *content {
                    return Ok(Said::Already);
                }
                let (mentions, all) = self.mentioned(actor, content);
                let line = self.line(*message)?;
                (line.mentions, line.all) = (mentions, all);
                (line.words, line.edited) = (content.clone(), true);
                Ok(self.changed(stamp))
            }
            Command::Delete { message, .. } => {
                let sender = self.line(*message)?.sender;
                match sender == actor {
                    true => self.forget(stamp, *message, None),
                    false if self.rank(actor) == 2 => Err(Refusal::NotAuthor),
                    false if self.rank(actor) >= self.rank(sender) => Err(Refusal::Outranked),
                    false => self.erase(stamp, *message),
                }
            }
            Command::Like { .. } | Command::Unlike { .. } | Command::React { .. } | Command::Unreact { .. }
                if self.voiced(stamp, silenced).is_err() =>
            {
                self.voiced(stamp, silenced).map(|()| Said::Quiet)
            }
            Command::Like { message, .. } => self.react(stamp, *message, &Emoji::LIKE, limits),
            Command::Unlike { message, .. } => self.unreact(stamp, *message, &Emoji::LIKE),
            Command::React { message, emoji, .. } => self.react(stamp, *message, emoji, limits),
            Command::Unreact { message, emoji, .. } => self.unreact(stamp, *message, emoji),
            Command::Pin { .. } if self.group && self.rank(actor) == 2 => Err(Refusal::Outranked),
            Command::Pin { message, stands, .. } => {
                let seq = self.seq + 1;
                let line = self.line(*message)?;
                if line.pinned.is_some() == *stands {
                    return Ok(Said::Already);
                }
                line.pinned = stands.then_some(seq);
                Ok(self.noted(stamp, if *stands { Act::Pin } else { Act::Unpin }, None))
            }
            Command::Read { upto, .. } => self.read(stamp, *upto),
            Command::Deliver { upto, .. } => self.deliver(stamp, *upto, limits),
            other => unreachable!("{other:?}"),
        }
    }

    fn react(&mut self, stamp: Stamp, message: MessageId, emoji: &Emoji, limits: &Limits) -> Judged {
        let (line, one) = (self.line(message)?, (emoji.clone(), stamp.actor));
        if line.given.contains(&one) {
            return Ok(Said::Already);
        }
        if !line.emoji.contains(emoji) {
            let others = line.emoji.iter().filter(|other| **other != Emoji::LIKE).count();
            if *emoji != Emoji::LIKE && others == limits.emoji {
                return Err(Refusal::TooMany { what: "different reactions" });
            }
            line.emoji.push(emoji.clone());
        }
        line.given.push(one);
        Ok(self.changed(stamp))
    }

    fn unreact(&mut self, stamp: Stamp, message: MessageId, emoji: &Emoji) -> Judged {
        let (line, one) = (self.line(message)?, (emoji.clone(), stamp.actor));
        if !line.given.contains(&one) {
            return Ok(Said::Already);
        }
        line.given.retain(|other| *other != one);
        if line.who(emoji).is_empty() {
            line.emoji.retain(|other| other != emoji);
        }
        Ok(self.changed(stamp))
    }

    /// Deletes a message. If it is somebody else's, the audit has it.
    pub(super) fn erase(&mut self, stamp: Stamp, message: MessageId) -> Judged {
        let sender = self.line(message)?.sender;
        self.forget(stamp, message, Some(sender).filter(|sender| *sender != stamp.actor))
    }

    fn forget(&mut self, stamp: Stamp, message: MessageId, of: Option<UserId>) -> Judged {
        let line = self.line(message)?;
        (line.deleted, line.words) = (true, String::new());
        (line.mentions, line.all, line.pinned) = (Vec::new(), false, None);
        (line.given, line.emoji) = (Vec::new(), Vec::new());
        Ok(if of.is_some() { self.noted(stamp, Act::Delete, of) } else { self.changed(stamp) })
    }

    fn line(&mut self, id: MessageId) -> Result<&mut Line, Refusal> {
        let line = self.lines.iter_mut().find(|line| line.id == id && !line.deleted);
        line.ok_or(Refusal::UnknownMessage)
    }

    fn add(&mut self, stamp: Stamp, user: UserId) -> Judged {
        exists(user)?;
        if self.has(user) {
            return Ok(Said::Already);
        }
        let (guest, now) = (self.people.iter().find(|guest| guest.user == user), self.now(stamp));
        if guest.and_then(|guest| guest.banned).is_some_and(|until| until > now) {
            return Err(Refusal::Banned);
        }
        let banned = guest.and_then(|guest| guest.banned);
        self.people.retain(|guest| guest.user != user || guest.joined > 0);
        let said = self.changed(stamp);
        let (seq, at, newest) = (self.seq, self.last_at, self.lines.last().map(|line| line.id));
        match self.people.iter_mut().find(|guest| guest.user == user) {
            Some(guest) => (guest.here, guest.joined) = (true, seq),
            None => self.people.push(Guest {
                user,
                here: true,
                joined: seq,
                moderator: false,
                muted: None,
                banned,
                read: vec![(newest, at)],
                delivered: newest,
                delivered_at: at,
            }),
        }
        if self.guest(user).muted.is_some_and(|until| until > now) {
            self.changed(stamp);
        }
        Ok(said)
    }

    fn remove(&mut self, stamp: Stamp, user: UserId) -> Judged {
        if user != stamp.actor && self.rank(stamp.actor) >= self.rank(user) {
            return Err(Refusal::Outranked);
        }
        exists(user)?;
        let guest = self.people.iter_mut().find(|guest| guest.user == user).ok_or(Refusal::UnknownUser)?;
        if !guest.here {
            return Ok(Said::Already);
        }
        (guest.here, guest.moderator) = (false, false);
        if user != stamp.actor {
            return Ok(self.noted(stamp, Act::Remove, Some(user)));
        }
        let said = self.changed(stamp);
        if self.owner == Some(user) {
            let mut left: Vec<_> = self.people.iter().filter(|guest| guest.here).collect();
            left.sort_by_key(|guest| (!guest.moderator, guest.joined, guest.user));
            self.owner = left.first().map(|guest| guest.user);
            if let Some(heir) = self.owner {
                self.guest(heir).moderator = false;
                self.changed(stamp);
            }
        }
        Ok(said)
    }

    fn read(&mut self, stamp: Stamp, upto: Option<MessageId>) -> Judged {
        let Some(upto) = upto.or(self.lines.last().map(|line| line.id)) else { return Ok(Said::Quiet) };
        if !self.lines.iter().any(|line| line.id == upto) {
            return Err(Refusal::UnknownMessage);
        }
        let at = self.last_at.max(stamp.at);
        let guest = self.people.iter_mut().find(|guest| guest.user == stamp.actor).unwrap();
        let &(before, since) = guest.read.last().unwrap();
        if before >= Some(upto) {
            return Ok(Said::Already);
        }
        guest.read.push((Some(upto), at.max(since)));
        self.moves += 1;
        Ok(Said::Happened)
    }

    fn deliver(&mut self, stamp: Stamp, upto: MessageId, limits: &Limits) -> Judged {
        let newest = self.lines.iter().map(|line| line.id).filter(|&id| id <= upto).max();
        let Some(upto) = newest else { return Ok(Said::Quiet) };
        let quiet = self.people.iter().filter(|guest| guest.here).count() > limits.quiet_room as usize;
        let at = self.last_at.max(stamp.at);
        let guest = self.people.iter_mut().find(|guest| guest.user == stamp.actor).unwrap();
        if guest.delivered.max(guest.read.last().unwrap().0) >= Some(upto) {
            return Ok(Said::Already);
        }
        (guest.delivered, guest.delivered_at) = (Some(upto), guest.delivered_at.max(at));
        if quiet {
            return Ok(Said::Quiet);
        }
        self.moves += 1;
        Ok(Said::Happened)
    }
}

impl Line {
    /// Who reacts with this emoji, in order.
    pub fn who(&self, emoji: &Emoji) -> Vec<UserId> {
        self.given.iter().filter(|(given, _)| given == emoji).map(|&(_, user)| user).collect()
    }
}
