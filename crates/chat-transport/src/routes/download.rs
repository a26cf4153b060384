//! Downloading a file.

use chat_domain::{Bond, FileRow};
use chat_protocol::Trouble;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, IF_RANGE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};

use super::call::Call;
use super::file::{in_path, known, last_part};
use crate::account::caller::How;
use crate::carry::http::{Body, empty};
use crate::files::range::{Piece, Wanted};
use crate::files::{FileSettings, kinds, unkept};

/// Answers with a file, with a part of it, or with the note that the client's copy is still right.
pub(super) async fn file(call: &Call<'_>) -> Result<Response<Body>, Trouble> {
    let (files, row) = known(call).await?;
    if last_part(call.parts.uri.path()).as_deref() != Some(&row.file.name) || !row.is_whole {
        return Err(Trouble::NoRoute);
    }
    if files.private {
        admit(call, &row).await?;
    }
    let (asked, size, tag) = (&call.parts.headers, row.file.size, format!("\"{}\"", row.file.id));
    let mut response = match condition(asked, &tag) {
        Some(status) => empty(status),
        None => {
            let part = match asked.get(IF_RANGE) {
                Some(same) if same.as_bytes() != tag.as_bytes() => Wanted::All,
                _ => Wanted::of(asked, size),
            };
            wanted(call, files, &row, part).await?
        }
    };
    let headers = response.headers_mut();
    put(headers, ETAG, tag);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}

/// Checks the caller where files are private: before a message names a file only its owner may read it, afterwards the members of
/// its rooms.
async fn admit(call: &Call<'_>, row: &FileRow) -> Result<(), Trouble> {
    let caller = call.app.gate.authenticate(call.parts, How::Stream, call.now).await?;
    match row.bond {
        Bond::Bound(room, _) => call.app.journal.head(caller.id(), room).await.map(drop).map_err(Trouble::from),
        Bond::Free if row.owner == caller.id() => Ok(()),
        Bond::Free | Bond::Gone => Err(Trouble::Forbidden("only who brought this file may read it yet")),
    }
}

/// Returns the status of a conditional request that needs no file. A file never changes, so the client's copy is right or of
/// another file.
fn condition(asked: &HeaderMap, tag: &str) -> Option<StatusCode> {
    let names = |header: HeaderName| {
        let mut lines = asked.get_all(header).iter().filter_map(|line| line.to_str().ok()).peekable();
        lines.peek()?;
        let mut tags = lines.flat_map(|line| line.split(',')).map(|item| item.trim().trim_start_matches("W/"));
        Some(tags.any(|item| item == "*" || item == tag))
    };
    match (names(IF_MATCH), names(IF_NONE_MATCH)) {
        (Some(false), _) => Some(StatusCode::PRECONDITION_FAILED),
        (_, Some(true)) => Some(StatusCode::NOT_MODIFIED),
        _ => None,
    }
}

async fn wanted(call: &Call<'_>, files: &FileSettings, row: &FileRow, part: Wanted) -> Result<Response<Body>, Trouble> {
    let (id, size) = (row.file.id, row.file.size);
    let (status, piece) = match part {
        Wanted::All => (StatusCode::OK, Piece { from: 0, length: size }),
        Wanted::Part(piece) => (StatusCode::PARTIAL_CONTENT, piece),
        Wanted::Nothing => {
            let mut response = empty(StatusCode::RANGE_NOT_SATISFIABLE);
            put(response.headers_mut(), CONTENT_RANGE, format!("bytes */{size}"));
            return Ok(response);
        }
    };
    // Where nothing of this type is shown, nothing need be looked at.
    let first = match kinds::may_be_shown(&row.file.mime) {
        true => files.shelf.first(id, kinds::ENOUGH).await.map_err(unkept)?,
        false => Vec::new(),
    };
    let mut response = match call.parts.method {
        Method::HEAD => empty(status),
        _ => {
            let chunks = files.shelf.read(id, piece.from, piece.length).await.map_err(unkept)?;
            let mut response = Response::new(Body::chunks(chunks, piece.length));
            *response.status_mut() = status;
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(piece.length));
    if status == StatusCode::PARTIAL_CONTENT {
        put(headers, CONTENT_RANGE, format!("bytes {}-{}/{size}", piece.from, piece.from + piece.length - 1));
    }
    let shown = kinds::shown(&row.file.mime, &first);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(shown.unwrap_or("application/octet-stream")));
    let how = if shown.is_some() { "inline" } else { "attachment" };
    put(headers, CONTENT_DISPOSITION, format!("{how}; filename*=UTF-8''{}", in_path(&row.file.name)));
    Ok(response)
}

/// Sets a header whose value is made here and so is always allowed.
fn put(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
