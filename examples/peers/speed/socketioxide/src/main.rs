//! Rooms over the crate socketioxide, as its documents have them. It stores nothing.

use axum::Router;
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, SocketRef};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let frame: usize = std::env::var("FRAME")?.parse()?;
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async move |socket: SocketRef| {
        socket.on("join", async |socket: SocketRef, Data::<String>(room), done: AckSender| {
            socket.join(room);
            // An error means that the client has gone.
            let _ = done.send("ok");
        });
        socket.on("say", async move |io: SocketIo, Data::<(String, String)>((room, content))| {
            let more = ".".repeat(frame.saturating_sub(content.len() + 30));
            let _ = io.to(room).emit("message", &(content, more)).await;
        });
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().layer(layer)).await?;
    Ok(())
}
