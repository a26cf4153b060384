//! Taking a text apart into words for searching. Whoever stores words and whoever searches them uses this one function.
//!
//! A word is an unbroken run of letters and digits; in a script that is written without spaces, each letter is a word.
//! Letter case, accents and the dots of ё make no difference; й is a letter of its own. «Ёлки» and «елка» have the same
//! stem, and so do "boxes" and "box".

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use unicode_normalization::UnicodeNormalization;

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Word {
    /// The word as it was written, [folded](words).
    pub raw: String,
    /// What all forms of the word have in common: its Snowball stem, in Russian or in English depending on its letters.
    /// Without the feature `std`, the word itself.
    pub stem: String,
    /// The range of the word in the text, in units of UTF-16, as JavaScript counts.
    pub place: (usize, usize),
}

impl Word {
    /// Whether this could be the word that somebody has begun to write.
    pub fn begins_with(&self, beginning: &str) -> bool {
        self.raw.starts_with(beginning) || self.stem.starts_with(beginning)
    }
}

/// Returns all words of a text, in order.
pub fn words(text: &str) -> Vec<Word> {
    let (mut words, mut units) = (Vec::new(), 0);
    let mut letters = text.char_indices().peekable();
    while let Some((from, first)) = letters.next() {
        let start = units;
        units += first.len_utf16();
        if !first.is_alphanumeric() {
            continue;
        }
        let mut upto = from + first.len_utf8();
        let alone = stands_alone(first);
        while let Some(&(at, next)) = letters.peek() {
            let goes_on = !alone && next.is_alphanumeric() && !stands_alone(next);
            if !goes_on && !is_mark(next) {
                break;
            }
            units += next.len_utf16();
            upto = at + next.len_utf8();
            letters.next();
        }
        let raw = folded(&text[from..upto]);
        if !raw.is_empty() {
            words.push(Word { stem: stem(&raw).into_owned(), raw, place: (start, units) });
        }
    }
    words
}

/// Returns a word without the differences that searching ignores. Only the beginning of a very long word counts.
fn folded(word: &str) -> String {
    let mut after = ' ';
    let letters = word.nfkd().flat_map(char::to_lowercase).filter(move |letter| {
        let stays = match letter {
            '\u{306}' => after == 'и',
            '\u{300}'..='\u{36f}' => false,
            other => other.is_alphanumeric() || is_mark(*other),
        };
        after = *letter;
        stays
    });
    letters.nfc().take(LONGEST).collect()
}

/// Whether a character is a mark that belongs to the letter before it.
fn is_mark(letter: char) -> bool {
    unicode_normalization::char::is_combining_mark(letter)
}

/// Whether a letter is a word by itself, because its script is written without spaces.
fn stands_alone(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(feature = "std")]
fn stem(word: &str) -> Cow<'_, str> {
    use rust_stemmers::{Algorithm, Stemmer};
    match word {
        word if word.bytes().all(|byte| byte.is_ascii_lowercase()) => Stemmer::create(Algorithm::English).stem(word),
        word if word.chars().all(|letter| matches!(letter, 'а'..='я')) => {
            Stemmer::create(Algorithm::Russian).stem(word)
        }
        other => Cow::Borrowed(other),
    }
}

#[cfg(not(feature = "std"))]
fn stem(word: &str) -> Cow<'_, str> {
    Cow::Borrowed(word)
}

/// How many letters of a word count.
const LONGEST: usize = 64;

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    fn raw(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.raw).collect()
    }

    #[test]
    fn case_accents_and_dots_are_not_looked_at_and_short_i_is_a_letter() {
        assert_eq!(raw("Ёлка, ЙОД и Café №5"), ["елка", "йод", "и", "cafe", "5"]);
        assert_eq!(raw("мой мои"), ["мой", "мои"]);
        // The same, spelled with marks of their own.
        assert_eq!(raw("е\u{308}лка и\u{306}од cafe\u{301}"), ["елка", "йод", "cafe"]);
        assert_eq!(raw("ﬁne ① ２０２６"), ["fine", "1", "2026"]);
        assert_eq!(raw("don't a_b --"), ["don", "t", "a", "b"]);
        assert_eq!(raw("東京 tea"), ["東", "京", "tea"]);
        assert_eq!(raw(&"a".repeat(1000))[0].len(), 64);
    }

    #[test]
    fn forms_share_a_stem() {
        for (one, other) in
            [("Ёлки", "елка"), ("сообщения", "сообщение"), ("boxes", "Box"), ("running", "runs"), ("книгами", "КНИГА")]
        {
            assert_eq!(words(one)[0].stem, words(other)[0].stem, "{one} {other}");
        }
    }

    #[test]
    fn places_are_counted_as_javascript_does() {
        let places: Vec<_> = words("😀 да́, 𝒳1!").into_iter().map(|word| (word.raw, word.place)).collect();
        assert_eq!(places, [("да".into(), (3, 6)), ("x1".into(), (8, 11))]);
    }
}
