//! The id by which a request is found again in the logs.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::http::{HeaderMap, HeaderValue};

use super::X_REQUEST_ID;

/// A request's id: the one it came with, if that is 1 to 64 harmless characters, else a new one. Unique, but no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RequestId(HeaderValue);

/// Tells this process' ids from those of every other process, past ones included.
static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().build_hasher().finish());
static COUNT: AtomicU64 = AtomicU64::new(0);

impl RequestId {
    /// The id of a request with these headers.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        headers.get(X_REQUEST_ID).filter(|id| is_sane(id.as_bytes())).cloned().map_or_else(Self::next, Self)
    }

    /// The id as text.
    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    fn next() -> Self {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let id = format!("{:016x}{count:08x}", *PROCESS);
        HeaderValue::try_from(id).map_or_else(|_| Self(HeaderValue::from_static("none")), Self)
    }
}

impl From<RequestId> for HeaderValue {
    fn from(id: RequestId) -> Self {
        id.0
    }
}

/// What may be written into a log and a header as it is.
fn is_sane(id: &[u8]) -> bool {
    (1..=64).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(id: &str) -> RequestId {
        RequestId::of(&HeaderMap::from_iter([(X_REQUEST_ID, HeaderValue::from_str(id).unwrap())]))
    }

    #[test]
    fn a_sane_id_is_kept_and_any_other_replaced() {
        assert_eq!(with("0190163d-8694-739b").as_str(), "0190163d-8694-739b");
        for odd in ["", "a b", "a\"b", "ä", "<script>", &"x".repeat(65)] {
            assert_ne!(with(odd).as_str(), odd);
        }
    }

    #[test]
    fn new_ids_differ() {
        let none = HeaderMap::new();
        let (first, second) = (RequestId::of(&none), RequestId::of(&none));
        assert_ne!(first, second);
        assert!(first.as_str().len() >= 24 && is_sane(first.as_str().as_bytes()));
    }
}
