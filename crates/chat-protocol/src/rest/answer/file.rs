//! Files that live here.

use chat_domain::{File, Time};

use super::super::Tree;
use super::{Reply, reply};

/// Where and how the bytes of a file are brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploading {
    /// Where it will be.
    pub url: String,
    /// Where its bytes go, with PUT.
    pub upload: String,
    /// With which headers.
    pub headers: Vec<(&'static str, String)>,
    /// Until when somebody must have named it.
    pub expires: Time,
}

/// A file whose bytes are to come.
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

/// A file, all of whose bytes are there.
pub fn file(tree: Tree, file: &File, url: &str) -> Reply {
    reply(tree, 200, |o| {
        o.nest("data", |o| {
            o.put("id", file.id.as_str()).put("url", url).put("name", file.name.as_str());
            o.put("size", file.size).put("type", file.mime.as_str());
        });
    })
}
