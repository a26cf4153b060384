//! Reading settings from their places: the command line wins over the environment, and that over the file.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};

use super::Config;
use super::file::{Entry, File, Value};
use super::in_force::{InForce, in_force};
use super::nearest::nearest;
use super::values::{Frequency, Span};
use crate::issuers::{self, IssuerConfig};

/// The environment's variables.
type Variables = BTreeMap<String, String>;

/// Settings, and where they came from.
#[derive(Debug)]
pub(crate) struct Given {
    /// The settings that result.
    pub(crate) config: Config,
    /// What looks like a mistake, but may be none.
    pub(crate) warnings: Vec<String>,
    /// All settings, to be shown.
    pub(crate) in_force: Vec<InForce>,
}

/// Why settings could not be read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// clap's error or help text, with the way the program ends.
    Clap(clap::Error),
    /// A setting is wrong. The text says which, where and why.
    Wrong(String),
}

/// Reads the settings of this process from all places, as they are now.
pub(crate) fn here() -> Result<Given, Unread> {
    let variables =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    read(std::env::args_os().collect(), &variables.collect())
}

/// Reads settings from a command line, an environment, and the file that these name. An empty variable counts as not given.
pub(super) fn read(words: Vec<OsString>, variables: &Variables) -> Result<Given, Unread> {
    let said = command().try_get_matches_from(words.clone())?;
    let known: Vec<String> = command().get_arguments().map(name).collect();
    let variable = |name: &str| variables.get(&variable(name)).filter(|value| !value.is_empty());
    let path = said.get_one("config").cloned().or_else(|| variable("config").map(PathBuf::from));
    let file = path.map(|path| File::read(&path, &known)).transpose().map_err(Unread::Wrong)?;
    let (mut words, mut places) = (words, BTreeMap::new());
    for arg in command().get_arguments() {
        let name = name(arg);
        if said.value_source(&name) == Some(ValueSource::CommandLine) {
            continue;
        }
        let (place, values) = if let Some(value) = variable(&name) {
            (self::variable(&name), vec![Value::Text(value.clone())])
        } else if let Some((file, entry)) = file.as_ref().and_then(|file| Some((file, file.entry(&name)?))) {
            (file.place(entry), entry.values.clone())
        } else {
            continue;
        };
        words.extend(flags(arg, &values, &place).map_err(Unread::Wrong)?);
        places.insert(name, place);
    }
    let all = command().try_get_matches_from(words)?;
    let mut config = Config::from_arg_matches(&all)?;
    for entries in file.iter().flat_map(|file| file.issuers().iter().map(move |entries| (file, entries))) {
        config.issuers.push(issuer(entries.0, entries.1)?);
    }
    config.check().map_err(Unread::Wrong)?;
    let in_force = in_force(&command(), &all, &places);
    Ok(Given { config, warnings: strange(variables, &known), in_force })
}

/// Reads an issuer of the file, by the rules of the command line for one.
fn issuer(file: &File, entries: &[Entry]) -> Result<IssuerConfig, Unread> {
    let mut words = vec![OsString::from(PROGRAM)];
    for entry in entries {
        let command = command();
        let Some(arg) = command.get_arguments().find(|arg| name(arg) == entry.name) else { continue };
        words.extend(flags(arg, &entry.values, &file.place(entry)).map_err(Unread::Wrong)?);
    }
    let config = Config::from_arg_matches(&command().try_get_matches_from(words)?)?;
    let place = entries.first().map(|entry| file.place(entry)).unwrap_or_default();
    let named = issuers::named(&config).map_err(|what| Unread::Wrong(format!("{place}: {what}")))?;
    named.ok_or_else(|| Unread::Wrong(format!("{place}: an issuer needs jwt_issuer")))
}

/// Returns the command line, with the variables' names in its help.
fn command() -> Command {
    Config::command().mut_args(|arg| {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let variable = variable(arg.get_id().as_str());
        arg.global(true).help(format!("{help} [{variable}]"))
    })
}

fn name(arg: &Arg) -> String {
    arg.get_id().to_string()
}

fn variable(name: &str) -> String {
    format!("{PREFIX}{}", name.to_uppercase())
}

/// Returns the flags that mean the same as the values at a place.
fn flags(arg: &Arg, values: &[Value], place: &str) -> Result<Vec<OsString>, String> {
    let flags: Result<Vec<OsString>, String> = values.iter().filter_map(|value| flag(arg, value).transpose()).collect();
    let flags = flags.map_err(|what| format!("{place}: {what}"))?;
    alone(&flags).map_err(|what| format!("{place}: {what}"))?;
    Ok(flags)
}

/// Parses flags alone first, so that an error can name their place.
fn alone(flags: &[OsString]) -> Result<(), String> {
    let words = [OsString::from(PROGRAM)].into_iter().chain(flags.iter().cloned());
    let said = command().try_get_matches_from(words).map_err(|error| complaint(&error))?;
    Config::from_arg_matches(&said).map_err(|error| complaint(&error))?.check_secrets()
}

/// Returns the flag that means the same as a value; `None` for a switch that is off.
fn flag(arg: &Arg, value: &Value) -> Result<Option<OsString>, String> {
    let flag = format!("--{}", arg.get_id().as_str().replace('_', "-"));
    if matches!(value, Value::Bare(_)) && !is_bare(arg) {
        return Err(format!("`{}` must be text in quotes", name(arg)));
    }
    match (arg.get_action(), value.text()) {
        (ArgAction::SetTrue, "true" | "1") => Ok(Some(flag.into())),
        (ArgAction::SetTrue, "false" | "0") => Ok(None),
        (ArgAction::SetTrue, _) => Err(format!("`{}` must be true or false", name(arg))),
        (_, value) => Ok(Some(format!("{flag}={value}").into())),
    }
}

/// Tells whether the value of a setting may stand in the file without quotes: a number, a span, a rate or a switch.
fn is_bare(arg: &Arg) -> bool {
    let of = arg.get_value_parser().type_id();
    let plain = [TypeId::of::<bool>(), TypeId::of::<u32>(), TypeId::of::<usize>()];
    plain.into_iter().chain([TypeId::of::<Span>(), TypeId::of::<Frequency>()]).any(|plain| of == plain)
}

/// Returns clap's complaint without its advice about command lines.
fn complaint(error: &clap::Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    first.trim_start_matches("error: ").to_owned()
}

/// Returns warnings about variables that look like settings but are none. They may be meant for something else: Kubernetes sets
/// `CHAT_SERVICE_HOST` where a service is called `chat`.
fn strange(variables: &Variables, known: &[String]) -> Vec<String> {
    let known: Vec<String> = known.iter().map(|name| variable(name)).chain(OTHERS.map(String::from)).collect();
    let strange = variables.keys().filter(|name| name.starts_with(PREFIX) && !known.contains(name));
    let told = strange.map(|name| match nearest(name, &known) {
        Some(near) => format!("{name} is no setting; is {near} meant?"),
        None => format!("{name} is no setting"),
    });
    told.collect()
}

impl From<clap::Error> for Unread {
    fn from(error: clap::Error) -> Unread {
        Unread::Clap(error)
    }
}

const PREFIX: &str = "CHAT_";
const PROGRAM: &str = "chat-server";
/// Variables that are read elsewhere.
const OTHERS: [&str; 1] = ["CHAT_LOG"];

#[cfg(test)]
mod tests;
