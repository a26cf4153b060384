//! Finding out whom texts mention.

use chat_domain::mentions::named;
use chat_domain::names::is_of_username;
use proptest::prelude::*;

#[test]
fn a_name_stands_free_and_is_as_long_as_it_can_be() {
    let cases: &[(&str, &[&str])] = &[
        ("@anna", &["anna"]),
        ("Hi @Anna, and @b-1_c.d!", &["Anna", "b-1_c.d"]),
        ("@anna. @anna- (@anna) «@Анна»: @anna…", &["anna", "anna", "anna", "Анна", "anna"]),
        ("@anna.bob is one name, @anna .bob another", &["anna.bob", "anna"]),
        ("@@anna +@anna /@anna #@anna @ anna @", &["anna", "anna", "anna", "anna"]),
        ("a@anna 1@anna _@anna я@anna e\u{301}@anna", &[]),
        ("`@anna` ```\n@bob\n```", &["anna", "bob"]),
        ("mail anna@example.org, a.b+c@example.org, a+@example.org", &[]),
        ("https://example.org/@anna example.org/@anna www.example.org/?u=@anna", &[]),
        ("(https://example.org/@anna) mailto:@anna <http://x/y@anna>", &[]),
        ("@anna@example.org is elsewhere, @anna@bob is not", &["anna"]),
        ("and/or/@anna 1.5/@anna", &["anna", "anna"]),
        ("@andre\u{301}", &["andre\u{301}"]),
        ("", &[]),
    ];
    for (text, names) in cases {
        assert_eq!(named(text), *names, "{text}");
    }
}

/// A piece of a text, and the name that it mentions.
fn piece() -> impl Strategy<Value = (String, Option<String>)> {
    // Some letters are invisible, and no username may have them.
    let name = || {
        let letters = "[\\p{L}\\p{Nd}_]([\\p{L}\\p{Nd}_.-]{0,10}[\\p{L}\\p{Nd}_])?";
        letters.prop_filter("a letter that is not seen", |name| name.chars().all(is_of_username))
    };
    prop_oneof![
        4 => name().prop_map(|name| (format!("@{name}"), Some(name))),
        1 => name().prop_map(|name| (format!("@{name}."), Some(name))),
        1 => name().prop_map(|name| (format!("(@{name})"), Some(name))),
        2 => "[\\p{L}\\p{Nd} ,;!?«»\"…—]{0,12}".prop_map(|words| (words, None)),
        1 => ("[a-z0-9]{1,8}", name()).prop_map(|(word, name)| (format!("{word}@{name}"), None)),
        1 => "[a-z0-9.+-]{0,6}[a-z0-9]@[a-z]{1,6}\\.(org|com|рф)".prop_map(|mail| (mail, None)),
        1 => ("[a-z]{1,8}", name()).prop_map(|(host, name)| (format!("https://{host}.org/@{name}?x=@{name}"), None)),
        1 => Just(("👋 @ @".to_owned(), None)),
    ]
}

proptest! {
    #[test]
    fn names_are_found_between_words_and_not_in_addresses(pieces in proptest::collection::vec(piece(), 0..12)) {
        let text: Vec<_> = pieces.iter().map(|(text, _)| text.as_str()).collect();
        let expected: Vec<_> = pieces.iter().filter_map(|(_, name)| name.as_deref()).collect();
        let text = text.join(" ");
        prop_assert_eq!(named(&text), expected);
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,60}") {
        for name in named(&text) {
            let at = name.as_ptr() as usize - text.as_ptr() as usize;
            prop_assert!(text[..at].ends_with('@'));
            prop_assert!(!name.is_empty() && !name.ends_with(['.', '-']));
            prop_assert!(!text[..at - 1].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_'));
        }
    }
}
