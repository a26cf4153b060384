//! Overviews: of the node, of people and of rooms.

use std::collections::BTreeMap;

use chat_domain::Refusal;
use chat_protocol::Trouble;
use chat_protocol::rest::answer::admin::{self, Node, Overview, User};
use chat_protocol::rest::{Reply, answer};

use super::asked::Asked;
use super::settings::May;
use super::{connections, whom};
use crate::app::App;
use crate::metrics::dialect;

pub(super) async fn overview(asked: &Asked<'_>) -> Reply {
    let (app, mut dialects) = (asked.app, BTreeMap::new());
    for socket in app.hub.everybody() {
        *dialects.entry(dialect(socket.endpoint.entrance)).or_insert(0) += 1;
    }
    admin::overview(&Overview {
        node: node(app),
        store: app.journal.ready().await.is_ok(),
        dialects: dialects.into_iter().collect(),
        people: app.hub.people_here(),
        rooms: app.hub.active_rooms(),
        bytes_waiting: app.hub.depot().waiting(),
        may_change: asked.may == May::Change,
    })
}

pub(super) fn node(app: &App) -> Node {
    let leaving = app.leaving.load(std::sync::atomic::Ordering::Relaxed);
    let (version, connections) = (env!("CARGO_PKG_VERSION"), app.hub.sockets());
    Node { id: app.node, version, since: app.began, leaving, connections }
}

pub(super) async fn rooms(asked: &Asked<'_>) -> Result<Reply, Trouble> {
    let title = asked.query.text("query").unwrap_or_default().to_owned();
    let before = asked.query.text("before").filter(|text| !text.is_empty());
    let before = before.map(|text| whom::room(text).ok_or(Refusal::UnknownRoom)).transpose()?;
    // A title that is an id finds that room.
    if let Some(room) = whom::room(&title)
        && let Ok(found) = asked.app.journal.inspect(room).await
    {
        return Ok(admin::rooms(&chat_domain::oversight::FoundRooms { rooms: vec![found.room], next: None }));
    }
    Ok(admin::rooms(&asked.app.journal.find_rooms(title, before, asked.query.limit()?).await?))
}

pub(super) async fn room(asked: &Asked<'_>) -> Result<Reply, Trouble> {
    let room = whom::room(&asked.segment("room")?).ok_or(Refusal::UnknownRoom)?;
    let found = asked.app.journal.inspect(room).await?;
    Ok(admin::room(&found, &|user| asked.app.hub.looks_online(user)))
}

pub(super) async fn users(asked: &Asked<'_>) -> Result<Reply, Trouble> {
    let online = |user| asked.app.hub.looks_online(user);
    let query = asked.query.text("query").unwrap_or_default().to_owned();
    let after = asked.query.text("after").filter(|name| !name.is_empty()).map(str::to_owned);
    if after.is_none()
        && let Ok(found) = whom::user(asked.app, &query).await
        && found.person.username != query
    {
        return Ok(admin::users(&[found], &online, None));
    }
    let limit = asked.query.limit()?;
    let mut page = asked.app.directory.search(query, after, limit + 1).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|account| account.person.username.clone());
    Ok(admin::users(&page, &online, next.as_deref()))
}

pub(super) async fn user(asked: &Asked<'_>) -> Result<Reply, Trouble> {
    let app = asked.app;
    let account = whom::user(app, &asked.segment("user")?).await?;
    let id = account.person.id();
    let rooms = app.journal.memberships(id).await?;
    Ok(admin::user(&User {
        online: app.hub.looks_online(id),
        account: &account,
        rooms: &rooms,
        connections: &connections::of(app, id),
        closings: &app.closings.of(id, app.now()),
    }))
}

/// Lists the people who were erased, first those whose messages are still being deleted.
pub(super) async fn erasures(asked: &Asked<'_>) -> Result<Reply, Trouble> {
    let directory = &asked.app.directory;
    let all = directory.erasings(asked.query.limit()?).await?;
    let people = directory.people(all.iter().map(|one| one.erasure.user).collect()).await?;
    let handle = |user| people.iter().map(|account| account.person.handle).find(|handle| handle.id == user);
    let all: Vec<_> = all.into_iter().filter_map(|one| Some((one, handle(one.erasure.user)?))).collect();
    Ok(answer::erasures(&all))
}
