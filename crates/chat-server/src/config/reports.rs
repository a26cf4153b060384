//! Settings of what the server tells of itself.

use chat_transport::traces::Traces;
use clap::Args;
use http::Uri;

use super::values::web_address;
use crate::log::{Level, LogFormat};

/// What the server tells of itself.
#[derive(Clone, Debug, Args)]
pub(crate) struct Reports {
    /// How much is logged: error, warn, info, debug or trace, or by part: `chat_store=debug,info`.
    #[arg(long, default_value = "info")]
    pub(crate) log: Level,
    /// The form of the log. Without it text on a terminal, JSON elsewhere.
    #[arg(long)]
    pub(crate) log_format: Option<LogFormat>,
    /// Where traces go: the address at which an OpenTelemetry collector takes OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces.
    #[arg(long, value_parser = web_address)]
    pub(crate) traces: Option<Uri>,
    /// How many traces a second are made at most.
    #[arg(long, default_value_t = 10)]
    pub(crate) traces_per_second: u32,
}

impl Reports {
    /// Where traces go, if anywhere.
    pub(crate) fn traces(&self) -> Result<Option<Traces>, String> {
        let begin = |address: &Uri| Traces::begin(address.clone(), self.traces_per_second);
        self.traces.as_ref().map(begin).transpose().map_err(|error| error.to_string())
    }
}
