//! Who is let in.

use super::*;

fn parts(headers: &[(&str, &str)]) -> Parts {
    let request =
        headers.iter().fold(http::Request::get("/ws?token=b"), |request, (name, value)| request.header(*name, *value));
    request.body(()).expect("a request").into_parts().0
}

#[test]
fn the_header_counts_before_the_address_and_the_address_on_sockets_only() {
    let token = |headers: &[_], how| brought_token(&parts(headers), how).map(|token| token.reveal().to_owned());
    assert_eq!(token(&[("authorization", "bearer a")], How::Socket).as_deref(), Some("a"));
    assert_eq!(token(&[("authorization", "Basic a")], How::Stream).as_deref(), Some("b"));
    assert_eq!(token(&[], How::Socket).as_deref(), Some("b"));
    assert_eq!(token(&[], How::Http), None);
}

#[test]
fn subjects_are_numbers_uuids_or_anything_else() {
    assert_eq!(subject("7"), Subject::Number(UserId::new(7).expect("an id")));
    let uuid = "3f333df6-90a4-4fda-8dd3-9485d27cee36";
    assert_eq!(subject(uuid), Subject::Uuid(uuid.parse().expect("a UUID")));
    for text in ["auth0|7", "07", "07x", "4503599627370496", "-7", "0"] {
        assert_eq!(subject(text), Subject::Text(text.into()), "{text}");
    }
}
