//! What trusted back ends may do.

use std::sync::Arc;

use chat_domain::directory::Visitor;
use chat_domain::grant::Grant;
use chat_domain::notification::NewNotification;
use chat_domain::suspension::FOR_GOOD;
use chat_domain::{Refusal, Time, UserId};
use chat_protocol::rest::body::{
    DisconnectNotice, KeepMessages, NewPerson, NewToken, Notice, PostCommentedNotice, PostLikedNotice, ServerChat,
    ServerMessage, SuspendUser,
};
use chat_protocol::rest::{Reply, Route, Tree, Whom, answer};
use chat_protocol::{News, PostCommented, PostLiked, Trouble};
use tokio::task::yield_now;

use super::call::{Call, unexpected};
use super::{chat, message, whom};
use crate::account::gate::subject;
use crate::account::secret::Secret;

pub(super) async fn notify(call: &Call<'_>) -> Result<Reply, Trouble> {
    let notice = Notice::read(&call.body, call.key()?)?;
    let user = whom::in_body(call.app, notice.user).await?;
    let Notice { kind, title, body, data, client_id, .. } = notice;
    let new = NewNotification { user, kind, title, body, data, client_id };
    let (notification, is_new) = call.app.journal.notify(new, call.now).await?;
    if is_new {
        call.app.hub.notify(&notification);
    }
    Ok(answer::notification(201, &notification))
}

pub(super) async fn post_liked(call: &Call<'_>) -> Result<Reply, Trouble> {
    let (post_id, notice) = (post(call)?, PostLikedNotice::read(&call.body)?);
    let user = whom::in_body(call.app, notice.user).await?;
    let who = whom::account(call.app, user).await?.person.handle;
    let PostLikedNotice { user_name, likes_count, .. } = notice;
    let liked = PostLiked { post_id, user_id: who.id, user_uuid: who.uuid, user_name, likes_count };
    let news = News::PostLiked(Arc::new(liked));
    let mut followers = known(call, notice.followers).await?;
    followers.sort_unstable();
    followers.dedup();
    for some in followers.chunks(AT_ONCE) {
        call.app.hub.tell_post(some, &news);
        // A post with many followers must not delay other tasks.
        yield_now().await;
    }
    Ok(answer::told(followers.len()))
}

pub(super) async fn post_commented(call: &Call<'_>) -> Result<Reply, Trouble> {
    let (post_id, notice) = (post(call)?, PostCommentedNotice::read(&call.body)?);
    let author = whom::in_body(call.app, notice.author).await?;
    whom::account(call.app, author).await?;
    let PostCommentedNotice { comment, comments_count, .. } = notice;
    let commented = PostCommented { post_id, comment, comments_count };
    call.app.hub.tell_post(&[author], &News::PostCommented(Arc::new(commented)));
    Ok(answer::told(1))
}

pub(super) async fn open_chat(call: &Call<'_>) -> Result<Reply, Trouble> {
    let ServerChat { owner, chat } = ServerChat::read(&call.body, call.key()?)?;
    let owner = whom::in_body(call.app, owner).await?;
    chat::open_for(call, owner, chat).await
}

pub(super) async fn send(call: &Call<'_>) -> Result<Reply, Trouble> {
    let (room, ServerMessage { user, mut message }) = (call.room()?, ServerMessage::read(&call.body, call.key()?)?);
    message.draft.is_back_ends = true;
    let user = whom::in_body(call.app, user).await?;
    whom::account(call.app, user).await?;
    message::send_for(call, user, room, message).await
}

/// Says for how long a chat's messages are kept; what is older goes behind the answer.
pub(super) async fn keep_messages(call: &Call<'_>) -> Result<Reply, Trouble> {
    let (room, KeepMessages(span)) = (call.room()?, KeepMessages::read(&call.body)?);
    call.app.journal.keep(room, span).await?;
    Ok(answer::kept(room, span))
}

/// Introduces a user who has not come yet.
pub(super) async fn introduce(call: &Call<'_>) -> Result<Reply, Trouble> {
    let (subject, person) = (subject(&call.plain("subject")?), NewPerson::read(&call.body)?);
    let NewPerson { name, username, avatar } = person;
    let issuer = call.app.settings.http.issuer.clone();
    let account = call.app.directory.admit(Visitor { issuer, subject, name, username, avatar }).await?;
    call.app.is_now(&account.person).await;
    Ok(answer::person(Tree::V2, &account.person))
}

/// Issues a token without a family: it ends when it expires, or with all tokens of its user.
pub(super) async fn issue_token(call: &Call<'_>) -> Result<Reply, Trouble> {
    let NewToken { user, ttl } = NewToken::read(&call.body)?;
    let user = whom::in_body(call.app, user).await?;
    let holder = call.app.directory.holder(user, None).await?.ok_or(Refusal::UnknownUser)?;
    let (handle, seconds) = (holder.account.person.handle, call.now.since(Time(0)).as_secs());
    let grant = Grant { family: None, generation: holder.generation };
    let name = Secret::random().map_err(|_| unexpected())?.reveal().to_owned();
    let uuid = Some(handle.uuid.to_string());
    let issued = call.app.gate.tokens().issue_for(ttl, handle.id.number(), uuid, grant, name, seconds);
    let (token, expires_in) = issued.ok_or(Trouble::Forbidden("access tokens come from another issuer"))?;
    Ok(answer::token(token.reveal(), expires_in))
}

pub(super) async fn disconnect(call: &Call<'_>) -> Result<Reply, Trouble> {
    let user = whom::in_path(call.app, call.user()).await?.ok_or(Refusal::UnknownUser)?;
    whom::account(call.app, user).await?;
    if DisconnectNotice::read(&call.body)?.tokens {
        call.app.end_tokens(user, call.now).await?;
    }
    call.app.hub.disconnect(user);
    Ok(answer::done(Tree::V2))
}

/// Suspends a user, or ends their suspension. Their sockets are closed before the answer.
pub(super) async fn suspension(call: &Call<'_>) -> Result<Reply, Trouble> {
    let user = whom::in_path(call.app, call.user()).await?.ok_or(Refusal::UnknownUser)?;
    if call.target.route == Route::Unsuspend {
        call.app.suspend(user, Time(0), String::new()).await?;
        return Ok(answer::done(Tree::V2));
    }
    let SuspendUser { span, reason } = SuspendUser::read(&call.body)?;
    let account = whom::account(call.app, user).await?;
    let until = span.map_or(FOR_GOOD, |span| call.now.after(span));
    call.app.suspend(user, until, reason.clone()).await?;
    Ok(answer::suspension(Tree::V2, account.person.handle, until, &reason))
}

/// Returns the post that the path names.
fn post(call: &Call<'_>) -> Result<String, Trouble> {
    let post = call.plain("post")?;
    match post.chars().count() {
        1..=64 => Ok(post),
        _ => Err(Trouble::Malformed("the id of a post must have 1 to 64 characters".into())),
    }
}

/// Returns the followers who are known here. The others have never been here, which is no error: they would hear nothing.
async fn known(call: &Call<'_>, followers: Vec<Whom>) -> Result<Vec<UserId>, Trouble> {
    let mut known = Vec::with_capacity(followers.len());
    for follower in followers {
        known.extend(whom::in_path(call.app, Some(follower)).await?);
    }
    Ok(known)
}

/// How many followers are told in one go.
const AT_ONCE: usize = 256;
