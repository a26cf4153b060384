//! Encrypting a push for its device (RFC 8291), so that the push service cannot read it.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chat_domain::Device;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::error::Unspecified;
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::{SecureRandom, SystemRandom};

/// The keys of the device for which something is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keys {
    point: [u8; POINT],
    auth: [u8; 16],
}

impl Keys {
    /// Reads a device's keys as browsers write them; `None` if they are invalid.
    pub(crate) fn of(device: &Device) -> Option<Keys> {
        Keys::read(&device.key, &device.auth)
    }

    /// Reads the two keys from their texts.
    pub(crate) fn read(key: &str, auth: &str) -> Option<Keys> {
        let point: [u8; POINT] = TEXT.decode(key).ok()?.try_into().ok()?;
        let auth = TEXT.decode(auth).ok()?.try_into().ok()?;
        // 4 marks an uncompressed point.
        (point[0] == 4).then_some(Keys { point, auth })
    }

    /// Returns the secret that the device shares with this server only.
    pub(super) fn auth(&self) -> &[u8] {
        &self.auth
    }

    /// Encrypts a text as one record of the coding `aes128gcm`, with keys that are used once. It fails if the device's key is not
    /// a point of the curve.
    pub(super) fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let random = SystemRandom::new();
        let ours = EphemeralPrivateKey::generate(&ECDH_P256, &random)?;
        let public = ours.compute_public_key()?;
        let mut salt = [0; 16];
        random.fill(&mut salt)?;
        let theirs = UnparsedPublicKey::new(&ECDH_P256, &self.point);
        agree_ephemeral(ours, &theirs, |shared| self.seal_with(shared, public.as_ref(), salt, plain))?
    }

    fn seal_with(&self, shared: &[u8], public: &[u8], salt: [u8; 16], plain: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let secret: [u8; 32] =
            derive(&Salt::new(HKDF_SHA256, &self.auth).extract(shared), &[b"WebPush: info\0", &self.point, public])?;
        let secret = Salt::new(HKDF_SHA256, &salt).extract(&secret);
        let key: [u8; 16] = derive(&secret, &[b"Content-Encoding: aes128gcm\0"])?;
        let nonce: [u8; 12] = derive(&secret, &[b"Content-Encoding: nonce\0"])?;
        let mut sealed = Vec::with_capacity(HEAD + plain.len() + AES_128_GCM.tag_len() + 1);
        sealed.extend(salt);
        sealed.extend(RECORD.to_be_bytes());
        sealed.push(POINT as u8);
        sealed.extend(public);
        let mut record = plain.to_vec();
        // The delimiter of the last record.
        record.push(2);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;
        sealed.extend(record);
        Ok(sealed)
    }
}

/// Derives bytes for a purpose from a secret (HKDF).
fn derive<const N: usize>(secret: &Prk, purpose: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    struct Bytes(usize);
    impl KeyType for Bytes {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut bytes = [0; N];
    secret.expand(purpose, Bytes(N))?.fill(&mut bytes)?;
    Ok(bytes)
}

/// Base64 as browsers write keys, with or without padding.
const TEXT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The length of an uncompressed point.
const POINT: usize = 65;
/// The length of the header before the record.
const HEAD: usize = 16 + 4 + 1 + POINT;
/// The record size that the header names. Everything is in one record.
const RECORD: u32 = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8291, appendix A, from the shared secret on.
    #[test]
    fn the_example_of_the_specification_comes_out() {
        let bytes = |text: &str| TEXT.decode(text).expect("base64");
        let key = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let keys = Keys::read(key, "BTBZMqHH6r4Tts7J_aSIgg").expect("keys");
        let public = bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        let shared = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().expect("16 bytes");
        let sealed = keys.seal_with(&shared, &public, salt, b"When I grow up, I want to be a watermelon");
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(TEXT.encode(sealed.expect("a body")), expected);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let good = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let auth = "BTBZMqHH6r4Tts7J_aSIgg";
        assert!(Keys::read(&format!("{good}="), &format!("{auth}==")).is_some(), "with padding, too");
        for (key, auth) in [(good, "BTBZ"), ("BCVx", auth), ("", ""), (&good.replace('-', "+"), auth), (auth, good)] {
            assert_eq!(Keys::read(key, auth), None, "{key} {auth}");
        }
        assert_eq!(Keys::read(&format!("D{}", &good[1..]), auth), None, "it is compressed");
        let off_the_curve = format!("B{}", "A".repeat(86));
        assert!(Keys::read(&off_the_curve, auth).expect("65 bytes").seal(b"x").is_err());
    }
}
