//! Sweeping, against mocked ports.

use mockall::Sequence;
use souk_ports::{offer::MockOfferRepository, transaction::MockTransactionRepository};

use super::*;

#[tokio::test]
async fn a_round_goes_on_until_a_batch_is_not_full() {
    let mut offers = MockOfferRepository::new();
    let mut sequence = Sequence::new();
    for expired in [100, 100, 3] {
        offers
            .expect_expire()
            .withf(|limit| *limit == BATCH)
            .times(1)
            .in_sequence(&mut sequence)
            .returning(move |_| Ok(expired));
    }
    let mut transactions = MockTransactionRepository::new();
    transactions.expect_lapse().times(1).returning(|_| Ok(2));
    let sweeper = Sweeper::new(Arc::new(offers), Arc::new(transactions));
    assert_eq!(sweeper.sweep().await, Ok(Swept { expired: 203, lapsed: 2 }));
}

#[tokio::test]
async fn a_round_that_fails_does_not_end_the_worker() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut transactions = MockTransactionRepository::new();
    transactions.expect_lapse().returning(move |_| {
        tell.send(()).unwrap();
        Err(PortError::Unavailable("away".to_owned()))
    });
    let sweeper = Sweeper::new(Arc::new(MockOfferRepository::new()), Arc::new(transactions));
    let stop = async move {
        told.recv().await;
        told.recv().await;
    };
    sweeper.run(Duration::from_millis(1), stop).await;
}
