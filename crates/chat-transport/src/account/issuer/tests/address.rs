//! Key sets that come from an address.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::{advance, pause, resume};

use super::*;
use crate::client::ClientSettings;
use crate::client::tests::stub::{answer, request, serve};

const FAR_KEY: &str = r#"{"alg":"RS256","kid":"other"}"#;

/// What the issuer's address answers now; `None` while it is away.
type Said = Arc<Mutex<Option<String>>>;

/// An issuer whose key set is at an address, the answer there, and how often it was asked.
fn far(document: Option<&str>) -> (Tokens, Said, Arc<AtomicUsize>) {
    let said: Said = Arc::new(Mutex::new(document.map(String::from)));
    let (saying, asked) = (said.clone(), Arc::new(AtomicUsize::new(0)));
    let counting = asked.clone();
    let (at, _) = serve(move |mut stream| {
        let (saying, counting) = (saying.clone(), counting.clone());
        async move {
            while request(&mut stream).await.is_some() {
                counting.fetch_add(1, Ordering::Relaxed);
                let document = saying.lock().expect("a lock").clone();
                match document {
                    Some(document) => answer(&mut stream, "200 OK", &document).await,
                    None => answer(&mut stream, "503 Service Unavailable", "").await,
                }
            }
        }
    });
    let client = Client::new(ClientSettings::default()).expect("a client");
    let address = format!("http://{at}/jwks.json").parse().expect("an address");
    let issuer = Issuer::open(KeySource::Address(address, Box::new(client)), None, expected("https://one"));
    (Tokens::outside(vec![issuer.expect("an issuer")]), said, asked)
}

fn document(set: &str) -> String {
    String::from_utf8(pem(set)).expect("text")
}

/// Checks a token as the gate does, looking for new keys once.
async fn check(tokens: &Tokens, token: &str) -> Result<(), Denied> {
    let token = Secret::new(token);
    let first = tokens.verify(&token, NOW);
    if first.is_err() && tokens.look_again(&token).await {
        return tokens.verify(&token, NOW).map(|_| ());
    }
    first.map(|_| ())
}

async fn a_minute() {
    pause();
    advance(Duration::from_secs(61)).await;
    resume();
}

#[tokio::test]
async fn a_new_key_is_fetched_at_most_once_a_minute() {
    let (tokens, said, asked) = far(Some(&document("one.jwks")));
    let (old, new) = (token(RS256, &good().to_string(), &signer("rsa"), Algorithm::RS256), far_token());
    assert_eq!(tokens.verify(&Secret::new(&*old), NOW).map(|_| ()), Err(Denied::Unknown), "nothing is known before");
    tokens.fetch().await;
    assert_eq!(check(&tokens, &old).await, Ok(()));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    *said.lock().expect("a lock") = Some(document("other.jwks"));
    for _ in 0..20 {
        assert_eq!(check(&tokens, &new).await, Err(Denied::Invalid));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1, "strangers can make it ask as often as they like");
    a_minute().await;
    let both = tokio::join!(check(&tokens, &new), check(&tokens, &new));
    assert_eq!(both, (Ok(()), Ok(())));
    assert_eq!(asked.load(Ordering::Relaxed), 2, "who comes meanwhile waits for the same answer");
    assert_eq!(check(&tokens, &old).await, Err(Denied::Invalid), "a key that is withdrawn is no good");
}

#[tokio::test]
async fn the_last_good_set_is_kept_while_the_address_is_away() {
    let (tokens, said, asked) = far(Some(&document("one.jwks")));
    tokens.fetch().await;
    let old = token(RS256, &good().to_string(), &signer("rsa"), Algorithm::RS256);
    for wrong in [None, Some("no JSON".to_owned()), Some(r#"{"keys":[]}"#.to_owned())] {
        *said.lock().expect("a lock") = wrong;
        a_minute().await;
        assert_eq!(check(&tokens, &far_token()).await, Err(Denied::Invalid));
        assert_eq!(check(&tokens, &old).await, Ok(()));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn where_no_set_could_be_had_a_token_is_not_judged() {
    let (tokens, said, _) = far(None);
    tokens.fetch().await;
    assert_eq!(check(&tokens, &far_token()).await, Err(Denied::Unknown));
    *said.lock().expect("a lock") = Some(document("other.jwks"));
    // The fetch that runs in the background is not bound to the minute between those that a token causes.
    tokens.fetch().await;
    assert_eq!(check(&tokens, &far_token()).await, Ok(()));
}

fn far_token() -> String {
    token(FAR_KEY, &good().to_string(), &signer("rsa2"), Algorithm::RS256)
}
