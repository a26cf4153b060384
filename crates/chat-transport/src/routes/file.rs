//! Files: announcing and uploading them.

use std::sync::Arc;

use chat_domain::files::Announced;
use chat_domain::{Bond, File, FileId, FileRow};
use chat_protocol::Trouble;
use chat_protocol::rest::answer::Uploading;
use chat_protocol::rest::body::AnnounceFile;
use chat_protocol::rest::{Reply, Tree, answer, plain_segment};
use http::header::HOST;
use http::{HeaderValue, Response, StatusCode};
use hyper::body::Incoming;

use super::call::{Call, unexpected};
use crate::account::caller::Caller;
use crate::carry::http::{Body, empty, ignore, json};
use crate::files::range::Piece;
use crate::files::{Begin, FileSettings, Folder, Shelf, UPLOAD_OFFSET, receive, unkept};

/// Announces a file, whose bytes are uploaded later.
pub(super) async fn announce(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let files = settings(call)?;
    let AnnounceFile { name, size, mime } = AnnounceFile::read(&call.body)?;
    let mut bits = [0; 16];
    if !call.app.hub.depot().fill(&mut bits) {
        return Err(unexpected());
    }
    let file = Arc::new(File { id: FileId::of_bits(u128::from_le_bytes(bits)), name, size, mime });
    file.check(files.most)?;
    match files.known.announce(file.clone(), caller.id(), files.quota, call.now).await? {
        Announced::Full(wait) => return Err(Trouble::TooFast(wait.as_secs().max(1))),
        Announced::Taken => {}
    }
    let (upload, headers) = match &*files.shelf {
        Shelf::Folder(_) => {
            let place = whereabouts(call, files);
            (format!("{place}/{}", file.id), vec![("Content-Type", file.mime.clone())])
        }
        Shelf::Bucket(bucket) => bucket.upload(&file, files.keep_unbound),
    };
    let (url, expires) = (url(call, files, &file), call.now.after(files.keep_unbound));
    let uploading = Uploading { url, upload, headers, expires };
    Ok(answer::announced(call.target.tree, &file, &uploading))
}

/// Confirms that all bytes of a file are there.
pub(super) async fn done(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (files, row) = known(call).await?;
    if row.owner != caller.id() {
        return Err(Trouble::NoRoute);
    }
    if !row.is_whole {
        files.confirm(&row).await?;
    }
    Ok(answer::file(call.target.tree, &row.file, &url(call, files, &row.file)))
}

/// Receives bytes of a file.
pub(super) async fn upload(call: &Call<'_>, body: Incoming) -> Result<Response<Body>, Trouble> {
    let (files, row) = known(call).await?;
    let patience = call.app.settings.http.patience;
    let begun = match begin(call, files, &row).await {
        Ok(begun) => begun,
        Err(trouble) => {
            ignore(&call.parts.headers, body, patience).await;
            return Err(trouble);
        }
    };
    let (piece, begun) = begun;
    // A task of its own: bytes that came are kept even if the client goes away.
    let received = tokio::spawn(receive(begun, body, piece.length, patience)).await;
    let begun = received.map_err(|_| unexpected())??;
    if !piece.is_last(row.file.size) {
        return Ok(come(StatusCode::NO_CONTENT, piece.from + piece.length));
    }
    begun.finish().await.map_err(unkept)?;
    files.known.is_whole(row.file.id).await?;
    let whole = answer::file(call.target.tree, &row.file, &url(call, files, &row.file));
    let mut response = json(StatusCode::OK, whole.body);
    response.headers_mut().insert(UPLOAD_OFFSET, HeaderValue::from(row.file.size));
    Ok(response)
}

/// Returns the part that a request uploads, if it is the next one, and the file to append it to.
async fn begin(call: &Call<'_>, files: &FileSettings, row: &FileRow) -> Result<(Piece, crate::files::Begun), Trouble> {
    let size = row.file.size;
    let piece = Piece::brought(&call.parts.headers, size)?;
    if row.is_whole {
        return Err(Trouble::Offset(size));
    }
    match folder(files)?.begin(row.file.id).await.map_err(unkept)? {
        Begin::Begun(begun) if begun.length == piece.from => Ok((piece, begun)),
        Begin::Begun(begun) => Err(Trouble::Offset(begun.length)),
        Begin::Busy(come) => Err(Trouble::Offset(come)),
        Begin::Whole => {
            // A node died after the last byte was written, and before that was noted.
            files.known.is_whole(row.file.id).await?;
            Err(Trouble::Offset(size))
        }
    }
}

/// Answers how many bytes of a file are there.
pub(super) async fn uploaded(call: &Call<'_>) -> Result<Response<Body>, Trouble> {
    let (files, row) = known(call).await?;
    let there = match row.is_whole {
        true => row.file.size,
        false => folder(files)?.come(row.file.id).await.map_err(unkept)?.0,
    };
    Ok(come(StatusCode::NO_CONTENT, there))
}

fn come(status: StatusCode, offset: u64) -> Response<Body> {
    let mut response = empty(status);
    response.headers_mut().insert(UPLOAD_OFFSET, HeaderValue::from(offset));
    response
}

/// Returns the file that the path names.
pub(super) async fn known<'c>(call: &Call<'c>) -> Result<(&'c FileSettings, FileRow), Trouble> {
    let files = settings(call)?;
    let id = FileId::new(call.segment("file")).ok_or(Trouble::NoRoute)?;
    let row = files.known.file(id).await?.filter(|row| row.bond != Bond::Gone);
    Ok((files, row.ok_or(Trouble::NoRoute)?))
}

pub(super) fn settings<'c>(call: &Call<'c>) -> Result<&'c FileSettings, Trouble> {
    call.app.settings.files.as_ref().ok_or(Trouble::NoRoute)
}

/// Where bytes are brought to, if it is here.
fn folder(files: &FileSettings) -> Result<&Folder, Trouble> {
    files.shelf.folder().ok_or(Trouble::NoRoute)
}

/// Returns the full address of a file.
fn url(call: &Call<'_>, files: &FileSettings, file: &File) -> String {
    format!("{}/{}/{}", whereabouts(call, files), file.id, in_path(&file.name))
}

/// Returns the address below which files are, in the tree that was asked.
fn whereabouts(call: &Call<'_>, files: &FileSettings) -> String {
    let tree = call.target.tree.prefix();
    match &files.public_url {
        Some(url) => format!("{}{tree}/files", url.trim_end_matches('/')),
        None => {
            let host = call.parts.headers.get(HOST).and_then(|host| host.to_str().ok());
            let host = host.or_else(|| call.parts.uri.authority().map(|authority| authority.as_str()));
            let scheme = if call.is_tls { "https" } else { "http" };
            format!("{scheme}://{}{tree}/files", host.unwrap_or("localhost"))
        }
    }
}

/// Encodes a name for a path.
pub(super) fn in_path(name: &str) -> String {
    let mut path = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => path.push(char::from(byte)),
            other => path.push_str(&format!("%{other:02X}")),
        }
    }
    path
}

/// Returns the last part of a path, decoded.
pub(super) fn last_part(path: &str) -> Option<String> {
    plain_segment(path.rsplit('/').next()?)
}

/// Returns the paths, by tree, at which a file with the name `done` collides with the confirmation of its upload.
pub(super) fn called_done() -> impl Iterator<Item = (Tree, String)> {
    Tree::ALL.into_iter().map(|tree| (tree, format!("{}/files/{{file}}/done", tree.prefix())))
}
