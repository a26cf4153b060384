//! What a client says, and what becomes of it.

use chat_domain::{Command, Mood, Order, Refusal, RoomId};
use chat_protocol::reply::SyncReason;
use chat_protocol::{Asked, Context, Entrance, Rejected, Request, Trouble, Verb, decode, reply};

use super::Session;
use super::closes;
use crate::account::secret::Secret;
use crate::clock;
use crate::routes::credentials::{By, authenticate_token};

impl Session {
    /// Takes a frame; false if the connection is to end. Orders are given without waiting for their answers; everything else
    /// waits for the answers to what came before it, so that answers come in the order of the frames.
    pub(crate) async fn hear(&mut self, payload: &[u8], ack: Option<u64>) -> bool {
        match decode(self.socket.place, payload, ack) {
            Ok(asked) => {
                self.bad_frames = 0;
                self.serve(asked).await;
                true
            }
            Err(rejected) => self.reject(&rejected).await,
        }
    }

    /// Counts a bad frame; false if that was one too many in a row.
    pub(crate) async fn reject(&mut self, rejected: &Rejected) -> bool {
        self.all_answered().await;
        self.refuse(&rejected.context, &rejected.trouble);
        if !rejected.is_bad_frame() {
            return true;
        }
        self.bad_frames += 1;
        if self.bad_frames < self.app.settings.bad_frames {
            return true;
        }
        self.socket.line.close(closes::BAD_FRAMES);
        false
    }

    async fn serve(&mut self, Asked { request, context }: Asked) {
        let request = match request {
            Request::Order(command) => match self.pace(context.verb) {
                Ok(()) => return self.order(command, context),
                Err(trouble) => {
                    self.all_answered().await;
                    return self.refuse(&context, &trouble);
                }
            },
            request => request,
        };
        self.all_answered().await;
        match request {
            Request::Ping => self.done(&context),
            Request::Typing { room, is_typing } if self.app.hub.is_member(self.socket.user(), room) => {
                self.typing(room, is_typing, &context);
            }
            Request::Status(mood) => self.look(mood, &context),
            Request::Leave { room } => {
                self.socket.forget_behind(room);
                self.app.hub.leave(&self.socket, room);
                self.done(&context);
            }
            // What has to wait for others is put aside, so that an idle connection does not keep the room for it.
            slow => {
                if let Err(trouble) = Box::pin(self.serve_slowly(slow, &context)).await {
                    self.refuse(&context, &trouble);
                }
            }
        }
    }

    async fn serve_slowly(&mut self, request: Request, context: &Context) -> Result<(), Trouble> {
        match request {
            Request::Join { room, since } => {
                if let Some(pull) = self.join(room, &since, context).await? {
                    self.catch_up(pull).await;
                }
                Ok(())
            }
            Request::Auth { token } => self.renew(token, context).await,
            Request::ReadNotification(id) => {
                let notification = self.app.journal.read_notification(self.socket.user(), id, clock::now()).await?;
                self.say(|_, _, frames| reply::notification_read(context, &notification, frames));
                Ok(())
            }
            Request::Typing { room, .. } => {
                // The hub does not know the user there; the journal says why, or knows better.
                self.app.journal.head(self.socket.user(), room).await?;
                Err(Refusal::NotMember.into())
            }
            _ => Ok(()),
        }
    }

    /// Waits until everything that was asked before has been answered.
    async fn all_answered(&self) {
        // Put aside like what is slow: there is hardly ever something to wait for.
        Box::pin(self.socket.all_settled()).await;
        self.app.hub.answer(&self.socket);
    }

    /// Messages, edits, deletes and likes share one measure, over HTTP too.
    fn pace(&self, verb: Verb) -> Result<(), Trouble> {
        match verb {
            Verb::Send | Verb::Edit | Verb::Delete | Verb::Like | Verb::Unlike => {
                self.app.rates.message(self.socket.user(), clock::now()).map_err(Trouble::TooFast)
            }
            _ => Ok(()),
        }
    }

    /// Gives an order to the journal; its answer comes through the hub.
    fn order(&self, command: Command, context: Context) {
        let (user, now) = (self.socket.user(), clock::now());
        let command = match command {
            Command::Read { room, upto: None } => {
                Command::Read { room, upto: self.app.hub.newest_sent(&self.socket, room) }
            }
            command => command,
        };
        let origin = self.socket.order(context, now);
        self.app.journal.submit(Order { actor: user, at: now, command, origin: Some(origin) });
    }

    fn typing(&self, room: RoomId, is_typing: bool, context: &Context) {
        if self.app.rates.lets_type(self.socket.user(), is_typing, clock::now()) {
            self.app.hub.typing(room, &self.socket.person, Some(self.socket.id), is_typing);
        }
        self.done(context);
    }

    /// Every change is told to all who share a room: it is a sign like typing, but one that must not get lost unnoticed.
    fn look(&self, mood: Mood, context: &Context) {
        match self.app.rates.sign(self.socket.user(), clock::now()) {
            Ok(()) => {
                self.app.hub.look(&self.socket, mood);
                self.done(context);
            }
            Err(wait) => self.refuse(context, &Trouble::TooFast(wait)),
        }
    }

    async fn renew(&self, token: String, context: &Context) -> Result<(), Trouble> {
        let caller = authenticate_token(&self.app, &Secret::new(token), clock::now()).await?;
        let By::Token { expires } = caller.by else { return Err(Trouble::Unauthorized) };
        if caller.id() != self.socket.user() {
            return Err(Trouble::Unauthorized);
        }
        self.socket.set_expires(Some(expires));
        self.done(context);
        if self.socket.place.entrance == Entrance::SocketIo {
            let person = &self.socket.person;
            self.say(|_, now, frames| reply::sync_required(person, SyncReason::TokenRefresh, now, frames));
        }
        Ok(())
    }

    fn done(&self, context: &Context) {
        self.app.hub.metrics().answered(self.socket.place.entrance, context.verb, true);
        self.say(|place, now, frames| reply::done(place, context, now, frames));
    }
}
