//! Reactions to messages.

use chat_domain::view::ReactorsPage;
use chat_domain::{Command, Emoji};
use chat_protocol::Trouble;
use chat_protocol::rest::{Reply, answer};

use super::call::Call;
use crate::account::caller::Caller;

pub(super) async fn react(call: &Call<'_>, caller: &Caller, stands: bool) -> Result<Reply, Trouble> {
    call.pace(caller)?;
    let (room, message) = call.message(caller.id()).await?;
    let emoji = named(&call.plain("emoji")?)?;
    let command = match stands {
        true => Command::React { room, message, emoji: emoji.clone() },
        false => Command::Unreact { room, message, emoji: emoji.clone() },
    };
    call.execute(caller.id(), command).await?;
    let shown = call.app.journal.message(caller.id(), room, message).await?;
    Ok(answer::reaction(call.target.tree, &emoji, &shown))
}

pub(super) async fn reactors(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (limit, after) = (call.query.limit()?, call.query.place_in_order("after")?);
    let emoji = call.query.text("emoji").filter(|text| !text.is_empty()).map(named).transpose()?;
    let (room, message) = call.message(caller.id()).await?;
    let page = ReactorsPage { emoji, after, limit: limit + 1 };
    let mut page = call.app.journal.reactors(caller.id(), room, message, page).await?;
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|last| last.seq);
    Ok(answer::reactors(call.target.tree, &page, next))
}

fn named(text: &str) -> Result<Emoji, Trouble> {
    Emoji::new(text).ok_or_else(|| Trouble::Malformed(format!("`emoji` {}", chat_domain::emoji::NotEmoji)))
}
