//! Messages: reading, sending, changing and marking them.

use chat_domain::view::{Mark, Page, Shown};
use chat_domain::{Change, Command, Emoji, Event, Failure, Message, MessageId, Outcome, RoomId, UserId};
use chat_protocol::rest::body::{EditMessage, MarkRead, SendMessage, SetTyping};
use chat_protocol::rest::{Reply, Tree, answer};
use chat_protocol::{Cursor, Trouble};

use super::call::{Call, unexpected};
use super::whom;
use crate::account::caller::Caller;

pub(super) async fn history(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (room, limit, page) = (call.room()?, call.query.limit()?, page(call)?);
    let journal = &call.app.journal;
    // Taken before the history is read: if the epoch changes in between, the cursor is refused later, instead of naming a place
    // in the wrong epoch.
    let epoch = journal.epoch();
    let history = journal.history(caller.id(), room, page, limit).await?;
    Ok(answer::history(call.target.tree, call.features, &history, Cursor { epoch, room, head: history.head }))
}

pub(super) async fn thread(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (limit, page) = (call.query.limit()?, page(call)?);
    let (room, message) = call.message(caller.id()).await?;
    let epoch = call.app.journal.epoch();
    let thread = call.app.journal.thread(caller.id(), room, message, page, limit).await?;
    Ok(answer::history(call.target.tree, call.features, &thread, Cursor { epoch, room, head: thread.head }))
}

/// Returns the page of messages that is asked for.
fn page(call: &Call<'_>) -> Result<Page, Trouble> {
    let tree = call.target.tree;
    Ok(match (call.query.message("before_id", tree)?, call.query.position("after_id", tree)?) {
        (None, None) => Page::Newest,
        (Some(before), None) => Page::Before(before),
        (None, Some(after)) => Page::After(MessageId::new(after)),
        (Some(_), Some(_)) => {
            return Err(Trouble::Malformed("`after_id` must not stand beside `before_id`".into()));
        }
    })
}

pub(super) async fn show(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (room, message) = call.message(caller.id()).await?;
    shown(call, caller.id(), room, message).await
}

pub(super) async fn send(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    call.pace(caller)?;
    let (room, body) = (call.room()?, SendMessage::read(call.target.tree, &call.body, call.key()?)?);
    send_for(call, caller.id(), room, body).await
}

/// Sends a message in somebody's name. A repeated request gets the same answer as the first one.
pub(super) async fn send_for(
    call: &Call<'_>,
    actor: UserId,
    room: RoomId,
    body: SendMessage,
) -> Result<Reply, Trouble> {
    let SendMessage { draft, client_id } = body;
    let command = call.app.checked(actor, Command::Send { room, draft, client_id }).await?;
    let (event, is_new) = call.event(actor, command).await?;
    let Change::Sent { message, reception } = &event.change else { return Err(unexpected()) };
    let mine =
        if is_new || message.reactions.is_empty() { Vec::new() } else { reacts_with(call, actor, message).await? };
    let shown = Shown { message: message.clone(), reception: reception.clone(), mine };
    // The client of dialect 1 checks for exactly 200.
    let status = if call.target.tree == Tree::Api { 200 } else { 201 };
    Ok(answer::message(call.target.tree, call.features, status, &shown))
}

/// Returns the caller's own reactions to a message. Somebody who has left the room since gets none instead of a refusal.
async fn reacts_with(call: &Call<'_>, actor: UserId, message: &Message) -> Result<Vec<Emoji>, Trouble> {
    match call.app.journal.message(actor, message.room, message.id).await {
        Err(Failure::Refused(_)) => Ok(Vec::new()),
        shown => Ok(shown?.mine),
    }
}

pub(super) async fn edit(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    call.pace(caller)?;
    let EditMessage { content } = EditMessage::read(&call.body)?;
    let (room, message) = call.message(caller.id()).await?;
    let command = call.app.checked(caller.id(), Command::Edit { room, message, content }).await?;
    call.execute(caller.id(), command).await?;
    shown(call, caller.id(), room, message).await
}

pub(super) async fn delete(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    call.pace(caller)?;
    let (room, message) = call.message(caller.id()).await?;
    call.execute(caller.id(), Command::Delete { room, message }).await?;
    Ok(answer::done(call.target.tree))
}

