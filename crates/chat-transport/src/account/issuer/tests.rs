//! Issuers, their keys, and what their tokens may say.

mod address;
mod wrong;

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use jsonwebtoken::crypto::sign;
use serde_json::{Value, json};

use super::super::token::{Denied, Tokens};
use super::*;

const NOW: u64 = 1_800_000_000;
const SHARED: &str = "a shared secret of thirty-two bytes";

fn key(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/account/issuer/keys")).join(name)
}

fn pem(name: &str) -> Vec<u8> {
    fs::read(key(name)).expect("a key")
}

fn signer(name: &str) -> EncodingKey {
    let pem = pem(&format!("{name}.pem"));
    match &name[..2] {
        "rs" => EncodingKey::from_rsa_pem(&pem).expect("a key"),
        "ec" => EncodingKey::from_ec_pem(&pem).expect("a key"),
        _ => EncodingKey::from_ed_pem(&pem).expect("a key"),
    }
}

fn shared() -> EncodingKey {
    EncodingKey::from_secret(SHARED.as_bytes())
}

/// Signs exactly these bytes as header and claims.
fn token(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = sign(message.as_bytes(), key, algorithm).expect("a signature");
    format!("{message}.{signature}")
}

fn expected(issuer: &str) -> Expected {
    Expected { issuer: Some(issuer.into()), audience: Some("chat".into()) }
}

/// Two issuers, each with a key set of its own.
fn two() -> Tokens {
    let open = |set: &str, name: &str| Issuer::open(KeySource::KeySet(key(set)), None, expected(name)).expect("keys");
    Tokens::outside(vec![open("one.jwks", "https://one"), open("other.jwks", "https://other")])
}

fn one(source: KeySource, algorithm: &str) -> Tokens {
    let chosen = Some(algorithm.parse().expect("known"));
    Tokens::outside(vec![Issuer::open(source, chosen, expected("https://one")).expect("keys")])
}

fn good() -> Value {
    json!({"sub": "anna", "exp": NOW + 600, "iat": NOW, "iss": "https://one", "aud": "chat"})
}

fn but(change: Value) -> String {
    let mut claims = good();
    for (name, value) in change.as_object().expect("a change") {
        claims[name] = value.clone();
    }
    claims.to_string()
}

fn without(name: &str) -> String {
    let mut claims = good();
    claims.as_object_mut().expect("claims").remove(name);
    claims.to_string()
}

fn verify(tokens: &Tokens, token: &str) -> Result<String, Denied> {
    tokens.verify(&Secret::new(token), NOW).map(|claims| claims.sub.to_string())
}

const RS256: &str = r#"{"alg":"RS256","kid":"rsa"}"#;

