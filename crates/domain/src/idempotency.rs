//! Doing a thing once although it is asked for twice: the key a client sends with a request it may have to repeat.

use crate::violation::Fault;

/// A client's own name for one request: 1 to 255 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// What the request said, as a SHA-256 hash: the same key with another request is a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl IdempotencyKey {
    /// For how long an answer is kept, in hours.
    pub const KEPT_HOURS: i64 = 24;

    /// Takes a bare token or one in double quotes, which mean the same.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        if (1..=255).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(bare.to_owned()))
        } else {
            Err(Fault::new(
                "invalid_format",
                "Must be 1 to 255 visible ASCII characters, for example a UUID.",
            ))
        }
    }
}

impl AsRef<str> for IdempotencyKey {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_visible_tokens() {
        assert_eq!(IdempotencyKey::parse("\"abc\"").unwrap(), IdempotencyKey::parse(" abc ").unwrap());
        for bad in ["", "\"\"", "a b", "ü", &"x".repeat(256)] {
            assert!(IdempotencyKey::parse(bad).is_err(), "{bad}");
        }
    }
}
