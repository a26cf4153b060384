//! The chat server: settings, wiring and signals.

mod archive;
mod assembly;
#[cfg(test)]
mod book;
mod commands;
mod config;
mod demo;
mod doors;
mod files;
mod filling;
mod greeting;
mod insecure;
mod issuers;
mod log;
mod nodes;
mod operators;
mod page;
mod reload;
mod rows;
mod secrets;
mod serve;
mod slack;

use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};
use tracing::warn;

use crate::config::{Action, Source, Unread};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    // First of all: until a handler is installed, a hang-up signal ends the program.
    let hang_up = signal(SignalKind::hangup());
    let served = match config::here() {
        Ok(given) => {
            let adjust = log::begin(&given.config.reports.log, given.config.reports.log_format);
            given.warnings.iter().for_each(|warning| warn!("{warning}"));
            match &given.config.action {
                Some(Action::Backup { file }) => archive::back_up(&given.config, file).await,
                Some(Action::Restore { file }) => archive::restore(&given.config, file).await,
                Some(Action::Export { file }) => archive::export(&given.config, file).await,
                Some(Action::Import { from: Source::ChatServer, file }) => archive::import(&given.config, file).await,
                Some(Action::Import { from: Source::Rows, file }) => rows::import(&given.config, file).await,
                Some(Action::Import { from: Source::Slack, file }) => slack::import(&given.config, file).await,
                Some(Action::Man) => commands::manual(),
                Some(Action::Reindex) => commands::reindex(&given.config).await,
                Some(Action::User { action }) => commands::user(&given.config, action).await,
                Some(Action::Token { user }) => commands::token(&given.config, user).await,
                Some(Action::CheckConfig) => commands::check_config(&given),
                Some(Action::Completions { shell }) => commands::completions(*shell),
                Some(Action::Serve | Action::Demo) | None => serve::serve(given, adjust, hang_up).await,
            }
        }
        Err(Unread::Clap(error)) => error.exit(),
        Err(Unread::Wrong(problem)) => Err(problem),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("chat-server: {problem}");
            ExitCode::FAILURE
        }
    }
}
