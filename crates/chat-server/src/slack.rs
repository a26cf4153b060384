//! Importing an export of Slack into an empty database: people, conversations, messages, threads and reactions, with their times.

mod rooms;
mod zip;

use std::collections::HashMap;
use std::path::Path;

use chat_domain::directory::NewAccount;
use chat_domain::{Directory, UserId, names};
use chat_protocol::slack::{Conversation, Member};

use self::zip::Zip;
use crate::config::Config;
use crate::filling::{self, Filling};

/// Imports a workspace's export.
pub(crate) async fn import(config: &Config, file: &Path) -> Result<(), String> {
    let mut zip = Zip::open(file)?;
    filling::import(config, async |filling: &mut Filling| {
        let mut workspace = Workspace { filling, people: HashMap::new(), unusable: 0 };
        workspace.fill(&mut zip).await?;
        if workspace.unusable > 0 {
            eprintln!("{} entries were left out: they are longer or emptier than a message may be", workspace.unusable);
        }
        eprintln!(
            "nobody has a password yet: `chat-server user password NAME` makes one, or let them in with another log-in"
        );
        Ok(())
    })
    .await
}

/// What has been imported so far.
struct Workspace<'a> {
    filling: &'a mut Filling,
    /// People by their ids in Slack.
    people: HashMap<String, Somebody>,
    /// How many entries were refused by a rule.
    unusable: usize,
}

/// A person of the workspace.
#[derive(Clone)]
struct Somebody {
    id: UserId,
    username: String,
}

impl Workspace<'_> {
    async fn fill(&mut self, zip: &mut Zip) -> Result<(), String> {
        let members: Vec<Member> =
            zip.list("users.json")?.ok_or("this is no export of Slack: users.json is missing")?;
        for member in &members {
            self.know(&member.id, member.name.as_deref(), Some(member)).await?;
        }
        for file in ["channels.json", "groups.json", "mpims.json", "dms.json"] {
            for conversation in zip.list::<Conversation>(file)?.unwrap_or_default() {
                self.conversation(zip, &conversation).await?;
            }
        }
        self.filling.nothing_is_new(self.people.values().map(|somebody| somebody.id)).await
    }

    /// Returns a person. One who is not among the members (a program, a guest from another workspace) is created when first met.
    async fn know(&mut self, id: &str, name: Option<&str>, member: Option<&Member>) -> Result<UserId, String> {
        if let Some(somebody) = self.people.get(id) {
            return Ok(somebody.id);
        }
        let shown = member.and_then(Member::shown).or(name).filter(|name| names::check_name(name).is_ok());
        let picture = member.and_then(Member::picture).filter(|picture| names::check_avatar(picture).is_ok());
        let account = self.filling.name(name.unwrap_or(id), async |store, username| {
            let (name, avatar) = (shown.map(str::to_owned), picture.unwrap_or_default().to_owned());
            // No password has this hash.
            store.register(NewAccount { username, name, avatar, password: String::new() }).await
        });
        let person = account.await?.person;
        let somebody = Somebody { id: person.id(), username: person.username.clone() };
        self.people.insert(id.to_owned(), somebody);
        Ok(person.id())
    }
}
