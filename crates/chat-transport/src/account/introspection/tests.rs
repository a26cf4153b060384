use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;

use super::*;
use crate::client::tests::stub::{answer, request, serve};

/// A back end that gives the same answer about everybody, records what it hears, and counts the questions.
struct Stub {
    backend: Introspection,
    said: Arc<Mutex<(&'static str, &'static str)>>,
    heard: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

/// Answers after this long; `None` means never.
fn stub(after: Option<Duration>) -> Stub {
    let (said, heard) = (Arc::new(Mutex::new(ANNA)), Arc::new(Mutex::new(String::new())));
    let asked = Arc::new(AtomicUsize::new(0));
    let shared = (said.clone(), heard.clone(), asked.clone());
    let (at, _) = serve(move |mut stream| {
        let (said, heard, asked) = shared.clone();
        async move {
            while let Some((head, _)) = request(&mut stream).await {
                asked.fetch_add(1, Ordering::Relaxed);
                *heard.lock().expect("a lock") = head;
                match after {
                    Some(after) => tokio::time::sleep(after).await,
                    None => std::future::pending().await,
                }
                let (status, body) = *said.lock().expect("a lock");
                answer(&mut stream, status, body).await;
            }
        }
    });
    let address = format!("http://{at}/who").parse().expect("an address");
    let backend = Introspection::new(address, "backend".into(), Duration::from_secs(60)).expect("a backend");
    Stub { backend, said, heard, asked }
}

impl Stub {
    async fn ask(&self, token: &str, now: i64) -> Result<Option<String>, Silent> {
        self.ask_since(token, now, 0).await
    }

    async fn ask_since(&self, token: &str, now: i64, since: i64) -> Result<Option<String>, Silent> {
        let credential = Credential::token(&Secret::new(token)).expect("a token");
        let answer = self.backend.ask(&credential, at(now), at(since)).await;
        answer.map(|known| known.who.map(|who| who.id))
    }

    fn says(&self, status: &'static str, body: &'static str) {
        *self.said.lock().expect("a lock") = (status, body);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn at(seconds: i64) -> Time {
    Time::from_secs(1_800_000_000 + seconds)
}

fn anna() -> Result<Option<String>, Silent> {
    Ok(Some("7".into()))
}

const ANNA: (&str, &str) = ("200 OK", r#"{"id":7,"name":"Anna"}"#);

#[tokio::test]
async fn identical_questions_at_once_are_asked_once() {
    let stub = stub(Some(Duration::from_millis(50)));
    let answers = join_all((0..50).map(|_| stub.ask("a|b", 0))).await;
    assert!(answers.into_iter().all(|answer| answer == anna()));
    assert_eq!(stub.asked(), 1);
    assert_eq!(join_all(["c", "d"].map(|token| stub.ask(token, 0))).await, [anna(), anna()]);
    assert_eq!(stub.asked(), 3);
}

#[tokio::test]
async fn an_answer_is_good_for_a_minute_and_a_refusal_for_five_seconds() {
    let stub = stub(Some(Duration::ZERO));
    assert_eq!(stub.ask("a", 0).await, anna());
    stub.says("401 Unauthorized", "");
    assert_eq!((stub.ask("a", 59).await, stub.asked()), (anna(), 1));
    assert_eq!((stub.ask("a", 60).await, stub.asked()), (Ok(None), 2));
    stub.says(ANNA.0, ANNA.1);
    assert_eq!((stub.ask("a", 64).await, stub.asked()), (Ok(None), 2));
    assert_eq!((stub.ask("a", 65).await, stub.asked()), (anna(), 3));
    stub.says("403 Forbidden", "");
    assert_eq!((stub.ask_since("a", 90, 65).await, stub.asked()), (anna(), 3));
    assert_eq!((stub.ask_since("a", 90, 66).await, stub.asked()), (Ok(None), 4), "who wants a newer one gets it");
}

#[tokio::test]
async fn what_is_no_answer_lets_nobody_in_and_is_not_remembered() {
    let stub = stub(Some(Duration::ZERO));
    for (number, (status, body)) in [
        ("500 Internal Server Error", ANNA.1),
        ("302 Found\r\nlocation: /login", ""),
        ("404 Not Found", ""),
        ("204 No Content", ""),
        ("200 OK", "<html>please log in</html>"),
        ("200 OK", "{}"),
        ("200 OK", r#"{"id":null}"#),
    ]
    .into_iter()
    .enumerate()
    {
        stub.says(status, body);
        assert_eq!(stub.ask("a", 0).await, Err(Silent), "{status} {body}");
        assert_eq!(stub.asked(), number + 1);
    }
    stub.says(ANNA.0, ANNA.1);
    assert_eq!(stub.ask("a", 0).await, anna());
}

#[tokio::test]
async fn a_slow_backend_or_an_absent_one_says_nothing() {
    // The paused clock must not move before as many questions are under way as may be: it does not advance while a blocking task
    // runs.
    let (hold, held) = std::sync::mpsc::channel::<()>();
    tokio::task::spawn_blocking(move || held.recv());
    tokio::time::pause();
    let (slow, began) = (stub(None), tokio::time::Instant::now());
    let tokens: Vec<_> = (0..200).map(|number| number.to_string()).collect();
    let full = async {
        while slow.asked() < AT_ONCE {
            tokio::task::yield_now().await;
        }
        drop(hold);
    };
    let (answers, ()) = tokio::join!(join_all(tokens.iter().map(|token| slow.ask(token, 0))), full);
    assert!(answers.into_iter().all(|answer| answer == Err(Silent)));
    assert!(began.elapsed() < 2 * PATIENCE, "more questions than turns wait no longer: {:?}", began.elapsed());
    assert_eq!(slow.asked(), AT_ONCE);
    tokio::time::resume();
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let address = format!("http://127.0.0.1:{port}/").parse().expect("an address");
    let absent = Introspection::new(address, "backend".into(), Duration::from_secs(60)).expect("a backend");
    let credential = Credential::token(&Secret::new("a")).expect("a token");
    assert_eq!(absent.ask(&credential, at(0), at(0)).await, Err(Silent));
}

#[tokio::test]
async fn what_a_client_brings_goes_on_and_nothing_else() {
    let stub = stub(Some(Duration::ZERO));
    stub.ask("7|Secret", 0).await.expect("an answer");
    let heard = stub.heard.lock().expect("a lock").clone();
    assert!(heard.contains("authorization: bearer 7|secret\r\n") && !heard.contains("cookie"), "{heard}");
    let brought = [("cookie", "sessionid=abc"), ("cookie", "a=b"), ("origin", "https://x"), ("x-other", "y")];
    let brought: HeaderMap = brought
        .into_iter()
        .map(|(name, value)| (name.parse::<http::HeaderName>().expect("a name"), HeaderValue::from_static(value)))
        .collect();
    let credential = Credential::cookies(&brought).expect("cookies");
    stub.backend.ask(&credential, at(0), at(0)).await.expect("an answer");
    let heard = stub.heard.lock().expect("a lock").clone();
    assert!(heard.contains("cookie: sessionid=abc; a=b\r\n") && heard.contains("origin: https://x\r\n"), "{heard}");
    assert!(!heard.contains("x-other") && !heard.contains("authorization"), "{heard}");
    assert_eq!(Credential::cookies(&HeaderMap::new()), None);
    assert_eq!(Credential::token(&Secret::new("a\nb")), None);
    let shown = format!("{credential:?}");
    assert!(!shown.contains("abc"), "{shown}");
}
