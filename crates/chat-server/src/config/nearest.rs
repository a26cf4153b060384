//! Suggesting a name for one that is misspelled.

/// Returns the known name that is most similar, if one is similar enough.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a String>) -> Option<&'a str> {
    let like = |known: &'a String| (strsim::damerau_levenshtein(name, known), known.as_str());
    let (distance, best) = known.into_iter().map(like).min()?;
    (distance <= 1 + name.len() / 4).then_some(best)
}
