//! The requests of a client.

use std::future::Future;
use std::pin::Pin;

use chat_domain::{Command, Failure, Mood, Outcome, Refusal, RoomId};
use chat_protocol::reply::SyncReason;
use chat_protocol::{Asked, Context, Entrance, Rejected, Request, Trouble, Verb, decode, reply};

use super::Session;
use crate::account::caller::By;
use crate::account::secret::Secret;
use crate::connection::closes;

/// What to do before the next frame is read.
pub(crate) enum Then<'a> {
    /// Nothing: read the next frame.
    GoOn,
    /// Await this. It returns whether there is a next frame.
    Wait(Pin<Box<dyn Future<Output = bool> + Send + 'a>>),
    /// Read nothing more: the connection is ending.
    End,
}

impl Session {
    /// Takes a frame. Orders are passed on without waiting for their outcomes. Everything else waits until earlier orders are
    /// answered, so that answers come in the order of the frames. What need not wait is done at once.
    pub(crate) fn hear(&mut self, payload: &[u8], ack: Option<u64>) -> Then<'_> {
        match decode(self.socket.endpoint, payload, ack) {
            Ok(asked) => {
                self.bad_frames = 0;
                self.serve(asked)
            }
            Err(rejected) => self.reject(rejected),
        }
    }

    /// Counts and refuses a malformed frame. If it names an impossible message id, the room is checked first, as it would be for
    /// a possible one.
    pub(crate) fn reject(&mut self, rejected: Rejected) -> Then<'_> {
        if let (Trouble::Failure(Failure::Refused(Refusal::UnknownMessage)), Some(room)) =
            (&rejected.trouble, rejected.context.room)
        {
            return Then::Wait(Box::pin(async move {
                self.all_answered().await;
                let judged = match self.pace(rejected.context.verb) {
                    Ok(()) => self.app.journal.head(self.socket.user(), room).await.map_err(Trouble::from),
                    Err(trouble) => Err(trouble),
                };
                let trouble = judged.err().unwrap_or(rejected.trouble);
                self.refuse(&rejected.context, &trouble);
                true
            }));
        }
        self.bad_frames += u32::from(rejected.is_bad_frame());
        let goes_on = self.bad_frames < self.app.settings.bad_frames;
        self.in_turn(goes_on, move |session| {
            session.refuse(&rejected.context, &rejected.trouble);
            if !goes_on {
                session.socket.line.close(closes::BAD_FRAMES);
            }
        })
    }

    fn serve(&self, Asked { request, context }: Asked) -> Then<'_> {
        match request {
            Request::Order(command) => match self.pace(context.verb) {
                Ok(()) => {
                    if let Command::Read { room, upto: None } = command {
                        return self.read_what_was_seen(room, context);
                    }
                    if self.app.is_checked(&command) {
                        return self.order_checked(command, context);
                    }
                    self.order(command, context);
                    Then::GoOn
                }
                Err(trouble) => self.in_turn(true, move |session| session.refuse(&context, &trouble)),
            },
            Request::Typing { room, is_typing } if self.app.hub.is_member(self.socket.user(), room) => {
                self.in_turn(true, move |session| session.typing(room, is_typing, &context))
            }
            Request::Ping => self.in_turn(true, move |session| session.done(&context)),
            Request::Status(mood) => self.in_turn(true, move |session| session.look(mood, &context)),
            Request::Leave { room } => self.in_turn(true, move |session| {
                session.socket.forget_behind(room);
                session.app.hub.leave(&session.socket, room);
                session.done(&context);
            }),
            slow => Then::Wait(Box::pin(async move {
                self.all_answered().await;
                if let Err(trouble) = self.serve_slowly(slow, &context).await {
                    self.refuse(&context, &trouble);
                }
                true
            })),
        }
    }

    /// Does something after all earlier orders are answered, at once if they are.
    fn in_turn<'a>(&'a self, goes_on: bool, act: impl FnOnce(&Session) + Send + 'a) -> Then<'a> {
        if !self.socket.is_settled() {
            return Then::Wait(Box::pin(async move {
                self.all_answered().await;
                act(self);
                goes_on
            }));
        }
        self.socket.offer_answers();
        act(self);
        if goes_on { Then::GoOn } else { Then::End }
    }

    async fn serve_slowly(&self, request: Request, context: &Context) -> Result<(), Trouble> {
        match request {
            Request::Join { room, since } => {
                if let Some(pull) = self.join(room, &since, context).await? {
                    self.catch_up(pull).await;
                }
                Ok(())
            }
            Request::Auth { token } => {
                self.pace(Verb::Auth)?;
                self.renew(token, context).await
            }
            Request::ReadNotification(id) => {
                self.pace(Verb::ReadNotification)?;
                let notification = self.app.journal.read_notification(self.socket.user(), id, self.app.now()).await?;
                self.say(|_, _, frames| reply::notification_read(context, &notification, frames));
                Ok(())
            }
            Request::Typing { room, is_typing } => {
                self.app.rates.fetch(self.socket.user(), self.app.now()).map_err(Trouble::TooFast)?;
                // The hub does not know the user as a member. The journal refuses with the right reason, or knows better.
                self.app.journal.head(self.socket.user(), room).await?;
                if !self.app.hub.learns_member(self.socket.user(), room).await? {
                    return Err(Refusal::NotMember.into());
                }
                self.typing(room, is_typing, context);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Waits until all earlier orders are answered.
    async fn all_answered(&self) {
        self.socket.all_settled().await;
        self.socket.offer_answers();
    }

    /// Counts a request against the user's limits, which HTTP and sockets share.
    fn pace(&self, verb: Verb) -> Result<(), Trouble> {
        let (rates, user, now) = (&self.app.rates, self.socket.user(), self.app.now());
        let paced = match verb {
            Verb::Send | Verb::Edit | Verb::Delete | Verb::Like | Verb::Unlike => rates.message(user, now),
            Verb::React | Verb::Unreact => rates.message(user, now),
            Verb::Read => {
                rates.heard(user, self.socket.moved(), now);
                rates.read(user, now)
            }
            Verb::ReadNotification | Verb::Auth => rates.change(user, 1, now),
            _ => Ok(()),
        };
        paced.map_err(Trouble::TooFast)
    }

    /// Passes an order on to the journal. Its answer comes through the hub.
    fn order(&self, command: Command, context: Context) {
        self.app.hub.order(&self.socket, command, context, self.app.now());
    }

    /// Asks the back end first, then passes the order on. Only this socket's later frames wait for that.
    fn order_checked(&self, command: Command, context: Context) -> Then<'_> {
        Then::Wait(Box::pin(async move {
            match self.app.checked(self.socket.user(), command).await {
                Ok(command) => self.order(command, context),
                Err(trouble) => {
                    self.all_answered().await;
                    self.refuse(&context, &trouble);
                }
            }
            true
        }))
    }

    /// Marks a room as read without naming a message: up to what this socket has seen, never further.
    fn read_what_was_seen(&self, room: RoomId, context: Context) -> Then<'_> {
        if let Some(newest) = self.app.hub.newest_seen(&self.socket, room) {
            self.order(Command::Read { room, upto: Some(newest) }, context);
            return Then::GoOn;
        }
        Then::Wait(Box::pin(async move {
            self.all_answered().await;
            match self.app.journal.head(self.socket.user(), room).await {
                Ok(_) => self.say(|endpoint, now, frames| {
                    reply::settled(endpoint, &context, &Outcome::Quiet, now, frames);
                }),
                Err(failure) => self.refuse(&context, &failure.into()),
            }
            true
        }))
    }

    fn typing(&self, room: RoomId, is_typing: bool, context: &Context) {
        let (hub, user) = (&self.app.hub, self.socket.user());
        // The author may have been removed while this waited.
        if hub.is_member(user, room) && self.app.rates.lets_type(user, is_typing, self.app.now()) {
            hub.typing(room, &self.socket.person, Some(self.socket.id), is_typing);
        }
        self.done(context);
    }

    /// Changes how the user looks. Everybody who shares a room is told, so it is limited like typing, but a change beyond the
    /// limit is refused instead of being dropped silently.
    fn look(&self, mood: Mood, context: &Context) {
        match self.app.rates.sign(self.socket.user(), self.app.now()) {
            Ok(()) => {
                self.app.hub.look(&self.socket, mood);
                self.done(context);
            }
            Err(wait) => self.refuse(context, &Trouble::TooFast(wait)),
        }
    }

    async fn renew(&self, token: String, context: &Context) -> Result<(), Trouble> {
        let caller = self.app.gate.authenticate_token(&Secret::new(token), self.app.now()).await?;
        if caller.id() != self.socket.user() {
            return Err(Trouble::Unauthorized);
        }
        match &caller.by {
            By::Token(pass) => self.socket.renew(*pass),
            By::Backend(credential, _) => self.socket.rest_on_word(credential.clone()),
            By::Cookie { .. } => return Err(Trouble::Unauthorized),
        }
        // A log-out since the token was checked did not find this socket under it.
        if self.app.gate.is_ended(&caller) {
            self.socket.line.close(closes::LOGGED_OUT);
        }
        self.done(context);
        if self.socket.endpoint.entrance == Entrance::SocketIo {
            let person = &self.socket.person;
            self.say(|_, now, frames| reply::sync_required(person, SyncReason::TokenRefresh, now, frames));
        }
        Ok(())
    }

    fn done(&self, context: &Context) {
        self.app.hub.metrics().answered(self.socket.endpoint.entrance, context.verb, true);
        self.say(|endpoint, now, frames| reply::done(endpoint, context, now, frames));
    }
}
