//! Settings of the log and of traces.

use chat_transport::traces::Traces;
use clap::Args;
use http::Uri;

use super::values::web_address;
use crate::log::{Level, LogFormat};

/// Settings of the log and of traces.
#[derive(Clone, Debug, Args)]
pub(crate) struct Reports {
    /// How much is logged: error, warn, info, debug or trace; or by part, such as `chat_store=debug,info`.
    #[arg(long, default_value = "info")]
    pub(crate) log: Level,
    /// The form of the log. Without it text at a terminal, and JSON elsewhere.
    #[arg(long)]
    pub(crate) log_format: Option<LogFormat>,
    /// Where traces are sent: the address at which an OpenTelemetry collector accepts OTLP over HTTP, such as
    /// http://127.0.0.1:4318/v1/traces.
    #[arg(long, value_parser = web_address)]
    pub(crate) traces: Option<Uri>,
    /// How many traces a second are made at most.
    #[arg(long, default_value_t = 10)]
    pub(crate) traces_per_second: u32,
}

impl Reports {
    /// Returns the exporter of traces, if they are wanted.
    pub(crate) fn traces(&self) -> Result<Option<Traces>, String> {
        let begin = |address: &Uri| Traces::begin(address.clone(), self.traces_per_second);
        self.traces.as_ref().map(begin).transpose().map_err(|error| error.to_string())
    }
}
