//! Routes that need a user.

use chat_protocol::Trouble;
use chat_protocol::rest::Route;

use super::call::{Answered, Call};
use super::{
    account, chat, endings, file, find, member, message, moderation, notification, pin, poll, push, reaction, report,
    roulette,
};
use crate::account::caller::Caller;

impl Call<'_> {
    /// Answers a user, within the limits on rates.
    pub(super) async fn as_user(&self, caller: &Caller) -> Result<Answered, Trouble> {
        let (user, rates) = (caller.id(), &self.app.rates);
        if self.parts.method.is_safe() {
            rates.fetch(user, self.now).map_err(Trouble::TooFast)?;
            let answered = self.for_user(caller).await?;
            rates.fetched(user, answered.reply.body.len(), self.now);
            return Ok(answered);
        }
        match self.target.route {
            // These are limited elsewhere, and logging out is not limited at all.
            Route::Send | Route::Edit | Route::Delete | Route::Like | Route::Unlike | Route::Typing | Route::Logout => {
            }
            Route::React | Route::Unreact => {}
            Route::Read => rates.read(user, self.now).map_err(Trouble::TooFast)?,
            _ => rates.change(user, 1, self.now).map_err(Trouble::TooFast)?,
        }
        self.for_user(caller).await
    }

    /// Answers what is about people, the caller, and whatever concerns nobody else.
    async fn for_user(&self, caller: &Caller) -> Result<Answered, Trouble> {
        let reply = match self.target.route {
            Route::Me => return account::me(self, caller),
            Route::UpdateMe => account::update(self, caller).await,
            Route::Password => endings::change_password(self, caller).await,
            Route::EraseMe => endings::erase(self, caller).await,
            Route::Users => account::search(self).await,
            Route::Block => moderation::block(self, caller, true).await,
            Route::Unblock => moderation::block(self, caller, false).await,
            Route::Blocks => moderation::blocks(self, caller).await,
            Route::PushKey => push::key(self).await,
            Route::AddDevice => push::add(self, caller).await,
            Route::RemoveDevice => push::remove(self, caller).await,
            Route::Level => push::level(self, caller).await,
            Route::SetLevel => push::set_level(self, caller).await,
            Route::Report => report::report(self, caller).await,
            Route::Announce => file::announce(self, caller).await,
            Route::FileDone => file::done(self, caller).await,
            Route::Notifications => notification::list(self, caller).await,
            Route::ReadNotification => notification::read(self, caller).await,
            Route::ReadAllNotifications => notification::read_all(self, caller).await,
            _ => return self.of_chats(caller).await,
        };
        reply.map(Answered::from)
    }

    /// Answers what is about chats and their members.
    async fn of_chats(&self, caller: &Caller) -> Result<Answered, Trouble> {
        let reply = match self.target.route {
            Route::Chats => chat::list(self, caller).await,
            Route::OpenChat => chat::open(self, caller).await,
            Route::Chat => chat::show(self, caller).await,
            Route::ChangeChat => chat::change(self, caller).await,
            Route::EndGroup => chat::end(self, caller).await,
            Route::Hide => chat::hide(self, caller).await,
            Route::Members => member::list(self, caller).await,
            Route::AddMember => member::add(self, caller).await,
            Route::RemoveMember => member::remove(self, caller).await,
            Route::Appoint => moderation::appoint(self, caller).await,
            Route::Mute => moderation::mute(self, caller).await,
            Route::Unmute => moderation::unmute(self, caller).await,
            Route::Ban => moderation::ban(self, caller).await,
            Route::Unban => moderation::unban(self, caller).await,
            Route::Bans => moderation::bans(self, caller).await,
            Route::Audit => moderation::audit(self, caller).await,
            Route::Read => message::mark_read(self, caller).await,
            Route::Typing => message::typing(self, caller).await,
            Route::Search => roulette::search(self, caller).await,
            Route::StopSearch => roulette::stop(self, caller).await,
            Route::Next => roulette::next(self, caller).await,
            Route::Leave => roulette::leave(self, caller).await,
            _ => return self.of_messages(caller).await,
        };
        reply.map(Answered::from)
    }

    /// Answers what is about messages. Other routes need no user.
    async fn of_messages(&self, caller: &Caller) -> Result<Answered, Trouble> {
        let reply = match self.target.route {
            Route::Messages => message::history(self, caller).await,
            Route::Send => message::send(self, caller).await,
            Route::Message => message::show(self, caller).await,
            Route::Edit => message::edit(self, caller).await,
            Route::Delete => message::delete(self, caller).await,
            Route::Like => message::like(self, caller, true).await,
            Route::Unlike => message::like(self, caller, false).await,
            Route::Likers => message::likers(self, caller).await,
            Route::React => reaction::react(self, caller, true).await,
            Route::Unreact => reaction::react(self, caller, false).await,
            Route::Reactors => reaction::reactors(self, caller).await,
            Route::Pin => pin::pin(self, caller, true).await,
            Route::Unpin => pin::pin(self, caller, false).await,
            Route::Pins => pin::pins(self, caller).await,
            Route::Thread => message::thread(self, caller).await,
            Route::Find => find::messages(self, caller).await,
            Route::Readers => message::readers(self, caller).await,
            Route::Poll => poll::poll(self, caller).await,
            _ => return self.as_anybody().await,
        };
        reply.map(Answered::from)
    }
}
