//! Signatures by Standard Webhooks 1.0.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chat_domain::Time;
use chat_domain::subscribers::Webhook;
use ring::hmac;

/// Makes a new secret of 256 random bits.
pub(crate) fn fresh() -> Result<String, getrandom::Error> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits)?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(bits)))
}

/// Returns the header `webhook-signature`: a signature for each secret that is good at this moment.
pub(super) fn signature(webhook: &Webhook, id: &str, now: Time, body: &[u8]) -> String {
    let former = webhook.former.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
    let signed =
        [Some(&webhook.secret), former].into_iter().flatten().map(|secret| sign(secret, id, seconds(now), body));
    signed.collect::<Vec<_>>().join(" ")
}

/// Returns the header `webhook-timestamp`.
pub(super) fn seconds(now: Time) -> i64 {
    now.0.div_euclid(1_000_000)
}

fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> String {
    let text = secret.strip_prefix(PREFIX).unwrap_or(secret);
    // Secrets made here are base64. Any other text is used as it is.
    let key = STANDARD.decode(text).unwrap_or_else(|_| text.as_bytes().to_vec());
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key));
    context.update(format!("{id}.{timestamp}.").as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign()))
}

const PREFIX: &str = "whsec_";

#[cfg(test)]
mod tests {
    use super::*;
    use chat_domain::Uuid;

    /// The example from the specification's own libraries.
    #[test]
    fn the_example_of_the_specification_comes_out() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_former_secret_signs_too_until_its_time_is_over() {
        let mut webhook = Webhook {
            id: Uuid(1),
            address: String::new(),
            wants: vec![],
            rooms: vec![],
            secret: fresh().expect("chance"),
            former: None,
            created_at: Time(0),
        };
        let alone = signature(&webhook, "a", Time(0), b"x");
        webhook.former = Some((webhook.secret.clone(), Time(5)));
        webhook.secret = fresh().expect("chance");
        let both = signature(&webhook, "a", Time(0), b"x");
        assert_eq!(both.split(' ').nth(1), Some(alone.as_str()));
        assert!(!signature(&webhook, "a", Time(5), b"x").contains(' '));
    }
}
