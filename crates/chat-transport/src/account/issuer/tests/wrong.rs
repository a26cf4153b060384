//! Tokens with one mistake each.

use super::*;

#[test]
fn wrong_tokens_are_wrong() {
    let (rsa, rsa2, ec, ed) = (signer("rsa"), signer("rsa2"), signer("ec"), signer("ed"));
    let plain = good().to_string();
    let by = |header: &str| token(header, &plain, &rsa, Algorithm::RS256);
    let says = |claims: &str| token(RS256, claims, &rsa, Algorithm::RS256);
    let right = by(RS256);
    let parts: Vec<&str> = right.split('.').collect();
    let (head, body, signature) = (parts[0], parts[1], parts[2]);
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let mut wrong =
        vec![String::new(), ".".into(), "..".into(), "a.b.c".into(), "🦀.🦀.🦀".into(), "x".repeat(100_000)];
    // The shape.
    wrong.extend([
        format!("{head}.{body}"),
        format!("{head}.{body}."),
        format!("{head}..{signature}"),
        format!(".{body}.{signature}"),
        format!("{right}."),
        format!("{right}.{signature}"),
        format!("{right} {right}"),
        format!("{right},{right}"),
        format!(" {right}"),
        format!("{right}\n"),
        format!("{head}.{body}.{signature}="),
        format!("{head}.{body}.{}", signature.to_uppercase()),
        format!("{head}.{body}.{}", &signature[..signature.len() - 4]),
        format!("{head}.{body}.{}", encode(&"x".repeat(256))),
        format!("{head}.{}.{signature}", encode(&but(json!({"sub": "eve"})))),
        format!("{}.{body}.{signature}", encode(r#"{"alg":"RS256"}"#)),
    ]);
    // No signature, and other algorithms.
    for alg in ["none", "None", "NONE", "nOnE", "", "RS256 ", "rs256", "XX256"] {
        wrong.push(format!("{}.{body}.", encode(&format!(r#"{{"alg":"{alg}"}}"#))));
        wrong.push(format!("{}.{body}.{signature}", encode(&format!(r#"{{"alg":"{alg}"}}"#))));
    }
    let public = EncodingKey::from_secret(&pem("rsa.pub"));
    wrong.extend([
        token(r#"{"alg":"HS256"}"#, &plain, &public, Algorithm::HS256),
        token(r#"{"alg":"HS256","kid":"rsa"}"#, &plain, &public, Algorithm::HS256),
        token(r#"{"alg":"RS256","kid":"rsa"}"#, &plain, &public, Algorithm::HS256),
        token(
            r#"{"alg":"HS256","kid":"oct"}"#,
            &plain,
            &EncodingKey::from_secret(b"shared-secret-of-thirty-two-bytes.."),
            Algorithm::HS256,
        ),
        token(r#"{"alg":"RS384","kid":"rsa"}"#, &plain, &rsa, Algorithm::RS384),
        token(r#"{"alg":"RS512","kid":"rsa"}"#, &plain, &rsa, Algorithm::RS512),
        token(r#"{"alg":"PS256","kid":"rsa"}"#, &plain, &rsa, Algorithm::PS256),
        token(r#"{"alg":"ES256","kid":"ec"}"#, &plain, &ec, Algorithm::ES256),
        token(r#"{"alg":"EdDSA","kid":"ed"}"#, &plain, &ed, Algorithm::EdDSA),
        token(RS256, &plain, &ec, Algorithm::ES256),
    ]);
    // The header.
    for header in [
        "",
        "{}",
        "[]",
        "null",
        "\"RS256\"",
        r#"{"alg":null}"#,
        r#"{"alg":256}"#,
        r#"{"alg":["RS256"]}"#,
        r#"{"kid":"rsa"}"#,
        r#"{"alg":"RS256","alg":"RS256"}"#,
        r#"{"alg":"RS256","alg":"none"}"#,
        r#"{"alg":"RS256","crit":["exp"]}"#,
        r#"{"alg":"RS256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"RS256","kid":"../../../../dev/null"}"#,
        r#"{"alg":"RS256","kid":"' OR '1'='1"}"#,
        r#"{"alg":"RS256","kid":"rsa\u0000"}"#,
        r#"{"alg":"RS256","kid":"RSA"}"#,
        r#"{"alg":"RS256","kid":""}"#,
        r#"{"alg":"RS256","kid":7}"#,
        r#"{"alg":"RS256","kid":"other"}"#,
        r#"{"alg":"RS256","kid":"ec"}"#,
    ] {
        wrong.push(by(header));
    }
    // A key that comes with the token, another's key, another issuer's.
    wrong.extend([
        token(r#"{"alg":"RS256","jku":"https://evil.example/keys"}"#, &plain, &rsa2, Algorithm::RS256),
        token(r#"{"alg":"RS256","x5u":"https://evil.example/cert"}"#, &plain, &rsa2, Algorithm::RS256),
        token(
            r#"{"alg":"RS256","jwk":{"kty":"OKP","crv":"Ed25519","x":"q_cnRLIWaAeUyDV-2JPbme6lRFoIirXD549Mbv1QrD4"}}"#,
            &plain,
            &signer("ed2"),
            Algorithm::EdDSA,
        ),
        token(RS256, &plain, &rsa2, Algorithm::RS256),
        token(r#"{"alg":"RS256","kid":"other"}"#, &plain, &rsa2, Algorithm::RS256),
        token(r#"{"alg":"RS256"}"#, &plain, &rsa2, Algorithm::RS256),
        token(RS256, &but(json!({"iss": "https://other"})), &rsa, Algorithm::RS256),
        token(r#"{"alg":"RS256"}"#, &but(json!({"iss": "https://other"})), &rsa, Algorithm::RS256),
        token(RS256, &but(json!({"iss": ["https://one", "https://other"]})), &rsa, Algorithm::RS256),
    ]);
    // The claims.
    wrong.extend(["sub", "exp", "iss", "aud"].map(|name| says(&without(name))));
    for change in [
        json!({"sub": null}),
        json!({"sub": 1.5}),
        json!({"sub": true}),
        json!({"sub": ["anna"]}),
        json!({"sub": {"id": 1}}),
        json!({"exp": null}),
        json!({"exp": "soon"}),
        json!({"exp": -1}),
        json!({"exp": 1e300}),
        json!({"exp": (NOW + 600).to_string()}),
        json!({"nbf": NOW + 61}),
        json!({"nbf": "x"}),
        json!({"iat": NOW + 61}),
        json!({"iat": "x"}),
        json!({"iss": "https://one/"}),
        json!({"iss": "HTTPS://ONE"}),
        json!({"iss": ""}),
        json!({"iss": null}),
        json!({"aud": "web"}),
        json!({"aud": []}),
        json!({"aud": ""}),
        json!({"aud": ["web"]}),
        json!({"aud": 7}),
        json!({"aud": null}),
        json!({"name": 7}),
        json!({"avatar": {}}),
    ] {
        wrong.push(says(&but(change)));
    }
    for twice in [r#""sub":"eve""#, r#""exp":9999999999"#, r#""iss":"https://one""#, r#""aud":"chat""#, r#""iat":1"#] {
        wrong.push(says(&format!("{},{twice}}}", plain.trim_end_matches('}'))));
    }
    wrong.extend(["", "[]", "null", "{", "7"].map(says));
    assert!(wrong.len() >= 60, "{}", wrong.len());
    let tokens = two();
    for token in wrong {
        assert_eq!(verify(&tokens, &token), Err(Denied::Invalid), "{}", &token[..token.len().min(2_000)]);
    }
    assert_eq!(verify(&tokens, &says(&but(json!({"exp": NOW - 60})))), Err(Denied::Expired));
    assert!(verify(&tokens, &right).is_ok(), "what was bent above was straight");
}
