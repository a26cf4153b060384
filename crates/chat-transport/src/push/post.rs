//! Sending one push to a push service.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use chat_domain::devices::{Push, Ready, Waiting};
use chat_protocol::rest::answer::pushed;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use http::{Request, Response, StatusCode, Uri};
use ring::hmac;
use tracing::debug;

use super::mail::End;
use super::seal::Keys;
use super::vouch::Voucher;
use crate::app::App;
use crate::client::Client;

/// Pushes to a device what waits for it, if it is still worth it.
pub(super) async fn tell(app: &App, client: &Client, voucher: &Voucher, waiting: Waiting) -> End {
    let push = match app.subscribers.push_of(waiting, app.now()).await {
        Ok(Ready::Push(push)) => push,
        Ok(Ready::Nothing) => return End::Nothing,
        Ok(Ready::Gone) => return End::Gone,
        Err(_) => return End::Unread,
    };
    let Some(request) = request(app, voucher, &push) else {
        // The device's address or key is invalid, so nothing can ever be pushed to it.
        return End::Gone;
    };
    let end = match client.send(request).await {
        Ok(answer) => judge(&answer, SystemTime::now()),
        Err(unreached) => End::Again(unreached.to_string(), None),
    };
    debug!(device = %push.device.id, ?end, "was pushed");
    app.hub.metrics().pushes().tried(&end);
    end
}

/// Makes the request of RFC 8030; `None` if the device's address or key is invalid.
fn request(app: &App, voucher: &Voucher, push: &Push) -> Option<Request<Bytes>> {
    let settings = &app.settings.push;
    let (keys, address) = (Keys::of(&push.device)?, push.device.address.parse::<Uri>().ok()?);
    let sealed = keys.seal(&pushed(push, settings.content)).ok()?;
    let vouched = voucher.vouch(&address, &settings.contact, app.now())?;
    Request::post(address)
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_ENCODING, "aes128gcm")
        .header(AUTHORIZATION, vouched)
        .header("ttl", settings.keep.as_secs())
        .header("urgency", "high")
        .header("topic", topic(&keys, push))
        .body(Bytes::from(sealed))
        .ok()
}

/// Returns the topic under which a later push of the same room replaces an earlier one. It tells the push service nothing, since
/// it differs for each device.
fn topic(keys: &Keys, push: &Push) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, keys.auth()), &push.room.uuid().0.to_be_bytes());
    // A topic may have at most 32 letters.
    URL_SAFE_NO_PAD.encode(tag.as_ref().get(..24).unwrap_or_default())
}

fn judge<B>(answer: &Response<B>, now: SystemTime) -> End {
    let (status, said) = (answer.status(), format!("it answered {}", answer.status().as_u16()));
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => End::Gone,
        StatusCode::TOO_MANY_REQUESTS => End::Again(said, not_before(answer, now)),
        _ if status.is_server_error() => End::Again(said, not_before(answer, now)),
        // Any other answer would be the same another time.
        _ => End::Settled(said),
    }
}

/// Reads `Retry-After`, in seconds or as a date.
fn not_before<B>(answer: &Response<B>, now: SystemTime) -> Option<Duration> {
    let text = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    let moment = || httpdate::parse_http_date(text).ok()?.duration_since(now).ok();
    text.parse().ok().map(Duration::from_secs).or_else(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged() {
        let answer = |status: u16, after: &str| {
            let answer = Response::builder().status(status);
            if after.is_empty() { answer.body(()) } else { answer.header(RETRY_AFTER, after).body(()) }
        };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777 - 60);
        let judge = |status, after: &str| judge(&answer(status, after).expect("an answer"), now);
        assert_eq!(judge(201, ""), End::Settled("it answered 201".into()));
        assert_eq!(judge(413, ""), End::Settled("it answered 413".into()));
        assert_eq!((judge(404, ""), judge(410, "")), (End::Gone, End::Gone));
        let again = |said: &str, after: Option<u64>| End::Again(said.into(), after.map(Duration::from_secs));
        assert_eq!(judge(429, "120"), again("it answered 429", Some(120)));
        assert_eq!(judge(503, "Sun, 06 Nov 1994 08:49:37 GMT"), again("it answered 503", Some(60)));
        assert_eq!(judge(500, ""), again("it answered 500", None));
        assert_eq!(judge(429, "soon"), again("it answered 429", None));
    }
}
