//! The chapters of the book that are made from the code: settings, and error codes. `CHAT_SCHEMAS=write cargo test -p chat-server
//! book` writes them.

use chat_protocol::codes::{CLOSES, CODES};
use clap::{Arg, CommandFactory};

use crate::config::Config;

const BOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/book/src");

#[test]
fn every_setting_stands_in_the_book() {
    let command = Config::command();
    let flags = command.get_arguments().filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version"));
    let rows: Vec<String> = flags.map(setting).collect();
    let commands: Vec<String> = command.get_subcommands().map(|one| row(&[code(one.get_name()), about(one)])).collect();
    chapter(
        "settings.md",
        &format!(
            "# Settings\n\nEach is a flag, an environment variable, or a key of the TOML file that `--config` names (the flag without the \
             dashes, with underscores). The command line counts before the environment, that before the file; an empty variable \
             counts as not given. Spans of time are seconds or carry a unit (`90s`, `24h`); a rate is so many a second, after a \
             slash how many at once.\n\n| flag | variable | without it | what it is |\n|---|---|---|---|\n{}\n\n## Commands\n\n\
             | command | what it does |\n|---|---|\n{}\n",
            rows.join("\n"),
            commands.join("\n"),
        ),
    );
}

#[test]
fn every_code_stands_in_the_book() {
    let codes = CODES.map(|one| row(&[code(one.word), one.status.to_string(), one.cause.into(), one.remedy.into()]));
    let closes = CLOSES.map(|(number, why)| row(&[number.to_string(), why.into()]));
    chapter(
        "errors.md",
        &format!(
            "# What can go wrong\n\nOver HTTP and in frames alike `code` says what it was, `message` says it in a sentence for people. Go \
             by the code.\n\n| code | status | cause | remedy |\n|---|---|---|---|\n{}\n\n## Why a WebSocket was closed\n\n\
             | code | why |\n|---|---|\n{}\n\nSocket.IO has no such codes: the transport is closed, and its clients come back by \
             themselves; a `disconnect` packet means the same as 4401 and 4403.\n",
            codes.join("\n"),
            closes.join("\n"),
        ),
    );
}

fn setting(arg: &Arg) -> String {
    let name = arg.get_id().as_str();
    let defaults = arg.get_default_values().iter().map(|value| code(&value.to_string_lossy()));
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let variable = format!("CHAT_{}", name.to_uppercase());
    row(&[
        code(&format!("--{}", name.replace('_', "-"))),
        code(&variable),
        defaults.collect::<Vec<_>>().join(", "),
        help,
    ])
}

fn about(command: &clap::Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn row(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// Compares a chapter with its file, or writes the file.
fn chapter(name: &str, text: &str) {
    let path = format!("{BOOK}/{name}");
    if std::env::var_os("CHAT_SCHEMAS").is_some_and(|how| how == "write") {
        return std::fs::write(path, text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, text, "{name} does not say what the code says: see the top of src/book.rs");
}