pub(super) async fn like(call: &Call<'_>, caller: &Caller, liked: bool) -> Result<Reply, Trouble> {
    call.pace(caller)?;
    let (room, message) = call.message(caller.id()).await?;
    let command = if liked { Command::Like { room, message } } else { Command::Unlike { room, message } };
    let (event, _) = call.event(caller.id(), command).await?;
    match &event.change {
        Change::Liked { likes, .. } | Change::Unliked { likes, .. } => Ok(answer::likes(call.target.tree, likes)),
        _ => Err(unexpected()),
    }
}

pub(super) async fn likers(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (after, limit) = after(call).await?;
    let (room, message) = call.message(caller.id()).await?;
    let mut page = call.app.journal.likers(caller.id(), room, message, after, limit + 1).await?;
    let next = cut(&mut page, limit);
    Ok(answer::likers(call.target.tree, &page, next))
}

pub(super) async fn readers(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (after, limit) = after(call).await?;
    let (room, message) = call.message(caller.id()).await?;
    let mut page = call.app.journal.readers(caller.id(), room, message, after, limit + 1).await?;
    let next = cut(&mut page, limit);
    Ok(answer::readers(call.target.tree, &page, next))
}

pub(super) async fn mark_read(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (reader, room) = (caller.id(), call.room()?);
    let MarkRead { upto } = call.judged(reader, room, MarkRead::read(call.target.tree, &call.body)).await?;
    let outcome = call.execute(reader, Command::Read { room, upto }).await?;
    if let Outcome::Happened(_) = outcome {
        call.app.rates.heard(reader, 1, call.now);
    }
    let lines = call.app.journal.summaries(vec![(reader, room)]).await?;
    let unread = lines.first().map_or(0, |line| line.unread);
    Ok(answer::read(call.target.tree, reached(&outcome), unread))
}

pub(super) async fn typing(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (room, SetTyping { is_typing }) = (call.room()?, SetTyping::read(&call.body)?);
    call.app.journal.head(caller.id(), room).await?;
    if call.app.rates.lets_type(caller.id(), is_typing, call.now) && !is_muted(call, caller, room).await? {
        call.app.hub.typing(room, &caller.account.person, None, is_typing);
    }
    Ok(answer::done(call.target.tree))
}

/// Tells whether the caller is muted in a room. If the hub does not know them, having no socket of theirs, the journal is asked.
async fn is_muted(call: &Call<'_>, caller: &Caller, room: RoomId) -> Result<bool, Trouble> {
    let mute = match call.app.hub.mute(caller.id(), room) {
        Some(mute) => mute,
        None => {
            let rooms = call.app.journal.memberships(caller.id()).await?;
            rooms.into_iter().find(|of| of.room == room).and_then(|of| of.mute)
        }
    };
    Ok(mute.is_some_and(|until| until > call.now))
}

impl Call<'_> {
    /// Counts a message, edit, deletion or like. HTTP and sockets share the limit.
    pub(super) fn pace(&self, caller: &Caller) -> Result<(), Trouble> {
        self.app.rates.message(caller.id(), self.now).map_err(Trouble::TooFast)
    }
}

async fn shown(call: &Call<'_>, reader: UserId, room: RoomId, message: MessageId) -> Result<Reply, Trouble> {
    let shown = call.app.journal.message(reader, room, message).await?;
    Ok(answer::message(call.target.tree, call.features, 200, &shown))
}

/// Returns where a page of people begins, and how many it has.
async fn after(call: &Call<'_>) -> Result<(Option<UserId>, usize), Trouble> {
    let limit = call.query.limit()?;
    match call.query.user("before_id", call.target.tree)? {
        Some(last) => Ok((Some(whom::in_body(call.app, last).await?), limit)),
        None => Ok((None, limit)),
    }
}

/// Cuts a page to its size. Returns where the next one begins, if there is one.
fn cut(page: &mut Vec<Mark>, limit: usize) -> Option<UserId> {
    let more = page.len() > limit;
    page.truncate(limit);
    page.last().filter(|_| more).map(|mark| mark.user.id)
}

fn reached(outcome: &Outcome) -> Option<MessageId> {
    match outcome.event().map(|event| &**event) {
        Some(Event { change: Change::Read(read), .. }) => Some(read.upto),
        _ => None,
    }
}
