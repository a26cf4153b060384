//! Requests over a connection that is kept open.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Trouble;
use crate::connection::dial;
use crate::process::KEY;

/// A connection that is kept open.
pub(crate) struct Http {
    stream: TcpStream,
    server: SocketAddr,
    heard: Vec<u8>,
}

/// The credential of a request.
#[derive(Clone, Copy)]
pub(crate) enum By<'a> {
    /// The key of a back end.
    Key,
    /// The token of a person.
    Token(&'a str),
}

impl Http {
    /// Connects.
    pub(crate) async fn open(server: SocketAddr, number: usize) -> Result<Http, Trouble> {
        Ok(Http { stream: dial(server, number).await?, server, heard: Vec::new() })
    }

    /// Sends a request, and returns the body of a good answer.
    pub(crate) async fn ask(&mut self, by: By<'_>, method: &str, path: &str, body: &str) -> Result<String, Trouble> {
        let credential = match by {
            By::Key => format!("X-Api-Key: {KEY}"),
            By::Token(token) => format!("Authorization: Bearer {token}"),
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{credential}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.server,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let (head, body) = self.answer().await?;
        match head.starts_with("HTTP/1.1 2") {
            true => Ok(body),
            false => Err(format!("{method} {path}: {head}{body}").into()),
        }
    }

    async fn answer(&mut self) -> Result<(String, String), Trouble> {
        self.heard.clear();
        loop {
            if let Some(end) = self.heard.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.heard[..end]).to_ascii_lowercase().replacen("http", "HTTP", 1);
                let length = number_after(&head, "content-length: ").unwrap_or(0) as usize;
                while self.heard.len() < end + 4 + length {
                    self.read().await?;
                }
                return Ok((head, String::from_utf8_lossy(&self.heard[end + 4..]).into_owned()));
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> Result<(), Trouble> {
        match self.stream.read_buf(&mut self.heard).await? {
            0 => Err("the server closed a connection".into()),
            _ => Ok(()),
        }
    }
}

/// Returns the number after these words.
pub(crate) fn number_after(text: &str, words: &str) -> Option<u64> {
    let digits = text.split_once(words)?.1;
    digits[..digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len())].parse().ok()
}

/// Returns the quoted text after these words.
pub(crate) fn text_after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    text.split_once(words)?.1.split('"').next()
}
