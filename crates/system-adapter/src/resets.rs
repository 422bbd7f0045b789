//! Tokens that let somebody choose a new password: 256 random bits, of which only the hash is stored.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use souk_domain::session::ResetHash;
use souk_ports::{
    PortError,
    session::{ResetToken, ResetTokens},
};

/// Makes random reset tokens.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomResetTokens;

impl ResetTokens for RandomResetTokens {
    fn issue(&self) -> Result<ResetToken, PortError> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| PortError::Unexpected(format!("randomness: {error}")))?;
        Ok(ResetToken { token: URL_SAFE_NO_PAD.encode(secret), hash: hash(secret) })
    }

    fn parse(&self, token: &str) -> Option<ResetHash> {
        // People copy it out of a mail, and a space comes along.
        URL_SAFE_NO_PAD.decode(token.trim()).ok()?.try_into().ok().map(hash)
    }
}

fn hash(secret: [u8; 32]) -> ResetHash {
    ResetHash(Sha256::digest(secret).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_what_was_stored_of_it() {
        let (one, two) = (RandomResetTokens.issue().unwrap(), RandomResetTokens.issue().unwrap());
        assert_ne!(one.token, two.token);
        assert_eq!(RandomResetTokens.parse(&format!(" {}\n", one.token)), Some(one.hash));
        for bad in ["", "x", &one.token[1..], &format!("{}A", one.token)] {
            assert_eq!(RandomResetTokens.parse(bad), None, "{bad}");
        }
    }
}
