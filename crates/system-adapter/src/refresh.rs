//! Refresh tokens: the session's id, a dot, and a secret of 256 bits. Only the hash of the secret is stored, so that a
//! copy of the database lets nobody in; a slow hash is not needed for what cannot be guessed.
//!
//! The first secret of a session is random. Each further one follows from the one before it under the servers' key: a
//! client whose answer was lost presents its old token to any server and gets the very same new one, though nobody has
//! kept it. Without the key nobody can tell a child from its parent.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use souk_domain::{id::SessionId, session::RefreshHash};
use souk_ports::{
    PortError,
    session::{PresentedToken, RefreshToken, RefreshTokens},
};
use uuid::Uuid;

use crate::{KeyPair, keys::mac};

/// Makes refresh tokens whose children follow from them.
pub struct HmacRefreshTokens {
    // The present key first.
    macs: Vec<Hmac<Sha256>>,
}

impl HmacRefreshTokens {
    /// Takes the keys that all servers share.
    pub fn new(keys: &KeyPair) -> Self {
        Self { macs: keys.both().map(mac).collect() }
    }
}

impl RefreshTokens for HmacRefreshTokens {
    fn issue(&self, session: SessionId) -> Result<RefreshToken, PortError> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| PortError::Unexpected(format!("randomness: {error}")))?;
        Ok(token(session, secret))
    }

    fn parse(&self, token: &str) -> Option<PresentedToken> {
        let (id, secret) = token.split_once('.')?;
        if id.len() != 32 {
            return None;
        }
        let session = SessionId::from_uuid(Uuid::try_parse(id).ok()?);
        let secret = URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?;
        Some(PresentedToken { session, secret, hash: hash(secret) })
    }

    fn children(&self, parent: &PresentedToken, generation: i32) -> Vec<RefreshToken> {
        let child = |mac: &Hmac<Sha256>| {
            let mut mac = mac.clone();
            mac.update(&parent.secret);
            mac.update(parent.session.as_uuid().as_bytes());
            mac.update(&generation.to_be_bytes());
            token(parent.session, mac.finalize().into_bytes().into())
        };
        self.macs.iter().map(child).collect()
    }
}

fn hash(secret: [u8; 32]) -> RefreshHash {
    RefreshHash(Sha256::digest(secret).into())
}

fn token(session: SessionId, secret: [u8; 32]) -> RefreshToken {
    let token = format!("{}.{}", session.as_uuid().simple(), URL_SAFE_NO_PAD.encode(secret));
    RefreshToken { token, hash: hash(secret) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> SessionId {
        SessionId::from_uuid(Uuid::from_u128(7))
    }

    fn tokens(key: u8) -> HmacRefreshTokens {
        HmacRefreshTokens::new(&KeyPair::single([key; 32]))
    }

    #[test]
    fn a_token_names_its_session_and_never_repeats() {
        let (one, two) = (tokens(1).issue(session()).unwrap(), tokens(1).issue(session()).unwrap());
        assert_ne!(one.token, two.token);
        let read = tokens(2).parse(&one.token).unwrap();
        assert_eq!((read.session, read.hash), (session(), one.hash));
    }

    #[test]
    fn a_parent_has_one_child_on_every_server() {
        let parent = tokens(1).parse(&tokens(1).issue(session()).unwrap().token).unwrap();
        let child = tokens(1).children(&parent, 1);
        assert_eq!(child.len(), 1);
        assert_eq!(child, tokens(1).children(&parent, 1));
        assert_ne!(child, tokens(2).children(&parent, 1));
        assert_ne!(child, tokens(1).children(&parent, 2));
        assert_ne!(child[0].hash, parent.hash);
        assert_eq!(tokens(1).parse(&child[0].token).unwrap().hash, child[0].hash);
    }

    #[test]
    fn while_keys_change_a_child_made_with_either_is_known() {
        let parent = tokens(1).parse(&tokens(1).issue(session()).unwrap().token).unwrap();
        let both = HmacRefreshTokens::new(&KeyPair { current: [2; 32], previous: Some([1; 32]) });
        let expected: Vec<_> =
            [tokens(2), tokens(1)].iter().flat_map(|tokens| tokens.children(&parent, 1)).collect();
        assert_eq!(both.children(&parent, 1), expected);
    }

    #[test]
    fn what_has_not_the_form_of_a_token_is_none() {
        let good = tokens(1).issue(session()).unwrap().token;
        let (id, secret) = good.split_once('.').unwrap();
        let hyphenated = format!("{}.{secret}", session());
        for bad in ["", ".", id, secret, &good[1..], &good[..70], &format!("{good}A"), &hyphenated, "ä.ö"] {
            assert_eq!(tokens(1).parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn debug_output_keeps_the_secret() {
        let presented = PresentedToken { session: session(), secret: [77; 32], hash: hash([77; 32]) };
        assert!(!format!("{presented:?}").contains("77"));
    }
}
