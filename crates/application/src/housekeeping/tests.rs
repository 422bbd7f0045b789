//! Tidying up, against mocked ports.

use mockall::Sequence;
use souk_ports::{
    event::MockEventRepository,
    idempotency::MockIdempotencyRepository,
    product::MockViewRepository,
    session::{MockAttemptRepository, MockPasswordRepository, MockSessionRepository},
};
use souk_testkit::fixed;

use super::*;

#[tokio::test]
async fn a_round_goes_on_until_a_batch_is_not_full() {
    let mut answers = MockIdempotencyRepository::new();
    let mut sequence = Sequence::new();
    for removed in [1_000, 7] {
        answers
            .expect_remove_expired()
            .withf(|now, limit| *now == fixed::now() && *limit == BATCH)
            .times(1)
            .in_sequence(&mut sequence)
            .returning(move |_, _| Ok(removed));
    }
    let mut sessions = MockSessionRepository::new();
    sessions
        .expect_remove_ended()
        .withf(|before, _| *before == fixed::now() - TimeDelta::days(30))
        .times(1)
        .returning(|_, _| Ok(0));
    let mut attempts = MockAttemptRepository::new();
    attempts.expect_remove_expired().withf(|now, _| *now == fixed::now()).times(1).returning(|_, _| Ok(3));
    let mut passwords = MockPasswordRepository::new();
    passwords
        .expect_remove_expired_resets()
        .withf(|now, _| *now == fixed::now())
        .times(1)
        .returning(|_, _| Ok(2));
    let mut views = MockViewRepository::new();
    let yesterday = fixed::now().date_naive().pred_opt().unwrap();
    views.expect_remove_before().withf(move |day, _| *day == yesterday).times(1).returning(|_, _| Ok(4));
    let housekeeping = Housekeeping::new(
        Arc::new(answers),
        Arc::new(sessions),
        Arc::new(attempts),
        Arc::new(passwords),
        Arc::new(views),
        Arc::new(fixed::FixedClock),
    );
    let mut events = MockEventRepository::new();
    events
        .expect_remove_before()
        .withf(|before, limit| *before == fixed::now() - TimeDelta::hours(49) && *limit == BATCH)
        .times(1)
        .returning(|_, _| Ok(5));
    let housekeeping = housekeeping.with_events(Arc::new(events), TimeDelta::days(2));
    let tidied = Tidied { answers: 1_007, sessions: 0, attempts: 3, resets: 2, views: 4, events: 5 };
    assert_eq!(housekeeping.tidy().await, Ok(tidied));
}

#[tokio::test]
async fn a_round_that_fails_does_not_end_the_worker() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut answers = MockIdempotencyRepository::new();
    answers.expect_remove_expired().returning(move |_, _| {
        tell.send(()).unwrap();
        Err(PortError::Unavailable("away".to_owned()))
    });
    let housekeeping = Housekeeping::new(
        Arc::new(answers),
        Arc::new(MockSessionRepository::new()),
        Arc::new(MockAttemptRepository::new()),
        Arc::new(MockPasswordRepository::new()),
        Arc::new(MockViewRepository::new()),
        Arc::new(fixed::FixedClock),
    );
    let stop = async move {
        told.recv().await;
        told.recv().await;
    };
    housekeeping.run(Duration::from_millis(1), stop).await;
}
