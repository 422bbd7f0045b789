//! Access tokens: signed, read without a database.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use souk_domain::{
    id::{SessionId, UserId},
    session::Actor,
    slug::Slug,
    user::Role,
};
use souk_ports::{
    PortError,
    session::{AccessTokens, TokenRefusal},
};
use uuid::Uuid;

use crate::KeyPair;

/// The type in the header of an access token (RFC 9068): no other token of ours can pass for one.
const TYPE: &str = "at+jwt";

/// Access tokens as JSON Web Tokens under HMAC-SHA-256. The same servers sign and read them, so that nothing would be
/// won by a key pair, whose verification costs some fifty times as much on every request.
pub struct HmacAccessTokens {
    sign: EncodingKey,
    // The one that signs first.
    verify: Vec<VerifyingKey>,
    rules: Validation,
}

/// A key that tokens are read with.
struct VerifyingKey {
    // Goes with each token as `kid`, so that while keys are changed nobody has to try them all.
    fingerprint: String,
    key: DecodingKey,
}

impl VerifyingKey {
    fn of(key: &[u8; 32]) -> Self {
        let hash: [u8; 32] = Sha256::digest(key).into();
        let short = hash.first_chunk::<6>().copied().unwrap_or_default();
        Self { fingerprint: URL_SAFE_NO_PAD.encode(short), key: DecodingKey::from_secret(key) }
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    sid: Uuid,
    role: String,
    iat: i64,
    exp: i64,
}

impl HmacAccessTokens {
    /// Takes the keys that all servers share: tokens are signed with the present one and read with either.
    pub fn new(keys: &KeyPair) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        // The time is handed in, so that expiry is judged by the application's clock, below.
        rules.validate_exp = false;
        rules.required_spec_claims.clear();
        Self {
            sign: EncodingKey::from_secret(&keys.current),
            verify: keys.both().map(VerifyingKey::of).collect(),
            rules,
        }
    }

    /// What a token says, if one of the keys signed it. A token without `kid` may be of either.
    fn decode(&self, token: &str) -> Option<(Header, Claims)> {
        let kid = decode_header(token).ok()?.kid;
        let keys = self.verify.iter().filter(|key| kid.as_ref().is_none_or(|kid| *kid == key.fingerprint));
        let mut read = keys.filter_map(|key| decode::<Claims>(token, &key.key, &self.rules).ok());
        read.next().map(|token| (token.header, token.claims))
    }
}

