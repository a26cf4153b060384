//! Before something is said it is looked for the files that it names, and a back end is asked.

mod back_end;

use chat_domain::{Command, Digest, Draft, MessageKind, Refusal, RoomId, UserId, Value};
use chat_protocol::Trouble;
use chat_protocol::verdict::{Question, Verdict};

pub use self::back_end::Check;
use crate::app::App;
use crate::files::FileSettings;

impl App {
    /// Tells whether the back end is asked about this command.
    pub(crate) fn is_checked(&self, command: &Command) -> bool {
        match command {
            Command::Send { draft, .. } => self.settings.check.is_some() || self.bucket_of(draft).is_some(),
            Command::Edit { .. } => self.settings.check.is_some(),
            _ => false,
        }
    }

    /// What knows the files that a draft names, if their bytes do not come through this server: it is looked whether they are there.
    fn bucket_of(&self, draft: &Draft) -> Option<&FileSettings> {
        let files = self.settings.files.as_ref()?;
        (files.shelf.folder().is_none() && !draft.named_files().is_empty()).then_some(files)
    }

    /// Returns the command as the back end allows it, perhaps with other content. A repeated send is passed on unasked, since it
    /// is answered like the first one.
    pub(crate) async fn checked(&self, actor: UserId, command: Command) -> Result<Command, Trouble> {
        if let Command::Send { draft, .. } = &command
            && let Some(files) = self.bucket_of(draft)
        {
            files.look_for(actor, draft).await?;
        }
        let Some(check) = &self.settings.check else { return Ok(command) };
        match command {
            Command::Send { room, draft, client_id } => {
                if let Some(name) = &client_id
                    && self.journal.was_said(actor, room, name.clone()).await?
                {
                    return Ok(Command::Send { room, draft, client_id });
                }
                let asked = (draft.kind, draft.content.as_str(), &draft.metadata);
                let draft = match self.verdict(check, actor, room, asked).await? {
                    None => draft,
                    Some(content) => Draft { said: Some(Digest::of_draft(&draft).0), content, ..draft },
                };
                Ok(Command::Send { room, draft, client_id })
            }
            Command::Edit { room, message, content } => {
                let asked = (MessageKind::Text, content.as_str(), &Value::empty());
                let instead = self.verdict(check, actor, room, asked).await?;
                Ok(Command::Edit { room, message, content: instead.unwrap_or(content) })
            }
            other => Ok(other),
        }
    }

    /// Returns the content that replaces the message's own, or `None` if the message is allowed as it is.
    async fn verdict(
        &self,
        check: &Check,
        actor: UserId,
        room: RoomId,
        (kind, content, metadata): (MessageKind, &str, &Value),
    ) -> Result<Option<String>, Trouble> {
        let account = self.directory.people(vec![actor]).await?.pop().ok_or(Refusal::UnknownUser)?;
        let question = Question { room, user: account.person.handle.uuid, kind, content, metadata };
        match check.ask(&question).await? {
            Verdict::Allow => Ok(None),
            Verdict::Instead(content) => Ok(Some(content)),
            Verdict::Refuse(reason) => Err(Trouble::Objection(reason)),
        }
    }
}
