//! The bytes of files in a bucket of S3 or of a compatible service. Clients upload them directly, to an address that is signed
//! for one file; downloads go through this server.

use std::fmt;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use chat_domain::{File, FileId};
use http::header::{CONTENT_LENGTH, RANGE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use rusty_s3::actions::{DeleteObject, GetObject, HeadObject, PutObject};
use rusty_s3::{Credentials, S3Action, UrlStyle};
use tokio::sync::mpsc;
use tokio::time::timeout;
use url::Url;

use crate::account::secret::Secret;
use crate::client::{Client, ClientSettings};

/// A bucket with the bytes of files.
pub struct Bucket {
    place: rusty_s3::Bucket,
    credentials: Credentials,
    prefix: String,
    client: Client,
}

/// The key with which this server signs requests to a bucket.
#[derive(Debug)]
pub struct BucketKey {
    /// The name of the key.
    pub id: String,
    /// The secret of the key.
    pub secret: Secret,
    /// The token that comes with a temporary key.
    pub session: Option<Secret>,
}

impl Bucket {
    /// Opens the bucket at an address such as `s3://BUCKET/PREFIX?endpoint=https://s3.example&region=eu-west-1`. Without an
    /// endpoint it is one of Amazon's. The bucket is not asked anything yet.
    pub fn new(address: &str, key: BucketKey) -> Result<Bucket, String> {
        let (place, prefix) = parse(address)?;
        let secret = key.secret.reveal().to_owned();
        let credentials = match key.session {
            Some(session) => Credentials::new_with_token(key.id, secret, session.reveal().to_owned()),
            None => Credentials::new(key.id, secret),
        };
        let settings = ClientSettings { most: LONGEST_REFUSAL, ..ClientSettings::default() };
        let client = Client::new(settings).map_err(|error| error.to_string())?;
        Ok(Bucket { place, credentials, prefix, client })
    }

    /// Checks whether an address can be a bucket's.
    pub fn check(address: &str) -> Result<(), String> {
        parse(address).map(drop)
    }

    /// Returns the origin to which pages must be allowed to send files.
    pub fn origin(&self) -> String {
        self.place.base_url().origin().ascii_serialization()
    }

    /// Returns the address to which a file is uploaded, and the headers that the upload must have: its size, its type, and that
    /// it must not replace another.
    pub(crate) fn upload(&self, file: &File, within: Duration) -> (String, Vec<(&'static str, String)>) {
        let (object, size) = (self.object(file.id), file.size.to_string());
        let mut put = PutObject::new(&self.place, Some(&self.credentials), &object);
        let headers = put.headers_mut();
        headers.insert("content-type", file.mime.clone());
        headers.insert("content-length", size);
        headers.insert("if-none-match", "*");
        let address = put.sign(within.min(LONGEST_SIGNED)).to_string();
        (address, vec![("Content-Type", file.mime.clone()), ("If-None-Match", "*".into())])
    }

    /// Returns the size of a file; `None` if it is not there, or is still being uploaded.
    pub(crate) async fn size(&self, id: FileId) -> io::Result<Option<u64>> {
        let object = self.object(id);
        let address = HeadObject::new(&self.place, Some(&self.credentials), &object).sign(SIGNED);
        let answer = self.ask(Method::HEAD, &address, None).await?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::OK => {
                let size = answer.headers().get(CONTENT_LENGTH).and_then(|size| size.to_str().ok()?.parse().ok());
                size.map(Some).ok_or_else(|| io::Error::other("the bucket does not say how large a file is"))
            }
            other => Err(refused(other)),
        }
    }

    /// Returns the first `most` bytes of a file, or all of a shorter one.
    pub(crate) async fn first(&self, id: FileId, most: usize) -> io::Result<Vec<u8>> {
        let answer = self.get(id, 0, most as u64).await?;
        let body = timeout(PATIENCE, answer.into_body().collect()).await.map_err(io::Error::other)?;
        let mut first = body.map_err(io::Error::other)?.to_bytes().to_vec();
        first.truncate(most);
        Ok(first)
    }

    /// Reads a part of a file, as fast as the receiver takes it. If reading fails, the channel ends early.
    pub(crate) async fn read(&self, id: FileId, from: u64, length: u64) -> io::Result<mpsc::Receiver<Bytes>> {
        let mut body = self.get(id, from, length).await?.into_body();
        let (give, take) = mpsc::channel(1);
        tokio::spawn(async move {
            while let Ok(Some(frame)) = timeout(PATIENCE, body.frame()).await {
                match frame.map(|frame| frame.into_data()) {
                    Ok(Ok(chunk)) => {
                        if give.send(chunk).await.is_err() {
                            return;
                        }
                    }
                    // Trailers are skipped.
                    Ok(Err(_)) => {}
                    Err(error) => return tracing::warn!(%id, %error, "a file broke off"),
                }
            }
        });
        Ok(take)
    }

    /// Deletes a file. It is no error if there is none.
    pub(crate) async fn delete(&self, id: FileId) -> io::Result<()> {
        let object = self.object(id);
        let address = DeleteObject::new(&self.place, Some(&self.credentials), &object).sign(SIGNED);
        match self.ask(Method::DELETE, &address, None).await?.status() {
            status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
            other => Err(refused(other)),
        }
    }

    async fn get(&self, id: FileId, from: u64, length: u64) -> io::Result<Response<Incoming>> {
        let object = self.object(id);
        let address = GetObject::new(&self.place, Some(&self.credentials), &object).sign(SIGNED);
        let range = format!("bytes={from}-{}", from + length.max(1) - 1);
        let answer = self.ask(Method::GET, &address, Some(range)).await?;
        match answer.status() {
            StatusCode::PARTIAL_CONTENT => Ok(answer),
            // A service that does not know ranges answers with the whole file.
            StatusCode::OK if from == 0 => Ok(answer),
            other => Err(refused(other)),
        }
    }

    async fn ask(&self, method: Method, address: &Url, range: Option<String>) -> io::Result<Response<Incoming>> {
        let mut request = Request::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
        *request.method_mut() = method;
        *request.uri_mut() = address.as_str().parse().map_err(io::Error::other)?;
        if let Some(range) = range {
            request.headers_mut().insert(RANGE, HeaderValue::try_from(range).map_err(io::Error::other)?);
        }
        self.client.start(request).await.map_err(io::Error::other)
    }

    /// Names that people give are no part of the object's name.
    fn object(&self, id: FileId) -> String {
        format!("{}{id}", self.prefix)
    }
}

/// Leaves the key out.
impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket").field("place", &self.place).field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

fn parse(address: &str) -> Result<(rusty_s3::Bucket, String), String> {
    let wrong = |why: &str| format!("`{address}` is no bucket such as s3://BUCKET/PREFIX?endpoint=&region=: {why}");
    let url = Url::parse(address).map_err(|error| wrong(&error.to_string()))?;
    let name = url.host_str().filter(|name| !name.is_empty()).ok_or_else(|| wrong("it has no name"))?;
    if url.scheme() != "s3" || !url.username().is_empty() || url.password().is_some() || url.port().is_some() {
        return Err(wrong("a name and a path are all that stands before the `?`; keys are taken from the environment"));
    }
    let (mut endpoint, mut region) = (None, "us-east-1".to_owned());
    for (field, value) in url.query_pairs().filter(|(_, value)| !value.is_empty()) {
        match &*field {
            "endpoint" => endpoint = Some(value.into_owned()),
            "region" => region = value.into_owned(),
            other => return Err(wrong(&format!("`{other}` is unknown"))),
        }
    }
    let style = if endpoint.is_some() { UrlStyle::Path } else { UrlStyle::VirtualHost };
    let endpoint = endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
    let endpoint = Url::parse(&endpoint).map_err(|error| wrong(&format!("the endpoint: {error}")))?;
    let place = rusty_s3::Bucket::new(endpoint, style, name.to_owned(), region);
    let prefix = url.path().trim_matches('/');
    let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
    Ok((place.map_err(|error| wrong(&error.to_string()))?, prefix))
}

fn refused(status: StatusCode) -> io::Error {
    io::Error::other(format!("the bucket answered {}", status.as_u16()))
}

/// For how long an address is signed that is used at once.
const SIGNED: Duration = Duration::from_secs(300);
/// The longest time for which an address can be signed.
const LONGEST_SIGNED: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long to wait for the next bytes.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many bytes of an answer are read as a whole.
const LONGEST_REFUSAL: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(address: &str) -> Result<Bucket, String> {
        Bucket::new(address, BucketKey { id: "key".into(), secret: Secret::new("secret"), session: None })
    }

    #[test]
    fn a_file_is_brought_with_its_size_and_type_and_never_over_another() {
        let bucket = bucket("s3://files/chat/7?endpoint=http%3A%2F%2F127.0.0.1%3A8333&region=eu-west-1").expect("one");
        assert_eq!(bucket.origin(), "http://127.0.0.1:8333");
        let file = File { id: FileId::of_bits(7), name: "../a".into(), size: 9, mime: "image/png".into() };
        let (address, headers) = bucket.upload(&file, Duration::from_secs(60));
        let path = format!("http://127.0.0.1:8333/files/chat/7/{}?", file.id);
        assert!(address.starts_with(&path), "{address}");
        let signed = "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bif-none-match";
        assert!(address.contains(signed) && address.contains("X-Amz-Expires=60"), "{address}");
        assert_eq!(headers, [("Content-Type", "image/png".into()), ("If-None-Match", "*".into())]);
        assert!(!format!("{bucket:?}").contains("secret"));
    }

    #[test]
    fn without_an_endpoint_it_is_one_of_amazons() {
        assert_eq!(
            bucket("s3://files?region=eu-west-1").expect("one").origin(),
            "https://files.s3.eu-west-1.amazonaws.com"
        );
        for wrong in
            ["s3://", "s3:files", "https://files/a", "s3://files?zone=1", "s3://key:secret@files", "s3://a?endpoint=b"]
        {
            assert!(bucket(wrong).is_err(), "{wrong}");
        }
    }
}
