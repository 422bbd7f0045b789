//! Access tokens (signed, read without a database) and refresh tokens (random, stored hashed).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use souk_domain::{
    id::{SessionId, UserId},
    session::{Actor, RefreshHash},
    slug::Slug,
    user::Role,
};
use souk_ports::{
    PortError,
    session::{AccessTokens, RefreshToken, RefreshTokens, TokenRefusal},
};
use uuid::Uuid;

/// The type in the header of an access token (RFC 9068): no other token of ours can pass for one.
const TYPE: &str = "at+jwt";

/// Access tokens as JSON Web Tokens under HMAC-SHA-256. The same servers sign and read them, so that nothing would be
/// won by a key pair, whose verification costs some fifty times as much on every request.
pub struct HmacAccessTokens {
    sign: EncodingKey,
    verify: DecodingKey,
    rules: Validation,
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
    /// Takes the key that all servers share.
    pub fn new(key: &[u8; 32]) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        // The time is handed in, so that expiry is judged by the application's clock, below.
        rules.validate_exp = false;
        rules.required_spec_claims.clear();
        Self { sign: EncodingKey::from_secret(key), verify: DecodingKey::from_secret(key), rules }
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
        let header = Header { typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::HS256) };
        encode(&header, &claims, &self.sign)
            .map_err(|error| PortError::Unexpected(format!("access token: {error}")))
    }

    fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Actor, TokenRefusal> {
        let token = decode::<Claims>(token, &self.verify, &self.rules).map_err(|_| TokenRefusal::Invalid)?;
        if token.header.typ.as_deref() != Some(TYPE) {
            return Err(TokenRefusal::Invalid);
        }
        if token.claims.exp <= now.timestamp() {
            return Err(TokenRefusal::Expired);
        }
        let role = Role::from_slug(&token.claims.role).ok_or(TokenRefusal::Invalid)?;
        Ok(Actor {
            user: UserId::from_uuid(token.claims.sub),
            session: SessionId::from_uuid(token.claims.sid),
            role,
        })
    }
}

/// Refresh tokens: the session's id, a dot, and 256 random bits. Only the hash of the bits is stored, so that a copy
/// of the database lets nobody in; a slow hash is not needed for what cannot be guessed.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomRefreshTokens;

impl RefreshTokens for RandomRefreshTokens {
    fn issue(&self, session: SessionId) -> Result<RefreshToken, PortError> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| PortError::Unexpected(format!("randomness: {error}")))?;
        let hash = RefreshHash(Sha256::digest(secret).into());
        let token = format!("{}.{}", session.as_uuid().simple(), URL_SAFE_NO_PAD.encode(secret));
        Ok(RefreshToken { token, hash })
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
        let tokens = HmacAccessTokens::new(&[1; 32]);
        let token = issued(&tokens);
        assert_eq!(tokens.read(&token, now() + TimeDelta::seconds(899)), Ok(actor()));
        assert_eq!(tokens.read(&token, now() + TimeDelta::seconds(900)), Err(TokenRefusal::Expired));
    }

    #[test]
    fn a_token_of_another_key_or_touched_anywhere_is_refused() {
        let tokens = HmacAccessTokens::new(&[1; 32]);
        let token = issued(&tokens);
        assert_eq!(HmacAccessTokens::new(&[2; 32]).read(&token, now()), Err(TokenRefusal::Invalid));
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
        let tokens = HmacAccessTokens::new(&[1; 32]);
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
    fn refresh_tokens_name_their_session_and_never_repeat() {
        let session = SessionId::from_uuid(Uuid::from_u128(7));
        let (one, two) =
            (RandomRefreshTokens.issue(session).unwrap(), RandomRefreshTokens.issue(session).unwrap());
        assert_ne!(one.token, two.token);
        let (id, secret) = one.token.split_once('.').unwrap();
        assert_eq!(id.parse::<Uuid>().unwrap(), session.as_uuid());
        let secret = URL_SAFE_NO_PAD.decode(secret).unwrap();
        assert_eq!(RefreshHash(Sha256::digest(secret).into()), one.hash);
    }
}
