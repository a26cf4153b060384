//! Mentions, threads and readers.

use super::*;

impl Place {
    /// Whom the words of the stories mention: members by their names, and everybody if the owner writes.
    pub(super) fn mentioned(&self, author: UserId, words: &str) -> (Vec<UserId>, bool) {
        let names = words.split(' ').filter_map(|word| word.strip_prefix('@'));
        let names: Vec<_> = names.map(|name| name.trim_end_matches(['.', ':']).to_lowercase()).collect();
        let number = |name: &String| name.strip_prefix("user")?.parse().ok().and_then(UserId::new);
        let people = names.iter().filter_map(number).filter(|user| self.has(*user)).collect();
        (people, self.rank(author) < 2 && names.iter().any(|name| name == "all"))
    }

    /// How many unread messages of others mention a member, or everybody.
    pub fn unread_mentions(&self, guest: &Guest) -> usize {
        let read = guest.read.last().unwrap().0;
        let new = |line: &&Line| Some(line.id) > read && line.sender != guest.user && !line.deleted;
        self.lines.iter().filter(new).filter(|line| line.all || line.mentions.contains(&guest.user)).count()
    }

    /// The first message of the thread that a message belongs to. It is not stored here, so the replies are followed
    /// back.
    pub fn first(&self, id: MessageId) -> MessageId {
        let line = self.lines.iter().find(|line| line.id == id).unwrap();
        line.reply_to.map_or(id, |to| self.first(to))
    }

    /// The replies of a thread that are not deleted.
    pub fn replies(&self, first: MessageId) -> Vec<&Line> {
        let of_it = |line: &&Line| !line.deleted && line.reply_to.is_some() && self.first(line.id) == first;
        self.lines.iter().filter(of_it).collect()
    }

    /// How many messages of others a member has not read.
    pub fn unread(&self, guest: &Guest) -> usize {
        let read = guest.read.last().unwrap().0;
        let new = |line: &&Line| Some(line.id) > read && line.sender != guest.user && !line.deleted;
        self.lines.iter().filter(new).count()
    }

    /// Who has read a message, and when, in order of time.
    pub fn readers(&self, line: &Line) -> Vec<(Time, UserId)> {
        let others = self.people.iter().filter(|guest| guest.user != line.sender);
        let reached = others.filter_map(|guest| {
            let (_, at) = guest.read.iter().find(|(upto, _)| *upto >= Some(line.id))?;
            Some((*at, guest.user))
        });
        let mut readers: Vec<_> = reached.collect();
        readers.sort();
        readers
    }

    pub fn status(&self, line: &Line) -> Status {
        let reached = |guest: &Guest| guest.user != line.sender && guest.delivered >= Some(line.id);
        match () {
            () if !self.readers(line).is_empty() => Status::Read,
            () if self.people.iter().any(reached) => Status::Delivered,
            () => Status::Sent,
        }
    }
}
