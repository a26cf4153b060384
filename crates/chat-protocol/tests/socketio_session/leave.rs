use super::*;

#[test]
fn the_engine_goes_on_pinging() {
    let mut script = Script::connected();
    assert!(script.says("41").is_empty());
    assert_eq!(script.heard, ["left /"]);
    for round in 1..=10 {
        script.now = 300 * round;
        assert_eq!(script.tell(Input::Tick), ["2"]);
        script.says("3");
    }
}

#[test]
fn one_namespace_and_the_other_stays() {
    let mut script = Script::connected();
    script.says("40/custom");
    assert!(script.says("41/custom").is_empty());
    assert_eq!(script.says(r#"42["message","x"]"#), [r#"42["message-back","x"]"#]);
}

#[test]
fn the_server_puts_it_out() {
    let mut script = Script::connected();
    script.says("40/custom,");
    assert!(script.session.disconnect("/custom"));
    assert!(!script.session.disconnect("/custom"));
    assert!(!script.session.disconnect("/random"));
    assert_eq!(script.tell(Input::Tick), ["41/custom,"]);
    // These packets were on their way.
    assert!(script.says(r#"42/custom,["message"]"#).is_empty());
    assert!(script.says("41/custom").is_empty());
    assert_eq!(script.says(r#"42["message"]"#).len(), 1);
}

#[test]
fn what_was_never_joined_cannot_be_left() {
    for text in ["41", "41/custom", "41/random"] {
        assert_eq!(Script::new().says(text), INVALID, "{text}");
    }
}
