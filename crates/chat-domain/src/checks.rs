//! Checks of texts and of metadata.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::Ipv6Addr;

use unicode_normalization::char::is_combining_mark;

use crate::metadata::Value;
use crate::refusal::Refusal;

/// The deepest nesting of lists and maps in metadata.
const DEPTH: usize = 32;

/// Characters that are drawn as nothing: Unicode's Default_Ignorable_Code_Point, and the empty pattern of Braille.
const UNSEEN: [(char, char); 18] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

const NUL: &str = "must not contain U+0000";

/// Returns the canonical spelling of a map, or refuses it.
pub(crate) fn spelled(field: &'static str, object: &Value) -> Result<Arc<str>, Refusal> {
    let Value::Map(fields) = object else { return Err(invalid(field, "must be an object")) };
    if fields.is_empty() {
        return Ok(Arc::from("{}"));
    }
    check_values(object, DEPTH).map_err(|rule| invalid(field, rule))?;
    Ok(object.to_string().into())
}

/// Refuses a text that is empty or longer than `limit` bytes.
pub(crate) fn check_text(field: &'static str, text: &str, limit: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(invalid(field, "must not be empty"));
    }
    check_size(field, text, limit)
}

/// Refuses a text that is longer than `limit` bytes. It may be empty.
pub(crate) fn check_size(field: &'static str, text: &str, limit: usize) -> Result<(), Refusal> {
    if text.len() > limit {
        return Err(Refusal::TooLarge { field, limit });
    }
    if text.contains('\0') {
        return Err(invalid(field, NUL));
    }
    Ok(())
}

/// Refuses a room's title that is not a visible line of at most `limit` bytes.
pub(crate) fn check_title(title: &str, limit: usize) -> Result<(), Refusal> {
    check_text("title", title, limit)?;
    check_line("title", title)
}

/// Refuses a text that is to be shown within a line if nothing of it would be seen, or if it could break the line or
/// change its direction.
pub(crate) fn check_line(field: &'static str, text: &str) -> Result<(), Refusal> {
    if text.chars().all(is_unseen) {
        return Err(invalid(field, "must have something to see"));
    }
    if text.chars().any(|letter| letter.is_control() || is_unruly(letter)) {
        return Err(invalid(field, "must not contain control, line-breaking or direction-changing characters"));
    }
    Ok(())
}

/// Whether a character is white space, or is drawn as nothing where it stands alone.
pub(crate) fn is_unseen(letter: char) -> bool {
    letter.is_whitespace() || UNSEEN.iter().any(|(first, last)| (*first..=*last).contains(&letter))
}

/// Whether a character breaks the line or changes the direction of what follows.
fn is_unruly(letter: char) -> bool {
    matches!(letter, '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether this is an http or https address: a scheme, a host without a user, perhaps a port, and no character that is
/// not allowed in an address or would end it between quotes.
pub(crate) fn is_address(text: &str) -> bool {
    let rest = ["http://", "https://"].into_iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let bad =
        |letter: char| letter.is_control() || letter.is_whitespace() || is_unruly(letter) || "\"<>\\`".contains(letter);
    is_host(host) && !text.contains(bad)
}

/// Whether this is a host name or an IP address, perhaps with a port.
fn is_host(text: &str) -> bool {
    let (good, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((address, port))) => (address.parse::<Ipv6Addr>().is_ok(), port.strip_prefix(':').or(Some(port))),
        Some(None) => (false, None),
        None => {
            let (name, port) = text.split_once(':').unwrap_or((text, ""));
            let letter =
                |letter: char| letter.is_alphanumeric() || is_combining_mark(letter) || "-._~%".contains(letter);
            (!name.is_empty() && name.chars().all(letter), Some(port))
        }
    };
    good && port.is_some_and(|port| port.is_empty() || port.parse::<u16>().is_ok())
}

/// Refuses an object that could not be stored and read again by every client.
fn check_values(value: &Value, depth: usize) -> Result<(), &'static str> {
    let depth = depth.checked_sub(1).ok_or("is nested too deeply")?;
    match value {
        Value::Text(text) if text.contains('\0') => Err(NUL),
        Value::Float(number) if !number.is_finite() => Err("must have finite numbers"),
        Value::List(values) => values.iter().try_for_each(|value| check_values(value, depth)),
        Value::Map(fields) => {
            check_names(fields.iter().map(|(name, _)| name.as_str()).collect())?;
            fields.iter().try_for_each(|(_, value)| check_values(value, depth))
        }
        _ => Ok(()),
    }
}

fn check_names(mut names: Vec<&str>) -> Result<(), &'static str> {
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("must not name a field twice");
    }
    if names.iter().any(|name| name.contains('\0')) { Err(NUL) } else { Ok(()) }
}

pub(crate) fn invalid(field: &'static str, rule: &'static str) -> Refusal {
    Refusal::Invalid { field, rule }
}
