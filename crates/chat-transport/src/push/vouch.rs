//! Identifying the server to push services (RFC 8292, VAPID): a key under which browsers subscribe, and the tokens that it signs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat_domain::Time;
use chat_protocol::rest::answer::vouching;
use http::Uri;
use ring::error::{KeyRejected, Unspecified};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

/// The key that signs.
pub(crate) struct Voucher {
    pair: EcdsaKeyPair,
    public: String,
}

impl Voucher {
    /// Makes a new key, in the form in which it is stored.
    pub(super) fn fresh() -> Result<String, Unspecified> {
        let fresh = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())?;
        Ok(URL_SAFE_NO_PAD.encode(fresh))
    }

    /// Reads a stored key.
    pub(super) fn kept(text: &str) -> Result<Voucher, KeyRejected> {
        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes, &SystemRandom::new())?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key());
        Ok(Voucher { pair, public })
    }

    /// Returns the public key, under which browsers subscribe.
    pub(crate) fn public(&self) -> &str {
        &self.public
    }

    /// Returns the header `Authorization` for a push to this address, good for some hours; `None` if the address has no host.
    pub(super) fn vouch(&self, address: &Uri, contact: &str, now: Time) -> Option<String> {
        let audience = format!("{}://{}", address.scheme_str()?, address.authority()?.as_str());
        let (head, claims) = vouching(&audience, now.0.div_euclid(1_000_000) + GOOD, contact);
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        Some(format!("vapid t={signed}.{}, k={}", URL_SAFE_NO_PAD.encode(signature), self.public))
    }
}

/// In seconds. RFC 8292 allows a day; this leaves room for clocks that differ.
const GOOD: i64 = 12 * 3600;

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn what_is_signed_names_the_server_and_no_more_of_the_address() {
        let kept = Voucher::fresh().expect("chance");
        let voucher = Voucher::kept(&kept).expect("a key");
        assert_eq!(Voucher::kept(&kept).expect("a key").public(), voucher.public());
        let address = "https://push.example:8443/secret".parse().expect("an address");
        let said = voucher.vouch(&address, "mailto:a@b.example", Time::from_secs(100)).expect("a header");
        let (token, key) = said.strip_prefix("vapid t=").and_then(|said| said.split_once(", k=")).expect("both");
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64");
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes(key));
        public.verify(signed.as_bytes(), &bytes(signature)).expect("a good signature");
        let claims = String::from_utf8(bytes(signed.split_once('.').expect("claims").1)).expect("text");
        assert_eq!(claims, r#"{"aud":"https://push.example:8443","exp":43300,"sub":"mailto:a@b.example"}"#);
    }
}
