//! Answers about uploaded files.

use chat_domain::{File, Time};

use super::super::Tree;
use super::{Reply, reply};

/// Where the bytes of a file are to be sent, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploading {
    /// The address that the file will have.
    pub url: String,
    /// The address to which its bytes are sent with PUT.
    pub upload: String,
    /// The headers to send along.
    pub headers: Vec<(&'static str, String)>,
    /// Until when a message must have named the file. Otherwise it is deleted.
    pub expires: Time,
}

/// Returns a file whose bytes may be uploaded now.
pub fn announced(tree: Tree, file: &File, uploading: &Uploading) -> Reply {
    reply(tree, 201, |o| {
        o.nest("data", |o| {
            o.put("id", file.id.as_str()).put("url", uploading.url.as_str());
            o.nest("upload", |o| {
                o.put("method", "PUT").put("url", uploading.upload.as_str());
                o.nest("headers", |o| {
                    for (name, value) in &uploading.headers {
                        o.put(name, value.as_str());
                    }
                });
            });
            o.put("expires_at", tree.moment(uploading.expires));
        });
    })
}

/// Returns a file all of whose bytes were uploaded.
pub fn file(tree: Tree, file: &File, url: &str) -> Reply {
    reply(tree, 200, |o| {
        o.nest("data", |o| {
            o.put("id", file.id.as_str()).put("url", url).put("name", file.name.as_str());
            o.put("size", file.size).put("type", file.mime.as_str());
        });
    })
}
