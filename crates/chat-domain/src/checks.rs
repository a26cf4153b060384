//! Checks of plain texts and maps, for whatever takes them.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::metadata::Value;
use crate::refusal::Refusal;

/// How many levels of lists and maps an object may have.
const DEPTH: usize = 32;

const NUL: &str = "must not contain U+0000";

/// The canonical spelling of a map.
pub(crate) fn spelled(field: &'static str, object: &Value) -> Result<Arc<str>, Refusal> {
    let Value::Map(fields) = object else { return Err(invalid(field, "must be an object")) };
    if fields.is_empty() {
        return Ok(Arc::from("{}"));
    }
    check_values(object, DEPTH).map_err(|rule| invalid(field, rule))?;
    Ok(object.to_string().into())
}

/// Words: some, and not too many.
pub(crate) fn check_text(field: &'static str, text: &str, limit: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(invalid(field, "must not be empty"));
    }
    check_size(field, text, limit)
}

/// Words, or none.
pub(crate) fn check_size(field: &'static str, text: &str, limit: usize) -> Result<(), Refusal> {
    if text.len() > limit {
        return Err(Refusal::TooLarge { field, limit });
    }
    if text.contains('\0') {
        return Err(invalid(field, NUL));
    }
    Ok(())
}

/// One line of words.
pub(crate) fn check_title(title: &str, limit: usize) -> Result<(), Refusal> {
    check_text("title", title, limit)?;
    if title.contains(char::is_control) {
        return Err(invalid("title", "must not contain control characters"));
    }
    Ok(())
}

/// Whether this is an http or https address: a scheme, a host, and nothing that an address cannot have.
pub(crate) fn is_address(text: &str) -> bool {
    let rest = ["http://", "https://"].into_iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    !host.is_empty() && !text.contains(|letter: char| letter.is_control() || letter.is_whitespace())
}

/// Whether an object can be stored and read again by everybody.
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
