//! Devices for pushes, and which messages are pushed.

use chat_domain::Device;
use chat_protocol::Trouble;
use chat_protocol::rest::body::{NewDevice, OldDevice, SetLevel};
use chat_protocol::rest::{Reply, answer};

use super::call::Call;
use super::webhook;
use crate::account::caller::{By, Caller};
use crate::push::Keys;

pub(super) async fn key(call: &Call<'_>) -> Result<Reply, Trouble> {
    Ok(answer::push_key(call.target.tree, call.app.voucher().await?.public()))
}

pub(super) async fn add(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (app, tree) = (call.app, call.target.tree);
    let NewDevice { address, key, auth } = NewDevice::read(&call.body)?;
    webhook::check("endpoint", &address, app.settings.hooks.private)?;
    if Keys::read(&key, &auth).is_none() {
        return Err(Trouble::Malformed("`keys` must be those of a push subscription".into()));
    }
    let (family, session) = match &caller.by {
        By::Token(pass) | By::Backend(_, pass) => (pass.grant.and_then(|grant| grant.family), None),
        By::Cookie { digest } => (None, Some(digest.clone())),
    };
    let device = Device {
        id: app.fresh_id(),
        person: caller.id(),
        address: address.clone(),
        key,
        auth,
        tree: tree.prefix().into(),
        family,
        session,
        created_at: call.now,
    };
    let fed = app.journal.feed_end().await?;
    let is_new = app.subscribers.add_device(device, fed, app.settings.push.devices).await?;
    app.pushing.changed.notify_one();
    Ok(answer::device(tree, if is_new { 201 } else { 200 }, &address))
}

pub(super) async fn remove(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let OldDevice { address } = OldDevice::read(&call.body)?;
    call.app.subscribers.remove_device(caller.id(), address).await?;
    Ok(answer::done(call.target.tree))
}

pub(super) async fn level(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let level = call.app.subscribers.level(caller.id(), call.room()?).await?;
    Ok(answer::level(call.target.tree, level))
}

pub(super) async fn set_level(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let SetLevel(level) = SetLevel::read(&call.body)?;
    call.app.subscribers.set_level(caller.id(), call.room()?, level).await?;
    Ok(answer::level(call.target.tree, level))
}
