//! The settings in force and where each came from, to be shown; without secrets.

use std::any::TypeId;
use std::borrow::Cow;
use std::collections::BTreeMap;

use chat_transport::account::secret::Secret;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

/// A setting in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InForce {
    /// Its name, as in the TOML file.
    pub(crate) name: String,
    /// Its value. Several values are separated by commas; of a secret it says only that there is one.
    pub(crate) value: String,
    /// Where it came from: `default`, `command line`, a variable's name, or the file with the line.
    pub(crate) from: String,
}

/// Returns all settings, in the order of the help. `places` has the places of those that did not come from the command line.
pub(super) fn in_force(command: &Command, given: &ArgMatches, places: &BTreeMap<String, String>) -> Vec<InForce> {
    let args = command.get_arguments().filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version"));
    let shown = args.map(|arg| {
        let name = arg.get_id().to_string();
        let from = match given.value_source(&name) {
            Some(ValueSource::CommandLine) => places.get(&name).map_or("command line", String::as_str),
            _ => "default",
        };
        InForce { value: value(arg, given), from: from.to_owned(), name }
    });
    shown.collect()
}

fn value(arg: &Arg, given: &ArgMatches) -> String {
    let raw = given.get_raw(arg.get_id().as_str()).into_iter().flatten();
    let words = raw.map(|word| word.to_string_lossy());
    if arg.get_value_parser().type_id() == TypeId::of::<Secret>() {
        return words.map(|_| "…").collect::<Vec<_>>().join(",");
    }
    words.map(|word| without_password(&word).into_owned()).collect::<Vec<_>>().join(",")
}

/// Removes the password from an address.
fn without_password(word: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = word.split_once("://") else { return word.into() };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    match authority.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
        Some((user, host)) => format!("{scheme}://{user}:…@{host}{}", without_query_password(path)).into(),
        None => format!("{scheme}://{authority}{}", without_query_password(path)).into(),
    }
}

/// libpq also accepts a password in the query.
fn without_query_password(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let pairs = query.split('&').map(|pair| if pair.starts_with("password=") { "password=…" } else { pair });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_their_passwords() {
        for (word, shown) in [
            ("postgres://chat:hunter2@db/chat", "postgres://chat:…@db/chat"),
            ("postgres://chat:a@b@db:5432/chat?sslmode=require", "postgres://chat:…@db:5432/chat?sslmode=require"),
            (
                "postgres://chat@db/chat?password=hunter2&sslmode=allow",
                "postgres://chat@db/chat?password=…&sslmode=allow",
            ),
            ("sqlite:chat.db", "sqlite:chat.db"),
            ("https://chat.example", "https://chat.example"),
        ] {
            assert_eq!(without_password(word), shown);
        }
    }
}
