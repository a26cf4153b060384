use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::super::issuer::{Expected, KeySource};
use super::*;

const NOW: u64 = 1_800_000_000;

fn local() -> Tokens {
    Tokens::local(&[Secret::new("a local secret")], 3600)
}

fn issued(tokens: &Tokens) -> Secret {
    tokens.issue(42, Some("a uuid".to_owned()), Grant::default(), "a jti".to_owned(), NOW).expect("a token").0
}

fn signed(algorithm: Algorithm, key: &EncodingKey, claims: &Value) -> Secret {
    Secret::new(encode(&Header::new(algorithm), claims, key).expect("a token"))
}

fn shared(claims: &Value) -> Secret {
    signed(Algorithm::HS256, &EncodingKey::from_secret(b"shared"), claims)
}

fn external(expected: Expected) -> Tokens {
    let source = KeySource::Secrets(vec![Secret::new("shared")]);
    Tokens::outside(vec![Issuer::open(source, None, expected).expect("a key")])
}

#[test]
fn our_own_token_says_who_it_is_until_it_ends() {
    let tokens = local();
    let claims = tokens.verify(&issued(&tokens), NOW).expect("good");
    assert_eq!((claims.sub.number(), claims.uuid.as_deref()), (Some(42), Some("a uuid")));
    assert_eq!((claims.iat, claims.exp, claims.jti.as_deref()), (Some(NOW), NOW + 3600, Some("a jti")));
    assert_eq!(tokens.verify(&issued(&tokens), NOW + 3599).map(|_| ()), Ok(()));
    assert_eq!(tokens.verify(&issued(&tokens), NOW + 3600), Err(Denied::Expired));
}

#[test]
fn the_first_secret_signs_and_all_are_good() {
    let (old, new) = (Secret::new("the old secret"), Secret::new("the new secret"));
    let (before, during) = (Tokens::local(std::slice::from_ref(&old), 60), Tokens::local(&[new.clone(), old], 60));
    let after = Tokens::local(&[new], 60);
    assert!(during.verify(&issued(&before), NOW).is_ok());
    assert!(after.verify(&issued(&during), NOW).is_ok());
    assert_eq!(after.verify(&issued(&before), NOW), Err(Denied::Invalid));
    assert_eq!(before.verify(&issued(&during), NOW), Err(Denied::Invalid));
}

#[test]
fn tokens_of_others_and_garbage_are_invalid() {
    let tokens = local();
    let other = Tokens::local(&[Secret::new("another secret")], 3600);
    let mut bent = issued(&tokens).reveal().to_owned();
    bent.insert(bent.len() / 2, 'x');
    for token in [issued(&other), Secret::new(bent), Secret::new(""), Secret::new("a.b.c")] {
        assert_eq!(tokens.verify(&token, NOW), Err(Denied::Invalid));
    }
}

#[test]
fn the_algorithm_is_ours_to_choose() {
    let key = EncodingKey::from_secret(b"a local secret");
    let claims = json!({"sub": "1", "exp": NOW + 60, "iss": "chat"});
    assert!(local().verify(&signed(Algorithm::HS256, &key, &claims), NOW).is_ok());
    assert_eq!(local().verify(&signed(Algorithm::HS512, &key, &claims), NOW), Err(Denied::Invalid));
    // {"alg":"none"} and an empty signature.
    let none = format!("eyJhbGciOiJub25lIn0.{}.", issued(&local()).reveal().split('.').nth(1).expect("a payload"));
    assert_eq!(local().verify(&Secret::new(none), NOW), Err(Denied::Invalid));
}

#[test]
fn an_issuer_and_an_audience_are_checked_where_they_are_expected() {
    let strict = Expected { issuer: Some("backend".to_owned()), audience: Some("chat".to_owned()) };
    let (strict, lax) = (external(strict), external(Expected::default()));
    let full = json!({"sub": 7, "exp": NOW, "iss": "backend", "aud": ["chat", "web"], "name": "Anna", "avatar": null});
    let claims = strict.verify(&shared(&full), NOW).expect("good within the leeway");
    assert_eq!((claims.sub, claims.name.as_deref()), (Subject::Number(7), Some("Anna")));
    for bad in [
        json!({"sub": 7, "exp": NOW, "iss": "other", "aud": "chat"}),
        json!({"sub": 7, "exp": NOW, "iss": "backend", "aud": "other"}),
        json!({"sub": 7, "exp": NOW, "aud": "chat"}),
        json!({"sub": 7, "exp": NOW, "iss": "backend"}),
    ] {
        assert_eq!(strict.verify(&shared(&bad), NOW), Err(Denied::Invalid), "{bad}");
        assert!(lax.verify(&shared(&bad), NOW).is_ok(), "{bad}");
    }
}

#[test]
fn times_are_needed_and_bounded() {
    let tokens = external(Expected::default());
    assert_eq!(tokens.verify(&shared(&json!({"sub": "a"})), NOW), Err(Denied::Invalid));
    assert_eq!(tokens.verify(&shared(&json!({"exp": NOW})), NOW), Err(Denied::Invalid));
    let early = shared(&json!({"sub": "a", "exp": NOW + 9000, "nbf": NOW + 61}));
    assert_eq!(tokens.verify(&early, NOW), Err(Denied::Invalid));
    assert!(tokens.verify(&early, NOW + 1).is_ok());
    assert_eq!(tokens.verify(&early, NOW + 9060), Err(Denied::Expired));
}

#[test]
fn what_is_issued_in_the_future_or_asks_for_more_than_is_understood_is_refused() {
    let tokens = external(Expected::default());
    let issued = |at: u64| shared(&json!({"sub": "a", "exp": NOW + 9000, "iat": at}));
    assert!(tokens.verify(&issued(NOW + 60), NOW).is_ok());
    assert_eq!(tokens.verify(&issued(NOW + 61), NOW), Err(Denied::Invalid));
    for crit in [vec!["exp"], vec!["b64"], vec![]] {
        let crit = Some(crit.into_iter().map(String::from).collect());
        let header = Header { crit, ..Header::new(Algorithm::HS256) };
        let claims = json!({"sub": "a", "exp": NOW + 60});
        let token = encode(&header, &claims, &EncodingKey::from_secret(b"shared")).expect("a token");
        assert_eq!(tokens.verify(&Secret::new(token), NOW), Err(Denied::Invalid));
    }
}

#[test]
fn a_subject_is_a_number_only_if_it_is_written_as_one() {
    for (subject, number) in [("7", Some(7)), ("07", None), ("+7", None), ("-7", Some(-7)), ("seven", None)] {
        assert_eq!(Subject::Text(subject.to_owned()).number(), number);
    }
    assert_eq!(Subject::Number(7).to_string(), "7");
}
