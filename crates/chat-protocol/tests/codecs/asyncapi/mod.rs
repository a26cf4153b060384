//! Makes the AsyncAPI document from the codecs: the server's frames by encoding one of everything, the clients' frames
//! by asking the decoders. `CHAT_SCHEMAS=write cargo test -p chat-protocol --test codecs` writes it anew.

mod document;
mod fits;
mod heard;
mod ordered;
mod said;
mod schema;
mod words;

use chat_protocol::rest::ASYNCAPI;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rest/asyncapi.json");

#[test]
fn the_served_document_is_what_the_codecs_do() {
    let made = document::document().pretty();
    if std::env::var_os("CHAT_SCHEMAS").is_some_and(|how| how == "write") {
        return std::fs::write(FILE, made).unwrap();
    }
    let served = std::str::from_utf8(ASYNCAPI).unwrap();
    let first = made.lines().zip(served.lines()).position(|(made, served)| made != served);
    if let Some(at) = first.or_else(|| (made != served).then(|| made.lines().count().min(served.lines().count()))) {
        let around = |text: &str| text.lines().skip(at.saturating_sub(3)).take(6).collect::<Vec<_>>().join("\n");
        panic!(
            "line {}: the codecs do\n{}\nthe file says\n{}\n(see the top of asyncapi/mod.rs)",
            at + 1,
            around(&made),
            around(served)
        );
    }
}
