//! Blocking, against mocked ports.

use souk_ports::block::MockBlockRepository;
use souk_testkit::{build::user_id, fixed};

use super::*;

/// Blocks of a world in which the one to be blocked exists or does not.
fn blocks(is_there: bool) -> Blocks {
    let mut repository = MockBlockRepository::new();
    repository
        .expect_block()
        .withf(|by, whom, now| (*by, *whom, *now) == (user_id(1), user_id(2), fixed::now()))
        .returning(move |_, _, _| Ok(is_there));
    Blocks::new(Arc::new(repository), Arc::new(fixed::FixedClock))
}

#[tokio::test]
async fn whoever_is_there_can_be_blocked() {
    assert_eq!(blocks(true).block(user_id(1), user_id(2)).await, Ok(()));
    assert_eq!(blocks(false).block(user_id(1), user_id(2)).await, Err(BlockError::NotFound));
}

#[tokio::test]
async fn blocking_oneself_is_refused_before_the_store_is_asked() {
    let refused = blocks(true).block(user_id(1), user_id(1)).await;
    assert_eq!(refused, Err(BlockError::Refused(BlockRefusal::OwnAccount)));
}
