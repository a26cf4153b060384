//! Envelopes as they are written on a bus: who says it in front, then JSON.

use chat_domain::backplane::Envelope;

/// What came.
pub(crate) enum Read {
    /// What this node has said itself.
    Own,
    /// What another one has said.
    Of(Box<Envelope>),
    /// Nothing that is understood here.
    Nothing,
}

/// An envelope of this node. If it is too long, the rooms with the most to tell are told without their events: whoever listens
/// there reads them.
pub(crate) fn written(node: u64, envelope: &Envelope, longest: usize) -> String {
    let text = spelled(node, envelope);
    if text.len() <= longest {
        return text;
    }
    let mut lighter = envelope.clone();
    while let Some(heaviest) = lighter.rooms.iter_mut().max_by_key(|moved| length(&moved.events))
        && !heaviest.events.is_empty()
    {
        heaviest.events.clear();
        let text = spelled(node, &lighter);
        if text.len() <= longest {
            return text;
        }
    }
    // Its number alone: that something is missing is noticed by it.
    lighter.rooms.clear();
    spelled(node, &lighter)
}

/// A word that only this node understands.
pub(crate) fn greeting(node: u64) -> String {
    format!("{node:x} ")
}

/// What was written so.
pub(crate) fn read(node: u64, text: &str) -> Read {
    let Some((speaker, json)) = text.split_once(' ') else { return Read::Nothing };
    if u64::from_str_radix(speaker, 16) == Ok(node) {
        return Read::Own;
    }
    match serde_json::from_str(json) {
        Ok(envelope) => Read::Of(Box::new(envelope)),
        Err(error) => {
            tracing::debug!(%error, "another node says something that is not understood here");
            Read::Nothing
        }
    }
}

fn spelled(node: u64, envelope: &Envelope) -> String {
    format!("{node:x} {}", serde_json::to_string(envelope).unwrap_or_default())
}

fn length(events: &impl serde::Serialize) -> usize {
    serde_json::to_string(events).map_or(0, |text| text.len())
}
