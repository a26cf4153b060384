//! Who is mentioned, and what answers what.

use super::*;

impl Place {
    /// Whom the words of the stories mention: members by their names, everybody from the owner.
    pub(super) fn mentioned(&self, author: UserId, words: &str) -> (Vec<UserId>, bool) {
        let names = words.split(' ').filter_map(|word| word.strip_prefix('@'));
        let names: Vec<_> = names.map(|name| name.trim_end_matches(['.', ':']).to_lowercase()).collect();
        let number = |name: &String| name.strip_prefix("user")?.parse().ok().and_then(UserId::new);
        let people = names.iter().filter_map(number).filter(|user| self.has(*user)).collect();
        (people, self.rank(author) < 2 && names.iter().any(|name| name == "all"))
    }

    /// How many messages of others that somebody has not read mention them, or everybody.
    pub fn unread_mentions(&self, guest: &Guest) -> usize {
        let read = guest.read.last().unwrap().0;
        let new = |line: &&Line| Some(line.id) > read && line.sender != guest.user && !line.deleted;
        self.lines.iter().filter(new).filter(|line| line.all || line.mentions.contains(&guest.user)).count()
    }

    /// The first message of the thread that a message is in: nobody wrote down which, so the answers are followed back.
    pub fn first(&self, id: MessageId) -> MessageId {
        let line = self.lines.iter().find(|line| line.id == id).unwrap();
        line.reply_to.map_or(id, |to| self.first(to))
    }

    /// The replies that stand of the thread that begins here.
    pub fn replies(&self, first: MessageId) -> Vec<&Line> {
        let of_it = |line: &&Line| !line.deleted && line.reply_to.is_some() && self.first(line.id) == first;
        self.lines.iter().filter(of_it).collect()
    }
}
