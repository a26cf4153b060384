//! Listing connections, and closing them.

use chat_domain::{Time, UserId};
use chat_protocol::Trouble;
use chat_protocol::rest::Reply;
use chat_protocol::rest::answer::admin::{self, Connection};
use tracing::info;

use super::asked::Asked;
use super::whom;
use crate::app::App;
use crate::connection::closes;
use crate::connection::socket::Socket;
use crate::metrics::dialect;

/// Returns a page of connections, of everybody or of one person, oldest first.
pub(super) async fn page(asked: &Asked<'_>) -> Result<Reply, Trouble> {
    let of = match asked.query.text("user").filter(|user| !user.is_empty()) {
        Some(user) => Some(whom::user(asked.app, user).await?.person.id()),
        None => None,
    };
    let (limit, after) = (asked.query.limit()?, asked.query.place_in_order("after")?);
    let sockets = asked.app.hub.sockets_after(after, of);
    let page = &sockets[..sockets.len().min(limit)];
    let next = page.last().filter(|_| sockets.len() > limit).map(|socket| socket.id);
    let shown: Vec<_> = page.iter().map(|socket| shown(asked.app, socket)).collect();
    Ok(admin::connections(&shown, next))
}

/// Returns all connections of a person on this node.
pub(super) fn of(app: &App, user: UserId) -> Vec<Connection> {
    app.hub.sockets_after(0, Some(user)).iter().map(|socket| shown(app, socket)).collect()
}

/// Closes one connection.
pub(super) fn close(asked: &Asked<'_>) -> Result<Reply, Trouble> {
    let name = asked.segment("connection")?;
    let all = asked.app.hub.everybody();
    let found = all.iter().find(|socket| named(asked.app, socket) == name).ok_or(Trouble::NoRoute)?;
    info!(connection = found.id, user = found.user().number(), "closed by an operator");
    found.line.close(closes::EXPELLED);
    Ok(admin::changed())
}

/// Closes all connections of a person. With `tokens=true` their tokens end too, so that they must log in again.
pub(super) async fn disconnect(asked: &Asked<'_>) -> Result<Reply, Trouble> {
    let user = whom::user(asked.app, &asked.segment("user")?).await?.person.id();
    if asked.query.flag("tokens")? == Some(true) {
        asked.app.end_tokens(user, asked.app.now()).await?;
    }
    info!(user = user.number(), "disconnected by an operator");
    asked.app.hub.disconnect(user);
    Ok(admin::changed())
}

fn shown(app: &App, socket: &Socket) -> Connection {
    let depot = app.hub.depot();
    let ago = |at: u64| i64::try_from(depot.now().saturating_sub(at)).unwrap_or(i64::MAX).saturating_mul(1_000);
    let written = socket.line.last_written().map(|at| Time(app.now().0.saturating_sub(ago(at))));
    Connection {
        id: named(app, socket),
        node: app.node,
        user: socket.person.handle,
        dialect: dialect(socket.endpoint.entrance),
        since: socket.since,
        joined: app.hub.joined(socket),
        bytes_waiting: socket.line.pending(),
        last_written: written.map(|at| at.max(socket.since)),
    }
}

/// Names a socket by its node and number, so that the name is unique in the cluster.
fn named(app: &App, socket: &Socket) -> String {
    format!("{}:{}", app.node, socket.id)
}
