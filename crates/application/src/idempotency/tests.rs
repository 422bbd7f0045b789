//! Requests that come twice, against a mocked port.

use souk_ports::idempotency::{Answered, MockIdempotencyRepository};
use souk_testkit::{build, fixed};

use super::*;

const FINGERPRINT: Fingerprint = Fingerprint([1; 32]);

async fn recall(found: Option<Answered>) -> Recall {
    let mut repository = MockIdempotencyRepository::new();
    repository
        .expect_find()
        .withf(|_, _, now| *now == fixed::now())
        .returning(move |_, _, _| Ok(found.clone()));
    let repeats = Repeats::new(Arc::new(repository), Arc::new(fixed::FixedClock));
    let key = IdempotencyKey::parse("k").unwrap();
    repeats.recall(build::user_id(1), key, FINGERPRINT).await.unwrap()
}

#[tokio::test]
async fn a_new_request_is_claimed_for_a_day() {
    let Recall::New(claim) = recall(None).await else { panic!("not new") };
    assert_eq!((claim.user, claim.fingerprint), (build::user_id(1), FINGERPRINT));
    assert_eq!(claim.expires_at - claim.created_at, TimeDelta::hours(24));
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_and_another_one_none() {
    let answer = Answer(b"created".to_vec());
    let answered = |byte| Some(Answered { fingerprint: Fingerprint([byte; 32]), answer: answer.clone() });
    assert_eq!(recall(answered(1)).await, Recall::Repeat(answer.clone()));
    assert_eq!(recall(answered(2)).await, Recall::Mismatch);
}
