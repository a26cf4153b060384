//! Rules for usernames, names and pictures, whether people give them themselves or a back end or an issuer does.

use alloc::format;
use alloc::string::String;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::checks::{check_line, check_size, invalid, is_address, is_unseen};
use crate::id::UserId;
use crate::refusal::Refusal;

/// Refuses a username that is not 1–32 letters, digits, `_`, `.` or `-` of any script, with their marks.
pub fn check_username(name: &str) -> Result<(), Refusal> {
    let few = (1..=USERNAME).contains(&name.chars().take(USERNAME + 1).count());
    // A character that stands for several others, such as a ligature, is good if all of these are.
    let good = few && is_spelled(name.chars()) && is_spelled(name.nfkc()) && !is_given(name);
    if good { Ok(()) } else { Err(invalid("username", "must be 1 to 32 letters, digits, '_', '.' or '-'")) }
}

/// Whether a username may have this character. A mark (an accent or a vowel sign) belongs to the letter before it, so
/// no username begins with one.
pub fn is_of_username(letter: char) -> bool {
    let plain = letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-') || is_combining_mark(letter);
    plain && !is_unseen(letter)
}

fn is_spelled(mut letters: impl Iterator<Item = char>) -> bool {
    letters.next().is_some_and(|first| is_of_username(first) && !is_combining_mark(first))
        && letters.all(is_of_username)
}

/// Refuses a name to show that is not one visible line of 1–64 characters in its own direction of writing.
pub fn check_name(name: &str) -> Result<(), Refusal> {
    if !(1..=NAME).contains(&name.chars().take(NAME + 1).count()) {
        return Err(invalid("name", "must have 1 to 64 characters"));
    }
    check_line("name", name)
}

/// Refuses a picture that is neither empty nor an http or https address.
pub fn check_avatar(avatar: &str) -> Result<(), Refusal> {
    check_size("avatar", avatar, AVATAR)?;
    if avatar.is_empty() || is_address(avatar) {
        Ok(())
    } else {
        Err(invalid("avatar", "must be empty or an http or https address without a user"))
    }
}

/// Returns the spelling in which usernames are compared: without differences of letter case and of compatible forms
/// (NFKC).
pub fn folded(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    // Each letter is folded alone, because the lower case of a final sigma depends on its place in the word. Going
    // through upper case makes ß the same as SS; going through lower case first makes ẞ the same too. The dotless ı,
    // whose upper case is that of i, must stay different from i.
    let letter = |letter: char| {
        let plain = Some(letter).filter(|letter| *letter == 'ı');
        let folded = letter.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
        plain.into_iter().chain(folded.filter(move |_| plain.is_none()))
    };
    name.nfkc().flat_map(letter).nfkc().collect()
}

/// Returns the username for a visitor whose subject cannot be one. Nobody may choose such a name.
pub(crate) fn given(id: UserId) -> String {
    format!("{GIVEN}{id}")
}

fn is_given(name: &str) -> bool {
    let digits =
        name.get(..GIVEN.len()).filter(|start| start.eq_ignore_ascii_case(GIVEN)).map(|_| &name[GIVEN.len()..]);
    digits.is_some_and(|digits| digits.len() >= 16 && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// The beginning of usernames that this server assigned.
const GIVEN: &str = "user-";
/// The longest username, in characters.
const USERNAME: usize = 32;
/// The longest name to show, in characters.
const NAME: usize = 64;
/// The longest address of a picture, in bytes.
const AVATAR: usize = 2048;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn usernames_are_letters_of_any_script_and_little_more() {
        for name in [
            "a",
            "Anna.B-7_",
            "Аня",
            "Wörter",
            "名前",
            "x".repeat(32).as_str(),
            "ﬁ",
            "rene\u{301}",
            "हिन्दी",
            "ผู้ใช้",
            "שָׁלוֹם",
        ] {
            assert!(check_username(name).is_ok(), "{name}");
        }
        for name in [
            "",
            "with space",
            "a@b",
            "<b>",
            "a\nb",
            "a\u{202e}b",
            "\u{200b}",
            "\u{301}rene",
            "a\u{fe0f}",
            "a\u{34f}b",
            "\u{3164}",
            "x".repeat(33).as_str(),
            "⑴",
            "User-4503599627370496",
        ] {
            assert!(check_username(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn names_to_show_are_one_line_in_one_direction() {
        for name in [
            "Anna",
            "Анна Б. 👩‍👩‍👧",
            "x".repeat(64).as_str(),
            "<b>not a tag, a name</b>",
            "‌می‌خواهم",
            "Ada 🏴\u{e0067}\u{e0062}\u{e007f}",
        ] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in [
            "",
            " ",
            "\u{200b}\u{feff}",
            "\u{e0041}\u{e0042}",
            "\u{3164}",
            "\u{2800} \u{fe0f}",
            "a\nb",
            "a\u{2028}b",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{85}",
            "\0",
            "x".repeat(65).as_str(),
        ] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn pictures_have_addresses() {
        for avatar in
            ["", "https://a.example/a.png", "HTTP://a.example", "http://[::1]:8000/a?b=@c", "https://пример.рф:8/ф.png"]
        {
            assert!(check_avatar(avatar).is_ok(), "{avatar}");
        }
        for avatar in [
            "a.png",
            "javascript:alert(1)",
            "data:image/png;base64,xx",
            "https://",
            "https://a b",
            "http://a\"onerror=",
            "https://a/\"onerror=alert(1)",
            "https://a/<b>",
            "https://user:pw@x",
            "https://user@x/y",
            "https://a\\b",
            "https://:80",
            "https://a:b",
            "https://a:99999",
            "https://[::1",
            "https://[x]",
            "https://a/\u{202e}gnp.exe",
        ] {
            assert!(check_avatar(avatar).is_err(), "{avatar}");
        }
    }

    #[test]
    fn names_are_the_same_without_regard_to_form_and_case() {
        for same in [
            &["ß", "SS", "ss", "ẞ", "ſs"][..],
            &["ς", "σ", "Σ"],
            &["ΟΔΟΣ", "οδος", "οδοσ"],
            &["ﬁ", "FI", "fi"],
            &["é", "e\u{301}", "É", "E\u{301}"],
            &["Å", "å", "A\u{30a}"],
            &["ＡＢ", "ab"],
            &["①", "1"],
            &["İ", "i\u{307}"],
            &["АНЯ", "аня"],
        ] {
            let folded: Vec<String> = same.iter().map(|name| folded(name)).collect();
            assert!(folded.iter().all(|one| *one == folded[0]), "{same:?}: {folded:?}");
        }
        for (one, other) in [("ı", "i"), ("a", "а"), ("anna", "anna.")] {
            assert_ne!(folded(one), folded(other));
        }
        for name in ["ẞ", "Straße", "İI", "ﬃ", "ŉ", "ΐ"] {
            assert_eq!(folded(&folded(name)), folded(name), "{name}");
        }
    }
}
