//! Documents about the server. They are the same for everybody, so each is compressed once and may be cached.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use sha2::{Digest, Sha256};

use crate::carry::http::{Body, empty, json};

/// A JSON document, plain and compressed.
pub(super) struct Document {
    plain: Bytes,
    zipped: Bytes,
    tag: HeaderValue,
}

impl Document {
    pub(super) fn new(plain: impl Into<Bytes>) -> Document {
        let plain = plain.into();
        let mut zip = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to a `Vec` cannot fail. If it did, the document would be sent uncompressed.
        let zipped = zip.write_all(&plain).and_then(|()| zip.finish()).unwrap_or_default();
        let digest: String = Sha256::digest(&plain)[..12].iter().map(|byte| format!("{byte:02x}")).collect();
        // Hexadecimal digits and quotes are always allowed in a header.
        let tag = HeaderValue::try_from(format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Document { plain, zipped: zipped.into(), tag }
    }

    /// Answers a request with these headers.
    pub(super) fn answer(&self, asked: &HeaderMap) -> Response<Body> {
        let is_known = values(asked, IF_NONE_MATCH).any(|tag| tag == "*" || tag.trim_start_matches("W/") == self.tag);
        let takes_zip = values(asked, ACCEPT_ENCODING).any(|coding| is_gzip(&coding)) && !self.zipped.is_empty();
        let mut response = match (is_known, takes_zip) {
            (true, _) => empty(StatusCode::NOT_MODIFIED),
            (false, true) => json(StatusCode::OK, self.zipped.to_vec()),
            (false, false) => json(StatusCode::OK, self.plain.to_vec()),
        };
        let headers = response.headers_mut();
        if takes_zip && !is_known {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        headers.insert(ETAG, self.tag.clone());
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
        response
    }
}

/// Returns the items of a header that is a list.
fn values(headers: &HeaderMap, name: http::HeaderName) -> impl Iterator<Item = String> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|item| item.trim().to_owned())
}

/// Tells whether an item of `Accept-Encoding` asks for gzip. A weight of 0 means no.
fn is_gzip(coding: &str) -> bool {
    let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
    let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
    matches!(name.trim(), "gzip" | "*") && weight.parse::<f32>().is_ok_and(|weight| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;
    use http_body_util::BodyExt;

    use super::*;

    async fn ask(document: &Document, headers: &[(http::HeaderName, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
        let (parts, body) = document.answer(&headers.collect()).into_parts();
        (parts.status, parts.headers, body.collect().await.unwrap().to_bytes().to_vec())
    }

    #[tokio::test]
    async fn it_is_compressed_for_who_asks_and_kept_by_who_has_it() {
        let text = "{\"a\":1}".repeat(100);
        let document = Document::new(text.clone());
        let (status, headers, body) = ask(&document, &[]).await;
        assert_eq!((status, body.as_slice()), (StatusCode::OK, text.as_bytes()));
        assert!(!headers.contains_key(CONTENT_ENCODING) && headers[CACHE_CONTROL] == "public, max-age=3600");
        let tag = headers[ETAG].to_str().unwrap().to_owned();

        let (_, headers, body) = ask(&document, &[(ACCEPT_ENCODING, "br, gzip;q=0.5")]).await;
        let mut unzipped = String::new();
        GzDecoder::new(body.as_slice()).read_to_string(&mut unzipped).unwrap();
        assert_eq!((headers[CONTENT_ENCODING].to_str().unwrap(), unzipped), ("gzip", text));

        let (_, headers, _) = ask(&document, &[(ACCEPT_ENCODING, "gzip;q=0, br")]).await;
        assert!(!headers.contains_key(CONTENT_ENCODING));
        let (status, headers, body) = ask(&document, &[(IF_NONE_MATCH, &format!("\"other\", W/{tag}"))]).await;
        assert_eq!((status, body.len(), headers[ETAG].to_str().unwrap()), (StatusCode::NOT_MODIFIED, 0, tag.as_str()));
    }
}
