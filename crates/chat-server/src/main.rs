//! The chat server: settings, wiring and signals.

mod config;
mod secret;
mod serve;

use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use crate::config::Config;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("CHAT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let served = match Config::read() {
        Ok(config) => serve::serve(config).await,
        Err(problem) => Err(problem),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("chat-server: {problem}");
            ExitCode::FAILURE
        }
    }
}
