//! One secret to configure, a key for each purpose.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use souk_ports::PortError;

/// Derives keys from the server's secret. Keys of different purposes tell nothing about one another or the secret
/// (HMAC-SHA-256 as the expand step of HKDF, RFC 5869).
#[derive(Clone)]
pub struct Keys {
    secret: SecretString,
}

impl Keys {
    /// Takes the secret. Its length is for the configuration to judge.
    pub fn new(secret: SecretString) -> Self {
        Self { secret }
    }

    /// The key for a purpose. The same secret and purpose give the same key on every server.
    pub fn derive(&self, purpose: &str) -> Result<[u8; 32], PortError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.expose_secret().as_bytes())
            .map_err(|error| PortError::Unexpected(error.to_string()))?;
        mac.update(purpose.as_bytes());
        mac.update(&[1]);
        Ok(mac.finalize().into_bytes().into())
    }
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
}
