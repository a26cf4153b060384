//! The back end that is asked before a message is stored.

use std::time::{Duration, Instant};

use bytes::Bytes;
use chat_domain::Failure;
use chat_protocol::Trouble;
use chat_protocol::verdict::{Question, Verdict};
use http::header::CONTENT_TYPE;
use http::{Request, Uri};
use tracing::warn;

use crate::client::{Client, ClientSettings, Unreached};
use crate::sparing::Sparing;

/// Asks a back end whether a message may be said. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Check {
    client: Client,
    address: Uri,
    fails_open: bool,
}

impl Check {
    /// Asks at this address. When the back end does not answer in time, a message is let through if `fails_open`, and otherwise
    /// refused as unavailable.
    pub fn new(address: Uri, fails_open: bool) -> Result<Check, Unreached> {
        let settings =
            ClientSettings { connect: PATIENCE, patience: PATIENCE, most: LONGEST, ..ClientSettings::default() };
        Ok(Check { client: Client::new(settings)?, address, fails_open })
    }

    pub(super) async fn ask(&self, question: &Question<'_>) -> Result<Verdict, Trouble> {
        let request = Request::post(&self.address).header(CONTENT_TYPE, "application/json");
        let why = match request.body(Bytes::from(question.spelled())) {
            Err(error) => error.to_string(),
            Ok(request) => match self.client.send(request).await {
                Err(unreached) => unreached.to_string(),
                Ok(answer) if !answer.status().is_success() => format!("it answered {}", answer.status().as_u16()),
                Ok(answer) => match Verdict::read(answer.body()) {
                    Some(verdict) => return Ok(verdict),
                    None => "its answer is no verdict".into(),
                },
            },
        };
        if let Some(left_out) = SILENT.line(Instant::now()) {
            warn!(left_out, why, "the back end was asked before something was said, and did not answer");
        }
        if self.fails_open { Ok(Verdict::Allow) } else { Err(Failure::Unavailable.into()) }
    }
}

/// How long the back end may take. Somebody is waiting for their message to appear.
const PATIENCE: Duration = Duration::from_millis(300);
/// How many bytes its answer may have.
const LONGEST: usize = 256 << 10;
/// Limits the log to one line a second: the back end may be away for long.
static SILENT: Sparing = Sparing::new();
