//! New ids.

use souk_ports::IdSource;
use uuid::Uuid;

/// Ids that begin with the time (`UUIDv7`), so that new rows land at one end of their indexes.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeOrderedIds;

impl IdSource for TimeOrderedIds {
    #[expect(clippy::disallowed_methods, reason = "this is the source that everybody else asks")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ordered_by_time() {
        let ids: Vec<_> = (0..100).map(|_| TimeOrderedIds.next()).collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.get_version_num() == 7));
    }
}
