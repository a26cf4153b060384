//! Checks of the metadata of each kind of message.

use crate::checks::{invalid, is_address};
use crate::message::MessageKind;
use crate::metadata::Value;
use crate::refusal::Refusal;

type Rule = fn(&Value) -> Result<(), &'static str>;

/// A field that a kind of message knows: its name in refusals (the key is what comes after the dot), whether it must be
/// there, and the rule for its value. Fields that are not known are kept as they are.
struct Field(&'static str, bool, Rule);

/// Refuses metadata in which a known field breaks its rule. `null` counts as a missing field.
pub(super) fn check_metadata(kind: MessageKind, metadata: &Value) -> Result<(), Refusal> {
    fields(kind).iter().try_for_each(|&Field(field, required, rule)| {
        let name = field.strip_prefix("metadata.").unwrap_or(field);
        match metadata.field(name) {
            None | Some(Value::Null) if required => Err(invalid(field, "is required")),
            None | Some(Value::Null) => Ok(()),
            Some(value) => rule(value).map_err(|rule| invalid(field, rule)),
        }
    })
}

const fn fields(kind: MessageKind) -> &'static [Field] {
    match kind {
        MessageKind::Text => &[],
        MessageKind::Photo => &[
            Field("metadata.width", false, positive),
            Field("metadata.height", false, positive),
            Field("metadata.thumbnail", false, address),
            Field("metadata.caption", false, text),
        ],
        MessageKind::Video | MessageKind::Voice => &[
            Field("metadata.duration", false, not_negative),
            Field("metadata.thumbnail", false, address),
            Field("metadata.caption", false, text),
        ],
        MessageKind::File => &[
            Field("metadata.name", false, text),
            Field("metadata.size", false, not_negative),
            Field("metadata.mime", false, text),
            Field("metadata.thumbnail", false, address),
            Field("metadata.caption", false, text),
        ],
        MessageKind::Location => &[
            Field("metadata.lat", true, latitude),
            Field("metadata.lng", true, longitude),
            Field("metadata.address", false, text),
        ],
        MessageKind::ProfileShare => &[
            Field("metadata.name", true, some_text),
            Field("metadata.avatar", false, address_or_empty),
            Field("metadata.is_master", false, yes_or_no),
        ],
        MessageKind::PostShare => {
            &[Field("metadata.author_name", false, text), Field("metadata.media_url", false, address_or_empty)]
        }
        MessageKind::BookingProposal => &[
            Field("metadata.service_id", true, identifier),
            Field("metadata.service_name", true, some_text),
            Field("metadata.price", true, not_negative),
            Field("metadata.duration", true, positive),
        ],
    }
}

fn positive(value: &Value) -> Result<(), &'static str> {
    hold(value.number().is_some_and(|number| number > 0.0), "must be a number above 0")
}

fn not_negative(value: &Value) -> Result<(), &'static str> {
    hold(value.number().is_some_and(|number| number >= 0.0), "must be a number of at least 0")
}

fn latitude(value: &Value) -> Result<(), &'static str> {
    hold(value.number().is_some_and(|lat| (-90.0..=90.0).contains(&lat)), "must be a number from -90 to 90")
}

fn longitude(value: &Value) -> Result<(), &'static str> {
    hold(value.number().is_some_and(|lng| (-180.0..=180.0).contains(&lng)), "must be a number from -180 to 180")
}

fn text(value: &Value) -> Result<(), &'static str> {
    hold(value.text().is_some(), "must be text")
}

fn some_text(value: &Value) -> Result<(), &'static str> {
    hold(value.text().is_some_and(|text| !text.trim().is_empty()), "must be text and not empty")
}

fn identifier(value: &Value) -> Result<(), &'static str> {
    hold(matches!(value, Value::Int(_)) || some_text(value).is_ok(), "must be text or a whole number")
}

fn address(value: &Value) -> Result<(), &'static str> {
    hold(value.text().is_some_and(is_address), "must be an http or https address")
}

/// Many clients send an empty address where there is no picture.
fn address_or_empty(value: &Value) -> Result<(), &'static str> {
    if value.text() == Some("") { Ok(()) } else { address(value) }
}

fn yes_or_no(value: &Value) -> Result<(), &'static str> {
    hold(matches!(value, Value::Bool(_)), "must be true or false")
}

fn hold(holds: bool, rule: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(rule) }
}
