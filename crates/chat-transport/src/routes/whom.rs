//! Finding the user whom a request names.

use chat_domain::{Account, Refusal, UserId, Uuid};
use chat_protocol::Trouble;
use chat_protocol::rest::Whom;

use crate::app::App;

/// Returns the user whom a body names. Refused if there is none.
pub(super) async fn in_body(app: &App, whom: Whom) -> Result<UserId, Trouble> {
    match whom {
        Whom::Id(id) => Ok(id),
        Whom::Foreign(uuid) => by_uuid(app, uuid).await?.ok_or(Refusal::UnknownUser.into()),
        Whom::Username(name) => {
            let account = app.directory.by_username(name).await?;
            account.map(|account| account.person.id()).ok_or(Refusal::UnknownUser.into())
        }
    }
}

/// Returns the users whom a body names. Refused if one does not exist.
pub(super) async fn all_in_body(app: &App, named: Vec<Whom>) -> Result<Vec<UserId>, Trouble> {
    let mut users = Vec::with_capacity(named.len());
    for whom in named {
        users.push(in_body(app, whom).await?);
    }
    Ok(users)
}

/// Returns the user whom a path or a query names, if there may be one.
pub(super) async fn in_path(app: &App, whom: Option<Whom>) -> Result<Option<UserId>, Trouble> {
    match whom {
        Some(Whom::Id(id)) => Ok(Some(id)),
        Some(Whom::Foreign(uuid)) => by_uuid(app, uuid).await,
        Some(Whom::Username(_)) | None => Ok(None),
    }
}

/// Returns a user's account.
pub(super) async fn account(app: &App, user: UserId) -> Result<Account, Trouble> {
    app.directory.people(vec![user]).await?.pop().ok_or(Refusal::UnknownUser.into())
}

async fn by_uuid(app: &App, uuid: Uuid) -> Result<Option<UserId>, Trouble> {
    Ok(app.directory.by_uuid(uuid).await?.map(|account| account.person.id()))
}
