//! What every request must bring, and every answer says.

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
async fn a_request_has_one_host() {
    let server = run(HttpSettings::default()).await;
    for (request, status) in [
        ("GET /hello HTTP/1.1\r\nconnection: close\r\n", "400"),
        ("GET /hello HTTP/1.1\r\nhost: x\r\nhost: y\r\n", "400"),
        ("GET /hello HTTP/1.1\r\nhost: x\r\nhost: x\r\n", "400"),
        ("GET http://x/hello HTTP/1.1\r\n", "400"),
        ("GET /hello HTTP/1.0\r\nhost: x\r\nhost: y\r\n", "400"),
        ("GET /hello HTTP/1.0\r\n", "200"),
        ("GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n", "200"),
    ] {
        let answer = server.ask(&format!("{request}\r\n")).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{request}: {answer}");
    }
}
