//! Importing rows of another server's database into an empty database, with the numbers that they had there.

mod talk;

use std::collections::HashMap;
use std::io::BufRead;
use std::path::Path;

use chat_domain::directory::{Subject, Visitor};
use chat_domain::grant::Kept;
use chat_domain::{Directory, UserId, Uuid, names};
use chat_protocol::rows::{Chat, Key, Member, Row, User};

use self::talk::Talks;
use crate::archive;
use crate::config::Config;
use crate::filling::{self, Filling};
use crate::issuers;

/// Imports the rows of a file, or of the standard input if that is `-`: all or none.
pub(crate) async fn import(config: &Config, file: &Path) -> Result<(), String> {
    let input = archive::input(file)?;
    filling::import(config, async |filling: &mut Filling| {
        // Numbers of people belong to the issuer that will vouch for them.
        issuers::belongs(&filling.store, config).await?;
        let have_passwords = issuers::name(config)?.is_empty();
        let mut reading =
            Reading { filling, have_passwords, people: HashMap::new(), unopened: Vec::new(), talks: Talks::default() };
        reading.read(input).await
    })
    .await
}

/// What has been imported so far.
struct Reading<'a> {
    filling: &'a mut Filling,
    /// Whether people will log in with this server, and so need a password.
    have_passwords: bool,
    /// Users by the ids in the rows.
    people: HashMap<Key, UserId>,
    /// Chats whose members are still being read.
    unopened: Vec<Unopened>,
    talks: Talks,
}

struct Unopened {
    line: usize,
    chat: Chat,
    members: Vec<Member>,
}

impl Reading<'_> {
    async fn read(&mut self, input: impl BufRead) -> Result<(), String> {
        for (line, bytes) in (1..).zip(input.split(b'\n')) {
            let bytes = bytes.map_err(|error| format!("cannot read: {error}"))?;
            let bytes = bytes.trim_ascii();
            if bytes.is_empty() {
                continue;
            }
            match chat_protocol::rows::read(bytes) {
                Ok(row) => self.row(line, row).await?,
                Err(problem) => self.talks.wrong.say(line, &problem),
            }
        }
        self.open().await?;
        self.talks.end(self.filling, &self.people).await?;
        self.talks.wrong.end()?;
        self.filling.nothing_is_new(self.people.values().copied()).await
    }

    async fn row(&mut self, line: usize, row: Row) -> Result<(), String> {
        match row {
            Row::User(user) => self.meet(line, user).await,
            Row::Chat(chat) => {
                self.unopened.push(Unopened { line, chat, members: Vec::new() });
                Ok(())
            }
            Row::Member(member) => {
                let chat = self.unopened.iter_mut().rev().find(|unopened| unopened.chat.id == member.chat_id);
                match chat {
                    Some(unopened) => unopened.members.push(member),
                    None => self.talks.wrong.say(line, "no chat of this id stands before it, or messages do"),
                }
                Ok(())
            }
            Row::Message(message) => {
                self.open().await?;
                self.talks.said(self.filling, &self.people, line, message).await
            }
            Row::Reaction(reaction) => {
                self.open().await?;
                self.talks.reacted(self.filling, &self.people, line, reaction).await
            }
        }
    }

    /// Creates a user under the number or UUID by which they will come.
    async fn meet(&mut self, line: usize, user: User) -> Result<(), String> {
        let subject = match &user.id {
            Key::Number(number) => UserId::new(*number).map(Subject::Number),
            Key::Text(text) => text.parse::<Uuid>().ok().map(Subject::Uuid),
        };
        let Some(subject) = subject else {
            self.talks.wrong.say(line, "the id of somebody is a number or a UUID");
            return Ok(());
        };
        let wanted = user.username.as_deref().or(user.name.as_deref()).unwrap_or("somebody");
        let name = user.name.as_deref().map(str::trim).filter(|name| names::check_name(name).is_ok());
        let avatar = user.avatar.as_deref().filter(|avatar| names::check_avatar(avatar).is_ok());
        if self.people.contains_key(&user.id) {
            self.talks.wrong.say(line, "somebody of this id is there already");
            return Ok(());
        }
        let account = self.filling.name(wanted, async |store, username| {
            let (name, avatar) = (name.map(str::to_owned), avatar.map(str::to_owned));
            let issuer = String::new();
            let visitor = Visitor { issuer, subject: subject.clone(), name, username: Some(username), avatar };
            let account = store.admit(visitor).await?;
            if self.have_passwords {
                // No password has this hash.
                store.set_password(account.person.id(), String::new(), Kept::default()).await?;
            }
            Ok(account)
        });
        match account.await {
            Ok(account) => {
                self.people.insert(user.id, account.person.id());
                self.filling.progress.more(1);
            }
            Err(problem) => self.talks.wrong.say(line, &problem),
        }
        Ok(())
    }

    /// Creates the chats whose members are all known by now, in the order of their numbers.
    async fn open(&mut self) -> Result<(), String> {
        let mut unopened = std::mem::take(&mut self.unopened);
        unopened.sort_by_key(|unopened| match unopened.chat.id {
            Key::Number(number) => number,
            Key::Text(_) => i64::MAX,
        });
        for Unopened { line, chat, members } in unopened {
            self.talks.open(self.filling, &self.people, line, chat, members).await?;
        }
        Ok(())
    }
}

/// How many lines were wrong.
#[derive(Default)]
struct Wrong(usize);

impl Wrong {
    fn say(&mut self, line: usize, problem: &str) {
        self.0 += 1;
        if self.0 <= SHOWN {
            eprintln!("line {line}: {problem}");
        }
    }

    fn is_any(&self) -> bool {
        self.0 > 0
    }

    fn end(&self) -> Result<(), String> {
        match self.0 {
            0 => Ok(()),
            1 => Err("one line is wrong: mend it and import again; nothing was put in".into()),
            many => Err(format!("{many} lines are wrong: mend them and import again; nothing was put in")),
        }
    }
}

/// How many wrong lines are shown.
const SHOWN: usize = 20;
