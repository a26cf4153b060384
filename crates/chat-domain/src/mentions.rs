//! Finding out whom texts mention. Only this module reads texts for that.

use alloc::vec::Vec;

use crate::names::is_of_username;
use crate::person::Handle;

/// The largest number of people whom one message mentions, not counting a mention of everybody.
pub const MOST: usize = 50;

/// The name that mentions everybody, if the sender may do that.
pub const ALL: &str = "all";

/// Whom a message mentions, as its text says now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Mentions {
    /// The mentioned members in the order of the text, each once. The sender may be among them.
    pub people: Vec<Handle>,
    /// Whether everybody in the room is mentioned.
    pub all: bool,
}

impl Mentions {
    /// Whether nobody is mentioned.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && !self.all
    }
}

/// Returns the names that a text mentions, in order and as they are spelled there. Whether anybody has such a name is
/// not asked.
///
/// A name is the longest run of characters that a username may have after an `@`, without `.` and `-` at its end. It
/// mentions nobody if a letter, a digit or `_` stands before the `@`, or if it stands in an address.
/// `_` stands before its `@`, or inside of an address.
pub fn named(text: &str) -> Vec<&str> {
    let ats = text.match_indices('@').filter_map(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let run = run(after);
        let name = run.trim_end_matches(['.', '-']);
        let free = !ends_in_word(before) && !is_in_address(before, name) && !is_elsewhere(&after[run.len()..]);
        (!name.is_empty() && name.len() <= LONGEST && free).then_some(name)
    });
    ats.collect()
}

/// Returns the longest beginning of a text that could be a username.
fn run(text: &str) -> &str {
    &text[..text.find(|letter| !is_of_username(letter)).unwrap_or(text.len())]
}

fn is_word(letter: char) -> bool {
    is_of_username(letter) && !matches!(letter, '.' | '-')
}

fn ends_in_word(before: &str) -> bool {
    before.chars().next_back().is_some_and(is_word)
}

/// Whether the text before an `@` makes this a part of a web address, or, with `host` behind it, of an e-mail address.
fn is_in_address(before: &str, host: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let word = word.trim_start_matches(['(', '[', '{', '<', '"', '\'', '«', '“', '„']);
    let begins = |start: &str| word.get(..start.len()).is_some_and(|first| first.eq_ignore_ascii_case(start));
    let is_web = word.contains("://") || begins("www.") || begins("mailto:");
    let is_path = word.split_once('/').is_some_and(|(host, _)| is_host(host.split(':').next().unwrap_or_default()));
    let local = word.rsplit(|letter: char| !is_word(letter) && !LOCAL.contains(letter)).next().unwrap_or_default();
    let is_mail = local.chars().any(char::is_alphanumeric) && is_host(host);
    is_web || is_path || is_mail
}

/// Whether the text after a name makes it the name of somebody on another server: `@anna@example.org`.
fn is_elsewhere(rest: &str) -> bool {
    rest.strip_prefix('@').is_some_and(|rest| is_host(run(rest).trim_end_matches(['.', '-'])))
}

/// Whether a text looks like the name of a host: `example.org`.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|letter| is_word(letter) || letter == '-');
    let Some((labels, last)) = text.rsplit_once('.') else { return false };
    labels.split('.').all(is_label) && last.chars().count() >= 2 && last.chars().all(char::is_alphabetic)
}

/// The characters that may stand in an e-mail address before the `@`, besides letters and digits.
const LOCAL: &str = ".!#$%&'*+-/=?^`{|}~";
/// The longest spelling of a username in bytes: 32 letters, each of which may be composed of several characters.
const LONGEST: usize = 32 * 16;
