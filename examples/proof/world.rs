//! People and rooms, and who is in which.

use std::net::SocketAddr;
use std::rc::Rc;

use serde_json::json;
use tokio::task::{JoinHandle, spawn_local};

use crate::Trouble;
use crate::args::Args;
use crate::chaos::Chaos;
use crate::client::{Client, Story, end_of};
use crate::frames::{Dialect, From, number};
use crate::history::History;
use crate::http::Caller;

/// All people of a run.
pub(crate) struct World {
    pub(crate) people: Vec<Somebody>,
    nodes: Rc<[SocketAddr]>,
}

/// A person, their room, and how they resume after a break.
pub(crate) struct Somebody {
    name: String,
    caller: Caller,
    dialect: Dialect,
    room: u64,
    from: From,
}

/// A room at the end.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) id: u64,
    /// Everything in it, in order.
    pub(crate) messages: Vec<(u64, String)>,
    pub(crate) members: Vec<String>,
}

/// What everybody heard.
pub(crate) struct Stories(pub(crate) Vec<Story>);

impl World {
    /// Registers everybody and creates the rooms, each with a first message behind which everybody can begin.
    pub(crate) async fn make(args: &Args, nodes: &[SocketAddr]) -> Result<World, Trouble> {
        let mut people = Vec::new();
        for room in 0..args.rooms {
            let mut here = Vec::new();
            for number in 0..args.each * Dialect::ALL.len() as u64 {
                let node = nodes[number as usize % nodes.len()];
                here.push(register(node, room, number).await?);
            }
            let ids: Vec<u64> = here.iter().map(|(_, id, _)| *id).collect();
            let owner = &here[0].2;
            let body = json!({"type": "group", "title": format!("room {room}"), "member_ids": &ids[1..]});
            let made = owner.post("/api/chats", body).await?;
            let id = number(&made["data"]["id"]).ok_or("a room without an id")?;
            let path = format!("/api/chats/{id}/messages");
            let first = owner.post(&path, json!({"content": "hello"})).await?;
            let first = number(&first["data"]["id"]).ok_or("a message without an id")?;
            let history = owner.get(&path).await?;
            let cursor = history["cursor"].as_str().ok_or("a history without a cursor")?;
            people.extend(here.into_iter().enumerate().map(|(number, (name, _, caller))| Somebody {
                name,
                caller,
                dialect: Dialect::ALL[number % Dialect::ALL.len()],
                room: id,
                // In each dialect, every other client resumes by ids.
                from: match number / Dialect::ALL.len() % 2 {
                    0 => From::Cursor(cursor.into()),
                    _ => From::Message(first),
                },
            }));
        }
        Ok(World { people, nodes: nodes.into() })
    }

    /// Lets everybody talk.
    pub(crate) fn begin(&self, args: &Args, history: &Rc<History>, chaos: &Rc<Chaos>) -> Vec<JoinHandle<Story>> {
        let client = |one: &Somebody| Client {
            name: one.name.clone(),
            dialect: one.dialect,
            caller: one.caller.clone(),
            nodes: self.nodes.clone(),
            room: one.room,
            from: one.from.clone(),
            broken: args.broken,
            ends: self.members(one.room).iter().map(|name| end_of(name)).collect(),
            chaos: chaos.clone(),
            history: history.clone(),
        };
        self.people.iter().map(|one| spawn_local(client(one).live())).collect()
    }

    /// Waits for everybody.
    pub(crate) async fn finish(&self, clients: Vec<JoinHandle<Story>>) -> Result<Stories, Trouble> {
        let mut stories = Vec::new();
        for client in clients {
            stories.push(client.await?);
        }
        Ok(Stories(stories))
    }

    /// Returns what the rooms hold behind their first message, as a fresh load shows it.
    pub(crate) async fn rooms(&self) -> Result<Vec<Room>, Trouble> {
        let mut rooms: Vec<Room> = Vec::new();
        for one in &self.people {
            if rooms.iter().all(|room| room.id != one.room) {
                let mut messages = load(&one.caller, one.room).await?;
                messages.remove(0);
                rooms.push(Room { id: one.room, messages, members: self.members(one.room) });
            }
        }
        Ok(rooms)
    }

    fn members(&self, room: u64) -> Vec<String> {
        self.people.iter().filter(|one| one.room == room).map(|one| one.name.clone()).collect()
    }
}

impl Stories {
    /// Returns how often anybody came back.
    pub(crate) fn returns(&self) -> u32 {
        self.0.iter().map(|story| story.returns).sum()
    }
}

async fn register(address: SocketAddr, room: u64, number: u64) -> Result<(String, u64, Caller), Trouble> {
    let name = format!("p{room}.{number}");
    let mut caller = Caller { address, token: String::new() };
    let body = json!({"username": &name, "password": "correct horse battery"});
    let answer = caller.post("/api/auth/register", body).await?;
    caller.token = answer["access_token"].as_str().ok_or("no token")?.into();
    Ok((name, answer["user"]["id"].as_u64().ok_or("no id")?, caller))
}

async fn load(caller: &Caller, room: u64) -> Result<Vec<(u64, String)>, Trouble> {
    let mut messages = Vec::new();
    let mut before = String::new();
    loop {
        let page = caller.get(&format!("/api/chats/{room}/messages?limit=100{before}")).await?;
        let page = page["data"].as_array().ok_or("a history without messages")?;
        let told = page.iter().map(|message| {
            (message["id"].as_u64().unwrap_or_default(), message["content"].as_str().unwrap_or_default().to_owned())
        });
        let told: Vec<_> = told.collect();
        let Some((oldest, _)) = told.first() else { return Ok(messages) };
        before = format!("&before_id={oldest}");
        messages.splice(0..0, told);
    }
}
