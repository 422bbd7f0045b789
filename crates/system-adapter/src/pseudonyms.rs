//! Names under which something is counted without saying of whom.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use souk_domain::session::Pseudonym;
use souk_ports::session::Pseudonyms;

use crate::keys::mac;

/// Pseudonyms by HMAC-SHA-256. A plain hash would not do: e-mail addresses and network addresses can be guessed.
pub struct HmacPseudonyms {
    mac: Hmac<Sha256>,
}

impl HmacPseudonyms {
    /// Takes the key that all servers share. Under another key all counts begin anew.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { mac: mac(key) }
    }
}

impl Pseudonyms for HmacPseudonyms {
    fn of(&self, name: &str) -> Pseudonym {
        let mut mac = self.mac.clone();
        mac.update(name.as_bytes());
        Pseudonym(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_pseudonym_under_a_key() {
        let one = HmacPseudonyms::new(&[1; 32]);
        assert_eq!(one.of("ada"), HmacPseudonyms::new(&[1; 32]).of("ada"));
        assert_ne!(one.of("ada"), one.of("bob"));
        assert_ne!(one.of("ada"), HmacPseudonyms::new(&[2; 32]).of("ada"));
    }
}
