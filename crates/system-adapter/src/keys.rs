//! One secret to configure, a key for each purpose.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use souk_ports::PortError;

/// A key, and the one whose place it took, while what was made with that one is still about.
#[derive(Clone)]
pub struct KeyPair {
    /// What everything new is made with.
    pub current: [u8; 32],
    /// What is still read.
    pub previous: Option<[u8; 32]>,
}

impl KeyPair {
    /// A key that took nobody's place.
    pub fn single(key: [u8; 32]) -> Self {
        Self { current: key, previous: None }
    }

    /// The present one first.
    pub(crate) fn both(&self) -> impl Iterator<Item = &[u8; 32]> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

/// Derives keys from the server's secret. Keys of different purposes tell nothing about one another or the secret
/// (HMAC-SHA-256 as the expand step of HKDF, RFC 5869).
#[derive(Clone)]
pub struct Keys {
    secret: SecretString,
    previous: Option<SecretString>,
}

impl Keys {
    /// Takes the secret. Its length is for the configuration to judge.
    pub fn new(secret: SecretString) -> Self {
        Self { secret, previous: None }
    }

    /// Goes on reading what was made with another secret.
    #[must_use]
    pub fn after(self, previous: Option<SecretString>) -> Self {
        Self { previous, ..self }
    }

    /// The key for a purpose. The same secret and purpose give the same key on every server.
    pub fn derive(&self, purpose: &str) -> Result<[u8; 32], PortError> {
        derive(&self.secret, purpose)
    }

    /// The key for a purpose, with the one that the secret before gave for it.
    pub fn derive_pair(&self, purpose: &str) -> Result<KeyPair, PortError> {
        let previous = self.previous.as_ref().map(|secret| derive(secret, purpose)).transpose()?;
        Ok(KeyPair { current: self.derive(purpose)?, previous })
    }
}

fn derive(secret: &SecretString, purpose: &str) -> Result<[u8; 32], PortError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .map_err(|error| PortError::Unexpected(error.to_string()))?;
    mac.update(purpose.as_bytes());
    mac.update(&[1]);
    Ok(mac.finalize().into_bytes().into())
}

/// HMAC-SHA-256 under a key of 32 bytes. HMAC fills a key up with zeros to its block of 64 bytes (RFC 2104); here the
/// compiler sees that it fits.
pub(crate) fn mac(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(byte, of)| *byte = *of);
    Hmac::new(&block.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_by_secret_and_purpose_only() {
        let one = Keys::new("a".repeat(32).into());
        let other = Keys::new("b".repeat(32).into());
        assert_eq!(one.derive("x"), Keys::new("a".repeat(32).into()).derive("x"));
        assert_ne!(one.derive("x"), one.derive("y"));
        assert_ne!(one.derive("x"), other.derive("x"));
    }

    #[test]
    fn a_pair_holds_the_keys_of_both_secrets() {
        let (old, new) = (Keys::new("a".repeat(32).into()), Keys::new("b".repeat(32).into()));
        let pair = new.clone().after(Some("a".repeat(32).into())).derive_pair("x").unwrap();
        assert_eq!(Ok(pair.current), new.derive("x"));
        assert_eq!(pair.previous, old.derive("x").ok());
        assert_eq!(new.derive_pair("x").unwrap().previous, None);
    }

    #[test]
    fn a_short_key_gives_the_mac_that_the_standard_says() {
        let mut by_slice = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
        let mut by_block = mac(&[7; 32]);
        for mac in [&mut by_slice, &mut by_block] {
            mac.update(b"message");
        }
        assert_eq!(by_slice.finalize().into_bytes(), by_block.finalize().into_bytes());
    }
}
