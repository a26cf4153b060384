//! The export of everything that belongs to one person, for a back end that passes it on to them.

use std::sync::Arc;

use bytes::Bytes;
use chat_domain::notification::NotificationPage;
use chat_domain::view::Membership;
use chat_domain::{Failure, Person, Refusal, ReportsPage, UserId};
use chat_protocol::Trouble;
use chat_protocol::rest::answer::{Belonging, belonging};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use tokio::sync::mpsc;

use super::call::Call;
use super::whom;
use crate::app::App;
use crate::carry::http::{Body, empty};

/// Streams the export, reading a page whenever the last one was taken. The last line tells that it is complete.
pub(super) async fn export(call: &Call<'_>, app: &Arc<App>) -> Result<Response<Body>, Trouble> {
    app.settings.http.admit_key(&call.parts.headers)?;
    let user = whom::in_path(call.app, call.user()).await?.ok_or(Refusal::UnknownUser)?;
    let person = whom::account(call.app, user).await?.person;
    if person.is_erased() {
        return Err(Refusal::UnknownUser.into());
    }
    let (give, take) = mpsc::channel(1);
    let mut export = Export { app: app.clone(), person, give, page: Vec::new(), lines: 0 };
    tokio::spawn(async move {
        if let Err(Some(failure)) = export.write().await {
            tracing::warn!(%user, %failure, "the export of a user broke off");
        }
    });
    let mut response = empty(StatusCode::OK);
    *response.body_mut() = Body::pages(take);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    Ok(response)
}

struct Export {
    app: Arc<App>,
    person: Arc<Person>,
    give: mpsc::Sender<Bytes>,
    page: Vec<u8>,
    lines: u64,
}

/// Why an export broke off; `None` if the receiver has gone.
type Broken = Option<Failure>;

impl Export {
    async fn write(&mut self) -> Result<(), Broken> {
        let user = self.person.id();
        self.line(Belonging::User(&self.person.clone())).await?;
        for membership in self.app.journal.memberships(user).await? {
            self.membership(user, &membership).await?;
        }
        self.messages(user).await?;
        self.reactions(user).await?;
        self.files(user).await?;
        self.reports(user).await?;
        self.notifications(user).await?;
        self.blocks(user).await?;
        for (device, _) in self.app.subscribers.devices(user).await? {
            self.line(Belonging::Subscription(&device.address)).await?;
        }
        self.line(Belonging::End(self.lines)).await?;
        self.hand_over().await
    }

    async fn membership(&mut self, user: UserId, membership: &Membership) -> Result<(), Broken> {
        // They may have left the room a moment ago.
        match self.app.journal.member(user, membership.room, user).await {
            Ok(member) => self.line(Belonging::Chat(membership, member.role)).await,
            Err(Failure::Refused(_)) => Ok(()),
            Err(failure) => Err(Some(failure)),
        }
    }

    async fn messages(&mut self, user: UserId) -> Result<(), Broken> {
        let mut after = None;
        loop {
            let said = self.app.journal.said(user, after, PAGE).await?;
            for message in &said {
                self.line(Belonging::Message(message)).await?;
            }
            match said.last() {
                Some(last) if said.len() == PAGE => after = Some((last.room, last.id)),
                _ => return Ok(()),
            }
        }
    }

    async fn reactions(&mut self, user: UserId) -> Result<(), Broken> {
        let mut after = None;
        loop {
            let given = self.app.journal.given(user, after, PAGE).await?;
            for row in &given {
                self.line(Belonging::Reaction(row)).await?;
            }
            after = given.last().filter(|_| given.len() == PAGE).cloned();
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn files(&mut self, user: UserId) -> Result<(), Broken> {
        let Some(known) = self.app.settings.files.as_ref().map(|files| files.known.clone()) else { return Ok(()) };
        let mut after = None;
        loop {
            let files = known.files_of(user, after, PAGE).await?;
            for row in &files {
                self.line(Belonging::File(&row.file)).await?;
            }
            after = files.last().filter(|_| files.len() == PAGE).map(|row| row.file.id);
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn reports(&mut self, user: UserId) -> Result<(), Broken> {
        let mut after = None;
        loop {
            let page = ReportsPage::By { person: user, after, limit: PAGE };
            let reports = self.app.journal.reports(page).await?;
            for report in &reports {
                self.line(Belonging::Report(report)).await?;
            }
            after = reports.last().filter(|_| reports.len() == PAGE).map(|report| report.id);
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn notifications(&mut self, user: UserId) -> Result<(), Broken> {
        let mut before = None;
        loop {
            let page = NotificationPage { is_read: None, before, limit: PAGE };
            let notifications = self.app.journal.notifications(user, page).await?;
            for one in &notifications {
                self.line(Belonging::Notification(one)).await?;
            }
            before = notifications.last().filter(|_| notifications.len() == PAGE).map(|one| one.id);
            if before.is_none() {
                return Ok(());
            }
        }
    }

    async fn blocks(&mut self, user: UserId) -> Result<(), Broken> {
        let mut before = None;
        loop {
            let blocked = self.app.journal.blocked_by(user, before, PAGE).await?;
            for person in &blocked {
                self.line(Belonging::Block(person)).await?;
            }
            before = blocked.last().filter(|_| blocked.len() == PAGE).map(|person| person.id());
            if before.is_none() {
                return Ok(());
            }
        }
    }

    async fn line(&mut self, it: Belonging<'_>) -> Result<(), Broken> {
        belonging(&mut self.page, it);
        self.lines += 1;
        if self.page.len() < AT_ONCE { Ok(()) } else { self.hand_over().await }
    }

    async fn hand_over(&mut self) -> Result<(), Broken> {
        let page = std::mem::take(&mut self.page);
        self.give.send(page.into()).await.map_err(|_| None)
    }
}

/// How many rows are read at once.
const PAGE: usize = 500;
/// How many bytes are sent at once.
const AT_ONCE: usize = 32 << 10;