#[test]
fn good_tokens_of_each_algorithm_are_good() {
    for (source, algorithm, signs) in [
        (
            KeySource::Secrets(vec![Secret::new("an old secret of thirty-two bytes"), Secret::new(SHARED)]),
            "HS256",
            shared(),
        ),
        (KeySource::PublicKey(key("rsa.pub")), "RS256", signer("rsa")),
        (KeySource::PublicKey(key("ec.pub")), "ES256", signer("ec")),
        (KeySource::PublicKey(key("ed.pub")), "EdDSA", signer("ed")),
        (KeySource::KeySet(key("one.jwks")), "RS256", signer("rsa")),
        (KeySource::KeySet(key("one.jwks")), "ES256", signer("ec")),
        (KeySource::KeySet(key("one.jwks")), "EdDSA", signer("ed")),
    ] {
        let header = format!(r#"{{"alg":"{algorithm}"}}"#);
        let made = token(&header, &good().to_string(), &signs, algorithm.parse().expect("known"));
        assert_eq!(verify(&one(source, algorithm), &made).as_deref(), Ok("anna"), "{algorithm}");
    }
    // Where no algorithm is chosen, it is the key's.
    for (file, algorithm) in [("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")] {
        let source = KeySource::PublicKey(key(&format!("{file}.pub")));
        let tokens = Tokens::outside(vec![Issuer::open(source, None, expected("https://one")).expect("a key")]);
        let header = format!(r#"{{"alg":"{algorithm}"}}"#);
        let made = token(&header, &good().to_string(), &signer(file), algorithm.parse().expect("known"));
        assert!(verify(&tokens, &made).is_ok(), "{file}");
    }
}

#[test]
fn good_claims_are_good_however_they_are_written() {
    let made = |claims: &str| token(RS256, claims, &signer("rsa"), Algorithm::RS256);
    for claims in [
        but(json!({"sub": 7})),
        but(json!({"aud": ["web", "chat"]})),
        but(json!({"exp": NOW - 59})),
        but(json!({"nbf": NOW + 60, "iat": NOW + 60})),
        // As lcobucci/jwt, behind Laravel's Passport, writes times.
        but(json!({"exp": NOW as f64 + 0.5, "iat": NOW as f64 - 0.25, "nbf": NOW as f64 - 0.25})),
        but(json!({"chat_family": 1, "chat_generation": 9})),
        without("iat"),
    ] {
        assert!(verify(&two(), &made(&claims)).is_ok(), "{claims}");
    }
    let other = but(json!({"iss": "https://other"}));
    let other = token(r#"{"alg":"RS256","kid":"other"}"#, &other, &signer("rsa2"), Algorithm::RS256);
    let claims = two().verify(&Secret::new(other), NOW).expect("a good token");
    assert!(!claims.is_first && two().verify(&Secret::new(made(&good().to_string())), NOW).expect("good").is_first);
}

#[test]
fn an_algorithm_that_is_not_for_the_key_is_refused_at_the_start() {
    let open = |source: KeySource, chosen: &str| {
        Issuer::open(source, Some(chosen.parse().expect("known")), Expected::default()).map(|_| ())
    };
    assert!(matches!(open(KeySource::PublicKey(key("rsa.pub")), "HS256"), Err(BadKey::Unfit(_))));
    assert!(matches!(open(KeySource::KeySet(key("one.jwks")), "HS256"), Err(BadKey::Unfit(_))));
    assert!(matches!(open(KeySource::Secrets(vec![Secret::new(SHARED)]), "RS256"), Err(BadKey::Unfit(_))));
    assert!(matches!(open(KeySource::PublicKey(key("rsa.pub")), "EdDSA"), Err(BadKey::Key(_))));
    assert!(matches!(open(KeySource::PublicKey(key("one.jwks")), "RS256"), Err(BadKey::Key(_))));
    assert!(matches!(open(KeySource::PublicKey(key("nowhere")), "RS256"), Err(BadKey::Unread(..))));
    assert!(matches!(open(KeySource::KeySet(key("rsa.pub")), "RS256"), Err(BadKey::Set(_))));
    assert!(matches!(open(KeySource::KeySet(key("other.jwks")), "ES256"), Err(BadKey::NoKey(_))));
    assert!("none".parse::<Pinned>().is_err() && "HS512".parse::<Pinned>().is_err());
}

#[test]
fn a_file_that_changes_is_read_again_and_a_broken_one_changes_nothing() {
    let file = std::env::temp_dir().join(format!("chat-keys-{}", std::process::id()));
    fs::copy(key("one.jwks"), &file).expect("a copy");
    let issuer = Issuer::open(KeySource::KeySet(file.clone()), None, Expected::default()).expect("keys");
    let tokens = Tokens::outside(vec![issuer]);
    let made = |kid: &str, signs: &str| {
        token(&format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#), &good().to_string(), &signer(signs), Algorithm::RS256)
    };
    let (old, new) = (made("rsa", "rsa"), made("other", "rsa2"));
    let good = |token: &str| verify(&tokens, token).is_ok();
    assert!(good(&old) && !good(&new));
    fs::write(&file, "{").expect("a broken file");
    tokens.reread();
    assert!(good(&old));
    fs::copy(key("other.jwks"), &file).expect("a copy");
    tokens.reread();
    assert!(!good(&old) && good(&new));
    fs::remove_file(&file).expect("a file");
    tokens.reread();
    assert!(good(&new));
}
