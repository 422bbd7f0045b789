//! Keys for the video of shows: 256 random bits, of which only the hash is stored.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use souk_domain::stream::IngestHash;
use souk_ports::{
    PortError,
    stream::{IngestKey, IngestKeys},
};

/// Makes random keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIngestKeys;

impl IngestKeys for RandomIngestKeys {
    fn issue(&self) -> Result<IngestKey, PortError> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| PortError::Unexpected(format!("randomness: {error}")))?;
        Ok(IngestKey { key: URL_SAFE_NO_PAD.encode(secret), hash: hash(secret) })
    }

    fn parse(&self, key: &str) -> Option<IngestHash> {
        URL_SAFE_NO_PAD.decode(key).ok()?.try_into().ok().map(hash)
    }
}

fn hash(secret: [u8; 32]) -> IngestHash {
    IngestHash(Sha256::digest(secret).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_what_was_stored_of_it() {
        let (one, two) = (RandomIngestKeys.issue().unwrap(), RandomIngestKeys.issue().unwrap());
        assert_ne!(one.key, two.key);
        assert_eq!(RandomIngestKeys.parse(&one.key), Some(one.hash));
        for bad in ["", "x", &one.key[1..], &format!("{}A", one.key), &format!("{} ", one.key)] {
            assert_eq!(RandomIngestKeys.parse(bad), None, "{bad}");
        }
    }
}
