//! People and rooms, created through the back ends' API.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use chat_domain::grant::Grant;
use chat_transport::account::secret::Secret;
use chat_transport::account::token::Tokens;
use tokio::task::spawn_local;

use crate::Trouble;
use crate::http::{By, Http, number_after, text_after};
use crate::process::SECRET;

/// Everybody and everything that a run needs.
pub(crate) struct World {
    pub(crate) server: SocketAddr,
    people: RefCell<Vec<Rc<Somebody>>>,
    tokens: Tokens,
}

/// A person.
pub(crate) struct Somebody {
    uuid: String,
    pub(crate) token: String,
}

impl World {
    /// Creates it without anybody.
    pub(crate) fn new(server: SocketAddr) -> Rc<World> {
        let tokens = Tokens::local(&[Secret::new(SECRET)], 24 * 3600);
        Rc::new(World { server, people: RefCell::default(), tokens })
    }

    /// Returns this many people. Existing ones are taken first.
    pub(crate) async fn people(self: &Rc<World>, count: usize) -> Result<Vec<Rc<Somebody>>, Trouble> {
        let there = self.people.borrow().len();
        let world = self.clone();
        let made = many(self.server, count.saturating_sub(there), move |mut http, number| {
            let world = world.clone();
            async move {
                let somebody = world.introduce(&mut http, there + number).await?;
                Ok((http, somebody))
            }
        });
        let made = made.await?;
        let mut people = self.people.borrow_mut();
        people.extend(made.into_iter().map(Rc::new));
        Ok(people[..count].to_vec())
    }

    /// Creates groups of these people, each owned by its first one.
    pub(crate) async fn groups(&self, groups: Vec<Vec<Rc<Somebody>>>) -> Result<Vec<u64>, Trouble> {
        let count = groups.len();
        let groups = Rc::new(groups);
        many(self.server, count, move |mut http, number| {
            let groups = groups.clone();
            async move {
                let owner = &groups[number][0].uuid;
                let members: Vec<_> = groups[number][1..].iter().map(|other| format!("\"{}\"", other.uuid)).collect();
                let body = format!(
                    "{{\"owner_id\":\"{owner}\",\"type\":\"group\",\"title\":\"Load\",\"member_ids\":[{}]}}",
                    members.join(",")
                );
                let answer = http.ask(By::Key, "POST", "/api/v2/server/chats", &body).await?;
                let uuid = text_after(&answer, "\"id\":\"").ok_or("a chat without an id")?;
                Ok((http, u64::from_str_radix(&uuid[24..], 16)?))
            }
        })
        .await
    }

    async fn introduce(&self, http: &mut Http, number: usize) -> Result<Somebody, Trouble> {
        let body = format!("{{\"name\":\"Load {number}\",\"username\":\"load.{number}\"}}");
        let answer = http.ask(By::Key, "PUT", &format!("/api/v2/server/users/load-{number}"), &body).await?;
        let uuid = text_after(&answer, "\"id\":\"").ok_or("a person without an id")?.to_owned();
        let id = number_after(&answer, "\"int_id\":").ok_or("a person without a number")?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let issued = self.tokens.issue(id as i64, Some(uuid.clone()), Grant::default(), format!("load-{number}"), now);
        let (token, _) = issued.ok_or("no token could be made")?;
        Ok(Somebody { uuid, token: token.reveal().to_owned() })
    }
}

/// Does something this many times, over several connections at once. Returns the results in order.
async fn many<T, F>(
    server: SocketAddr,
    count: usize,
    work: impl Fn(Http, usize) -> F + 'static,
) -> Result<Vec<T>, Trouble>
where
    T: 'static,
    F: Future<Output = Result<(Http, T), Trouble>> + 'static,
{
    let (next, work) = (Rc::new(Cell::new(0)), Rc::new(work));
    let mut workers = Vec::new();
    for worker in 0..AT_ONCE.min(count) {
        let (next, work) = (next.clone(), work.clone());
        workers.push(spawn_local(async move {
            let mut http = Http::open(server, worker).await.map_err(|error| error.to_string())?;
            let mut done = Vec::new();
            while next.get() < count {
                let number = next.replace(next.get() + 1);
                let (back, made) = work(http, number).await.map_err(|error| error.to_string())?;
                http = back;
                done.push((number, made));
            }
            Ok::<_, String>(done)
        }));
    }
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await??);
    }
    all.sort_by_key(|(number, _)| *number);
    Ok(all.into_iter().map(|(_, made)| made).collect())
}

/// How many connections create people and rooms.
const AT_ONCE: usize = 64;
