//! What was said in Slack, put into an empty database: people, conversations, messages, threads, reactions, at the times at which they
//! were. It is done as clients do it, so every rule holds; only that nothing of it is new to anybody in the end.

mod rooms;
mod zip;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use chat_domain::directory::NewAccount;
use chat_domain::names;
use chat_domain::{Command, Directory, Failure, Journal, Order, Origin, Outcome, Refusal, Settled, Sink, Time, UserId};
use chat_protocol::slack::{Conversation, Member};
use chat_store::{Options, Store};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use self::zip::Zip;
use crate::archive::{NOT_EMPTY, Progress, copied, discard, put_into};
use crate::config::Config;

/// Puts a workspace's export into the database.
pub(crate) async fn import(config: &Config, file: &Path) -> Result<(), String> {
    let mut zip = Zip::open(file)?;
    if !chat_store::is_shared(&config.database) {
        return fill(&config.database, &mut zip).await;
    }
    // Who writes alone can write quickly and in order; then all of it goes where others may be.
    let made = std::env::temp_dir().join(format!("chat-server-slack-{}.db", std::process::id()));
    let done = match fill(&format!("sqlite:{}", made.display()), &mut zip).await {
        Ok(()) => put_into(&config.database, config.take_over, copied(&made)).await,
        problem => problem,
    };
    discard(&made);
    done
}

async fn fill(database: &str, zip: &mut Zip) -> Result<(), String> {
    let (said, answers) = unbounded_channel();
    let store = Store::open(database, Options::default(), Arc::new(Answers(said))).await;
    let store = store.map_err(|error| error.to_string())?;
    let mut workspace =
        Workspace { store, answers, people: HashMap::new(), unusable: 0, progress: Progress::new("imported") };
    let done = workspace.fill(zip).await;
    workspace.store.close().await;
    done?;
    workspace.progress.end();
    if workspace.unusable > 0 {
        eprintln!("{} entries were left out: they are longer or emptier than a message may be", workspace.unusable);
    }
    eprintln!(
        "nobody has a password yet: `chat-server user password NAME` makes one, or let them in with another log-in"
    );
    Ok(())
}

/// What has come into the database so far.
struct Workspace {
    store: Store,
    answers: UnboundedReceiver<Settled>,
    /// By what Slack calls them.
    people: HashMap<String, Somebody>,
    /// Entries that no rule lets in.
    unusable: usize,
    progress: Progress,
}

/// Who somebody is here.
#[derive(Clone)]
struct Somebody {
    id: UserId,
    username: String,
}

impl Workspace {
    async fn fill(&mut self, zip: &mut Zip) -> Result<(), String> {
        if !self.store.is_empty().await.map_err(said)? {
            return Err(NOT_EMPTY.into());
        }
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
        self.nothing_is_new().await
    }

    /// Who this is; somebody who is not among the members (a program, a guest of another workspace) becomes known at first sight.
    async fn know(&mut self, id: &str, name: Option<&str>, member: Option<&Member>) -> Result<UserId, String> {
        if let Some(somebody) = self.people.get(id) {
            return Ok(somebody.id);
        }
        let wanted = username(name.unwrap_or(id));
        let shown = member.and_then(Member::shown).or(name).filter(|name| names::check_name(name).is_ok());
        let picture = member.and_then(Member::picture).filter(|picture| names::check_avatar(picture).is_ok());
        for number in 1..10_000 {
            let username = if number == 1 { wanted.clone() } else { format!("{wanted}-{number}") };
            let account = NewAccount {
                username: username.clone(),
                name: shown.map(str::to_owned),
                avatar: picture.unwrap_or_default().to_owned(),
                // No password has this digest.
                password: String::new(),
            };
            match self.store.register(account).await {
                Ok(account) => {
                    self.people.insert(id.to_owned(), Somebody { id: account.person.id(), username });
                    return Ok(account.person.id());
                }
                Err(Failure::Refused(Refusal::NameTaken)) => {}
                Err(failure) => return Err(format!("{wanted}: {failure}")),
            }
        }
        Err(format!("there are too many people called {wanted}"))
    }

    /// Carries one order out, and waits for it.
    async fn execute(&mut self, actor: UserId, at: Time, command: Command) -> Result<Outcome, Failure> {
        let outcome = self.store.execute(Order { actor, at, command, origin: None }).await;
        // Who waited needs it no second time.
        self.answers.recv().await;
        outcome
    }

    /// Carries orders out together, in their order.
    async fn carry_out(&mut self, orders: Vec<(UserId, Time, Command)>) -> Result<Vec<Option<Outcome>>, String> {
        let mut outcomes: Vec<_> = orders.iter().map(|_| None).collect();
        let many = orders.len();
        for (tag, (actor, at, command)) in (0..).zip(orders) {
            self.store.submit(Order { actor, at, command, origin: Some(Origin { socket: 0, tag }) });
        }
        for _ in 0..many {
            let Settled { origin: Some(origin), result } = self.answers.recv().await.ok_or("the store has ended")?
            else {
                return Err("an answer to nobody".into());
            };
            match result {
                Ok(outcome) => outcomes[origin.tag as usize] = Some(outcome),
                Err(Failure::Refused(_)) => self.unusable += 1,
                Err(failure) => return Err(failure.to_string()),
            }
        }
        Ok(outcomes)
    }

    /// Whoever comes first has read and heard of everything.
    async fn nothing_is_new(&mut self) -> Result<(), String> {
        let now = chat_transport::clock::now();
        while !self.store.notify_mentioned(now, 1_000).await.map_err(said)?.is_empty() {}
        for somebody in self.people.values() {
            self.store.read_all_notifications(somebody.id, now).await.map_err(said)?;
        }
        Ok(())
    }
}

/// What somebody may be called here: other letters become `_`.
fn username(name: &str) -> String {
    let name: String =
        name.chars().map(|letter| if names::is_of_username(letter) { letter } else { '_' }).take(24).collect();
    if names::check_username(&name).is_ok() { name } else { "somebody".into() }
}

/// Hands on what is settled.
struct Answers(UnboundedSender<Settled>);

impl Sink for Answers {
    fn settled(&self, answers: Vec<Settled>) {
        for answer in answers {
            // Whoever asked may have given up.
            let _ = self.0.send(answer);
        }
    }
}

fn said(failure: Failure) -> String {
    failure.to_string()
}
