//! Where new ids come from.

use uuid::Uuid;

/// Makes ids that are unique and ordered by time (`UUIDv7`), so that indexes grow at one end.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait IdSource: Send + Sync {
    /// A new id.
    fn next(&self) -> Uuid;
}
