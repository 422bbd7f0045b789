//! The rounds of adding up, against a mocked port.

use mockall::Sequence;
use souk_ports::product::MockProductMaps;

use super::*;

#[tokio::test]
async fn a_round_goes_on_until_a_batch_is_not_full() {
    let mut maps = MockProductMaps::new();
    let mut sequence = Sequence::new();
    for added in [u64::from(BATCH), 7] {
        maps.expect_add_up()
            .withf(|limit| *limit == BATCH)
            .times(1)
            .in_sequence(&mut sequence)
            .returning(move |_| Ok(added));
    }
    assert_eq!(Maps::new(Arc::new(maps)).add_up().await, Ok(u64::from(BATCH) + 7));
}

#[tokio::test]
async fn a_round_that_fails_does_not_end_the_worker() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut maps = MockProductMaps::new();
    maps.expect_add_up().returning(move |_| {
        tell.send(()).unwrap();
        Err(PortError::Unavailable("away".to_owned()))
    });
    let stop = async move {
        told.recv().await;
        told.recv().await;
    };
    Maps::new(Arc::new(maps)).keep_adding_up(Duration::from_millis(1), stop).await;
}
