//! What is required of every request, and added to every answer.

use super::*;

#[tokio::test]
async fn every_answer_says_what_it_is_and_no_more() {
    let server = run(HttpSettings::default()).await;
    let upgrade = "GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    for request in [HELLO, &post("{}"), &post(&"x".repeat(1001)), "GET / HTTP/1.1\r\n\r\n", upgrade] {
        let mut client = server.connect().await;
        client.write_all(request.as_bytes()).await.expect("to write");
        let head = until(&mut client, "\r\n\r\n").await;
        assert!(head.contains("x-content-type-options: nosniff\r\n"), "{request}: {head}");
    }
}

#[tokio::test]
async fn what_hyper_answers_by_itself_says_so_too() {
    let server = run(HttpSettings { buffer: 80 << 10, ..HttpSettings::default() }).await;
    let (long, longer) = ("x".repeat(70_000), "x".repeat(300_000));
    for (wrong, status) in [
        ("GET /hello HTTP/1.1\r\nno header\r\n\r\n".to_owned(), "400"),
        ("<script>\r\n\r\n".to_owned(), "400"),
        (format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n"), "414"),
        (format!("GET /hello HTTP/1.1\r\nhost: x\r\nx: {longer}\r\n\r\n"), "431"),
    ] {
        for before in ["", HELLO, &format!("{HELLO}{HELLO}")] {
            let mut client = server.connect().await;
            client.write_all(before.as_bytes()).await.expect("to write");
            for _ in 0..before.matches("GET").count() {
                until(&mut client, "{}").await;
            }
            // hyper closes when the head is too long for its buffer, so the write may fail.
            let _ = client.write_all(wrong.as_bytes()).await;
            let answer = until(&mut client, "\r\n\r\n").await;
            assert_eq!(answer.split(' ').nth(1), Some(status), "{answer}");
            assert_eq!(answer.matches("x-content-type-options: nosniff\r\n").count(), 1, "{answer}");
        }
    }
}

#[tokio::test]
async fn a_request_has_one_host() {
    let server = run(HttpSettings::default()).await;
    for (request, status) in [
        ("GET /hello HTTP/1.1\r\nconnection: close\r\n", "400"),
        ("GET /hello HTTP/1.1\r\nhost: x\r\nhost: y\r\n", "400"),
        ("GET /hello HTTP/1.1\r\nhost: x\r\nhost: x\r\n", "400"),
        ("GET http://x/hello HTTP/1.1\r\n", "400"),
        ("GET /hello HTTP/1.0\r\nhost: x\r\nhost: y\r\n", "400"),
        ("GET /hello HTTP/1.0\r\n", "400"),
        ("GET /healthz HTTP/1.0\r\n", "426"),
        ("GET /hello HTTP/1.0\r\nhost: x\r\n", "200"),
        ("GET /hello HTTP/1.1\r\nhost:\r\n", "400"),
        ("GET /hello HTTP/1.1\r\nhost: a b\r\n", "400"),
        ("GET /hello HTTP/1.1\r\nhost: a@b\r\n", "400"),
        ("GET /hello HTTP/1.1\r\nhost: :80\r\n", "400"),
        ("GET /hello HTTP/1.1\r\nhost: a/b\r\n", "400"),
        ("GET /hello HTTP/1.1\r\nhost: [::1]:8000\r\nconnection: close\r\n", "200"),
        ("GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n", "200"),
    ] {
        let answer = server.ask(&format!("{request}\r\n")).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{request}: {answer}");
    }
}