impl AccessTokens for HmacAccessTokens {
    fn issue(
        &self,
        actor: Actor,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<String, PortError> {
        let claims = Claims {
            sub: actor.user.as_uuid(),
            sid: actor.session.as_uuid(),
            role: actor.role.slug().to_owned(),
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
        };
        let header = Header {
            typ: Some(TYPE.to_owned()),
            kid: self.verify.first().map(|key| key.fingerprint.clone()),
            ..Header::new(Algorithm::HS256)
        };
        encode(&header, &claims, &self.sign)
            .map_err(|error| PortError::Unexpected(format!("access token: {error}")))
    }

    fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Actor, TokenRefusal> {
        let (header, claims) = self.decode(token).ok_or(TokenRefusal::Invalid)?;
        if header.typ.as_deref() != Some(TYPE) {
            return Err(TokenRefusal::Invalid);
        }
        if claims.exp <= now.timestamp() {
            return Err(TokenRefusal::Expired);
        }
        let role = Role::from_slug(&claims.role).ok_or(TokenRefusal::Invalid)?;
        Ok(Actor { user: UserId::from_uuid(claims.sub), session: SessionId::from_uuid(claims.sid), role })
    }

    fn expires_at(&self, token: &str) -> Option<DateTime<Utc>> {
        self.decode(token).and_then(|(_, claims)| DateTime::from_timestamp(claims.exp, 0))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn actor() -> Actor {
        Actor {
            user: UserId::from_uuid(Uuid::from_u128(1)),
            session: SessionId::from_uuid(Uuid::from_u128(2)),
            role: Role::Both,
        }
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn issued(tokens: &HmacAccessTokens) -> String {
        tokens.issue(actor(), now(), now() + TimeDelta::minutes(15)).unwrap()
    }

    #[test]
    fn a_token_names_its_actor_until_it_expires() {
        let tokens = HmacAccessTokens::new(&KeyPair::single([1; 32]));
        let token = issued(&tokens);
        assert_eq!(tokens.read(&token, now() + TimeDelta::seconds(899)), Ok(actor()));
        assert_eq!(tokens.read(&token, now() + TimeDelta::seconds(900)), Err(TokenRefusal::Expired));
    }

    #[test]
    fn a_token_of_another_key_or_touched_anywhere_is_refused() {
        let tokens = HmacAccessTokens::new(&KeyPair::single([1; 32]));
        let token = issued(&tokens);
        assert_eq!(
            HmacAccessTokens::new(&KeyPair::single([2; 32])).read(&token, now()),
            Err(TokenRefusal::Invalid)
        );
        for position in 0..token.len() {
            let mut touched = token.clone().into_bytes();
            touched[position] = if touched[position] == b'A' { b'B' } else { b'A' };
            let touched = String::from_utf8(touched).unwrap();
            if touched != token {
                assert_eq!(tokens.read(&touched, now()), Err(TokenRefusal::Invalid), "byte {position}");
            }
        }
    }

    #[test]
    fn an_unsigned_token_or_one_of_another_type_is_refused() {
        let tokens = HmacAccessTokens::new(&KeyPair::single([1; 32]));
        let token = issued(&tokens);
        let claims = token.split('.').nth(1).unwrap();
        let unsigned = format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#));
        assert_eq!(tokens.read(&unsigned, now()), Err(TokenRefusal::Invalid));
        let claims =
            Claims { sub: Uuid::nil(), sid: Uuid::nil(), role: "buyer".to_owned(), iat: 0, exp: i64::MAX };
        let other = encode(&Header::new(Algorithm::HS256), &claims, &tokens.sign).unwrap();
        assert_eq!(tokens.read(&other, now()), Err(TokenRefusal::Invalid));
        assert_eq!(tokens.read("", now()), Err(TokenRefusal::Invalid));
    }

    #[test]
    fn while_keys_change_tokens_of_both_are_read() {
        let old = HmacAccessTokens::new(&KeyPair::single([1; 32]));
        let both = HmacAccessTokens::new(&KeyPair { current: [2; 32], previous: Some([1; 32]) });
        let new = HmacAccessTokens::new(&KeyPair::single([2; 32]));
        assert_eq!(both.read(&issued(&old), now()), Ok(actor()));
        assert_eq!(both.read(&issued(&new), now()), Ok(actor()));
        assert_eq!(new.read(&issued(&both), now()), Ok(actor()));
        assert_eq!(old.read(&issued(&both), now()), Err(TokenRefusal::Invalid));
    }

    #[test]
    fn a_token_that_does_not_name_its_key_is_read_and_one_that_names_another_is_not() {
        let tokens = HmacAccessTokens::new(&KeyPair::single([1; 32]));
        let claims = Claims {
            sub: actor().user.as_uuid(),
            sid: actor().session.as_uuid(),
            role: "both".to_owned(),
            iat: 0,
            exp: i64::MAX,
        };
        let signed = |kid: Option<&str>| {
            let header = Header {
                typ: Some(TYPE.to_owned()),
                kid: kid.map(str::to_owned),
                ..Header::new(Algorithm::HS256)
            };
            encode(&header, &claims, &tokens.sign).unwrap()
        };
        assert_eq!(tokens.read(&signed(None), now()), Ok(actor()));
        assert_eq!(tokens.read(&signed(Some("other")), now()), Err(TokenRefusal::Invalid));
    }
}
