//! Verification: attempts come back as they were written, one at a time; limits hold however many come at once.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    admin::{AdminAct, AdminActor, AuditEntry},
    contact::Phone,
    id::{AuditEntryId, UserId, VerificationId},
    idempotency::{Fingerprint, IdempotencyKey},
    page::Limit,
    user::Standing,
    verification::{
        Account, Channel, Code, CodeKey, Confirmation, Document, DocumentForm, Evidence, Paper, Proven,
        Rejection, RejectionReason, Requested, Verification, VerificationQuery, VerificationRefusal,
        VerificationScope, VerificationState, VerificationStatus, VerificationSummary, VerificationType,
    },
};
use souk_ports::{
    DecideError,
    idempotency::{Answer, Claim, Once},
    user::UserRepository,
    verification::VerificationRepository,
};
use souk_testkit::{build, fixed::now};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::{Ground, credentials};

type Outcome<T> = Result<T, DecideError<VerificationRefusal>>;

fn id(n: u128) -> VerificationId {
    VerificationId::from_uuid(Uuid::from_u128(n))
}

fn key() -> CodeKey {
    CodeKey::new([5; 32])
}

fn minutes(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(n)
}

fn document() -> Document {
    let form = DocumentForm { document: "media/7".to_owned(), note: Some("Front.\nBack.".to_owned()) };
    match Evidence::check(VerificationType::Address, Some(&form)).unwrap() {
        Evidence::Document(_, document) => document,
        Evidence::Code(_) => panic!("an address is proved by a document"),
    }
}

impl Ground {
    /// Asks for the code 123456 by e-mail as attempt `n`.
    async fn request_code(&self, n: u128, user: UserId, at: DateTime<Utc>) -> Outcome<Requested> {
        let decide =
            |account: Account| account.request_code(id(n), Channel::Email, &Code::of(123_456), &key(), at);
        self.verifications().request(user, VerificationType::Email, &decide, None).await
    }

    async fn request_review(&self, n: u128, user: UserId, at: DateTime<Utc>) -> Outcome<Requested> {
        let decide = |account: Account| account.request_review(id(n), Paper::Address, document(), at);
        self.verifications().request(user, VerificationType::Address, &decide, None).await
    }

    async fn type_code(&self, user: UserId, number: u32, at: DateTime<Utc>) -> Outcome<Confirmation> {
        let decide = |account: Account| account.confirm(Channel::Email, &Code::of(number), &key(), at);
        self.verifications().confirm(user, Channel::Email, &decide).await
    }

    async fn approve(&self, n: u128, reviewer: UserId, at: DateTime<Utc>) -> Outcome<Verification> {
        let decide = |attempt: Verification| {
            Ok((attempt.approve(reviewer, at)?, line(n, AdminAct::VerificationApproved, reviewer, at)))
        };
        self.verifications().review(id(n), &decide).await
    }

    /// All attempts of somebody, newest first.
    async fn attempts(&self, user: UserId) -> Vec<Verification> {
        let query =
            VerificationQuery { scope: VerificationScope::Of(user), after: None, limit: Limit::default() };
        self.verifications().list(&query).await.unwrap().items
    }
}

fn line(n: u128, act: AdminAct, admin: UserId, at: DateTime<Utc>) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId::from_uuid(Uuid::from_u128(n)),
        actor: AdminActor::Admin(admin),
        act,
        subject: id(n).as_uuid(),
        reason: None,
        at,
    }
}

#[tokio::test]
async fn an_attempt_comes_back_as_it_was_written_in_every_state() {
    let ground = Ground::new().await;
    let (ada, root) = (ground.user(1, "ada").await.id, ground.user(2, "root").await.id);
    let asked = ground.request_code(1, ada, now()).await.unwrap();
    assert_eq!(asked.send_to.unwrap().as_ref(), "ada@example.com");
    assert_eq!(ground.attempts(ada).await, std::slice::from_ref(&asked.verification));

    let Confirmation::Wrong(tried, _) = ground.type_code(ada, 0, minutes(1)).await.unwrap() else {
        panic!("it is wrong")
    };
    assert_eq!(ground.attempts(ada).await, [tried]);
    let Confirmation::Right(proved) = ground.type_code(ada, 123_456, minutes(2)).await.unwrap() else {
        panic!("it is right")
    };
    assert_eq!(ground.attempts(ada).await, std::slice::from_ref(&proved));

    let review = ground.request_review(2, ada, minutes(3)).await.unwrap().verification;
    assert_eq!(ground.attempts(ada).await, [review, proved.clone()]);
    let words = RejectionReason::parse("Not legible.").unwrap();
    let reject = |attempt: Verification| {
        let entry = line(2, AdminAct::VerificationRejected, root, minutes(4));
        Ok((attempt.reject(root, words.clone(), minutes(4))?, entry))
    };
    let rejected = ground.verifications().review(id(2), &reject).await.unwrap();
    assert_eq!(
        rejected.state,
        VerificationState::Rejected(Rejection::Reviewed { reviewer: root, reason: words.clone() })
    );
    ground.request_review(3, ada, minutes(5)).await.unwrap();
    let approved = ground.approve(3, root, minutes(6)).await.unwrap();
    assert_eq!(ground.attempts(ada).await, [approved, rejected, proved]);
    assert_eq!(ground.count("audit_entries").await, 2);
}

#[tokio::test]
async fn the_rule_sees_the_account_as_it_is() {
    let ground = Ground::new().await;
    let mut written = credentials(1, "ada");
    written.user.phone = Some(Phone::parse("+4930123456").unwrap());
    written.user.standing = Standing::Suspended;
    ground.users().insert(&written, &build::session(1, written.user.id)).await.unwrap();
    let seen = Mutex::new(None);
    let look = |account: Account| {
        *seen.lock().unwrap() = Some(account);
        Err(VerificationRefusal::Suspended)
    };
    let refused = ground.verifications().request(written.user.id, VerificationType::Phone, &look, None).await;
    assert_eq!(refused, Err(DecideError::Refused(VerificationRefusal::Suspended)));
    let expected = Account {
        user: written.user.id,
        standing: Standing::Suspended,
        email: written.user.email,
        phone: written.user.phone,
        current: None,
        sent_at: vec![],
    };
    assert_eq!(seen.into_inner().unwrap(), Some(expected));
    assert_eq!(ground.count("verifications").await, 0);
    let nobody = ground.request_code(1, build::user_id(9), now()).await;
    assert_eq!(nobody, Err(DecideError::NotFound));
    assert_eq!(ground.approve(9, build::user_id(2), now()).await, Err(DecideError::NotFound));
}

#[tokio::test]
async fn of_64_guesses_at_once_five_count_in_all() {
    let ground = Arc::new(Ground::new().await);
    let ada = ground.user(1, "ada").await.id;
    ground.request_code(1, ada, now()).await.unwrap();
    let mut rivals = JoinSet::new();
    for number in 0..64 {
        let ground = Arc::clone(&ground);
        rivals.spawn(async move { ground.type_code(ada, number, minutes(1)).await });
    }
    let outcomes = rivals.join_all().await;
    let count =
        |wanted: &dyn Fn(&Outcome<Confirmation>) -> bool| outcomes.iter().filter(|o| wanted(o)).count();
    let wrong = |refusal| {
        count(&move |outcome| matches!(outcome, Ok(Confirmation::Wrong(_, said)) if *said == refusal))
    };
    assert_eq!(wrong(VerificationRefusal::WrongCode), 4);
    assert_eq!(wrong(VerificationRefusal::TooManyTries), 1);
    let not_pending = Err(DecideError::Refused(VerificationRefusal::NotPending));
    assert_eq!(count(&|outcome| *outcome == not_pending), 59);
    let attempts = ground.attempts(ada).await;
    assert_eq!(attempts[0].state, VerificationState::Rejected(Rejection::TooManyTries));
    // Even the right code is too late.
    assert_eq!(ground.type_code(ada, 123_456, minutes(2)).await, not_pending);
}

#[tokio::test]
async fn of_32_requests_at_once_one_begins() {
    let ground = Arc::new(Ground::new().await);
    let ada = ground.user(1, "ada").await.id;
    let mut rivals = JoinSet::new();
    for n in 1..=32 {
        let ground = Arc::clone(&ground);
        rivals.spawn(async move { ground.request_code(n, ada, now()).await });
    }
    let outcomes = rivals.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let pending = Err(DecideError::Refused(VerificationRefusal::Pending));
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == pending).count(), 31);
    assert_eq!(ground.count("verifications").await, 1);
}

#[tokio::test]
async fn three_codes_an_hour_are_sent_however_attempts_end() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await.id;
    for attempt in 0..3 {
        ground.request_code(u128::try_from(attempt).unwrap() + 1, ada, minutes(attempt)).await.unwrap();
        for _ in 0..5 {
            ground.type_code(ada, 0, minutes(attempt)).await.unwrap();
        }
    }
    let wait = TimeDelta::minutes(57);
    let refused = ground.request_code(4, ada, minutes(3)).await;
    assert_eq!(refused, Err(DecideError::Refused(VerificationRefusal::TooManySends { wait })));
    ground.request_code(4, ada, minutes(60)).await.unwrap();
}

#[tokio::test]
async fn another_code_replaces_the_first_and_a_lapsed_attempt_makes_room() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await.id;
    ground.request_code(1, ada, now()).await.unwrap();
    let resend = |account: Account| account.resend(Channel::Email, &Code::of(7), &key(), minutes(1));
    let second = ground.verifications().resend(ada, Channel::Email, &resend).await.unwrap();
    assert_eq!(ground.attempts(ada).await, std::slice::from_ref(&second.verification));
    let lapsed = ground.request_code(2, ada, minutes(11)).await.unwrap();
    let attempts = ground.attempts(ada).await;
    assert_eq!(attempts[0], lapsed.verification);
    assert_eq!(attempts[1].state, VerificationState::Rejected(Rejection::CodeExpired));
}

#[tokio::test]
async fn a_repeat_under_one_key_begins_nothing_new() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await.id;
    let claim = Claim {
        user: ada,
        key: IdempotencyKey::parse("key").unwrap(),
        fingerprint: Fingerprint([5; 32]),
        created_at: now(),
        expires_at: minutes(60),
    };
    let answer = |_: &Requested| Answer(b"asked".to_vec());
    let once = Once { claim, answer: &answer };
    let decide = |account: Account| account.request_review(id(1), Paper::Address, document(), now());
    let store = ground.verifications();
    store.request(ada, VerificationType::Address, &decide, Some(&once)).await.unwrap();
    // The rule would refuse a second one; make it forget the first, as a rival's view of the moment before would.
    let blind = |account: Account| {
        Account { current: None, ..account }.request_review(id(2), Paper::Address, document(), now())
    };
    let again = store.request(ada, VerificationType::Address, &blind, Some(&once)).await;
    assert_eq!(again, Err(DecideError::AlreadyDone));
    assert_eq!(ground.count("verifications").await, 1);
}

#[tokio::test]
async fn a_review_and_its_line_are_written_together_or_not_at_all() {
    let ground = Ground::new().await;
    let (ada, root) = (ground.user(1, "ada").await.id, ground.user(2, "root").await.id);
    ground.request_review(1, ada, now()).await.unwrap();
    // A line by somebody who is not there cannot be written.
    let nobody = build::user_id(99);
    let decide = |attempt: Verification| {
        Ok((attempt.approve(root, now())?, line(1, AdminAct::VerificationApproved, nobody, now())))
    };
    assert!(matches!(ground.verifications().review(id(1), &decide).await, Err(DecideError::Port(_))));
    assert_eq!(ground.attempts(ada).await[0].state, VerificationState::AwaitingReview);
    assert_eq!(ground.count("audit_entries").await, 0);
    // The database keeps anybody from reviewing themself, should the rule ever forget.
    let own = |mut attempt: Verification| {
        attempt.state = VerificationState::Verified { at: now(), reviewer: Some(ada) };
        Ok((attempt, line(1, AdminAct::VerificationApproved, ada, now())))
    };
    assert!(matches!(ground.verifications().review(id(1), &own).await, Err(DecideError::Port(_))));
    assert_eq!(
        ground.approve(1, ada, now()).await,
        Err(DecideError::Refused(VerificationRefusal::OwnVerification))
    );
}

#[tokio::test]
async fn of_two_admins_at_once_one_decides() {
    let ground = Arc::new(Ground::new().await);
    let ada = ground.user(1, "ada").await.id;
    let mut admins = Vec::new();
    for n in 2..10 {
        admins.push(ground.user(n, &format!("root{n}")).await.id);
    }
    ground.request_review(1, ada, now()).await.unwrap();
    let mut rivals = JoinSet::new();
    for admin in admins {
        let ground = Arc::clone(&ground);
        rivals.spawn(async move { ground.approve(1, admin, minutes(1)).await });
    }
    let outcomes = rivals.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let late = Err(DecideError::Refused(VerificationRefusal::NotPending));
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == late).count(), 7);
    assert_eq!(ground.count("audit_entries").await, 1);
}

#[tokio::test]
async fn the_queue_is_of_documents_longest_wait_first_page_by_page() {
    let ground = Ground::new().await;
    let mut expected = Vec::new();
    for n in 1..=5 {
        let user = ground.user(n, &format!("user{n}")).await.id;
        // Two at the same moment: the id decides.
        let at = minutes(i64::try_from(n / 2).unwrap());
        ground.request_code(n, user, at).await.unwrap();
        expected.push(ground.request_review(10 + n, user, at).await.unwrap().verification.id);
    }
    let mut query = VerificationQuery {
        scope: VerificationScope::Reviews(VerificationStatus::Pending),
        after: None,
        limit: Limit::new(2).unwrap(),
    };
    let mut found = Vec::new();
    loop {
        let page = ground.verifications().list(&query).await.unwrap();
        found.extend(page.items.iter().map(|attempt| attempt.id));
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    assert_eq!(found, expected);
    query.scope = VerificationScope::Reviews(VerificationStatus::Verified);
    assert!(ground.verifications().list(&query).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_persons_attempts_are_theirs_newest_first_page_by_page() {
    let ground = Ground::new().await;
    let (ada, bob) = (ground.user(1, "ada").await.id, ground.user(2, "bob").await.id);
    ground.request_code(9, bob, now()).await.unwrap();
    ground.request_code(1, ada, now()).await.unwrap();
    ground.request_review(2, ada, now()).await.unwrap();
    ground.request_code(3, ada, minutes(20)).await.unwrap();
    let mut query =
        VerificationQuery { scope: VerificationScope::Of(ada), after: None, limit: Limit::new(1).unwrap() };
    let mut found = Vec::new();
    loop {
        let page = ground.verifications().list(&query).await.unwrap();
        found.extend(page.items.iter().map(|attempt| attempt.id));
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    assert_eq!(found, [id(3), id(2), id(1)]);
}

#[tokio::test]
async fn a_summary_says_what_the_newest_attempts_say() {
    let ground = Ground::new().await;
    let (ada, root) = (ground.user(1, "ada").await.id, ground.user(2, "root").await.id);
    let summary = async || ground.verifications().summary(ada).await.unwrap();
    let nothing = VerificationSummary::NOTHING;
    assert_eq!(summary().await, nothing);
    ground.request_code(1, ada, now()).await.unwrap();
    assert_eq!(summary().await, nothing.with(VerificationType::Email, Proven::Pending));
    for _ in 0..5 {
        ground.type_code(ada, 0, now()).await.unwrap();
    }
    let failed = nothing.with(VerificationType::Email, Proven::Rejected);
    assert_eq!(summary().await, failed);
    ground.request_review(2, ada, now()).await.unwrap();
    ground.approve(2, root, now()).await.unwrap();
    assert_eq!(summary().await, failed.with(VerificationType::Address, Proven::Verified));
    ground.request_code(3, ada, minutes(20)).await.unwrap();
    ground.type_code(ada, 123_456, minutes(21)).await.unwrap();
    let both = nothing
        .with(VerificationType::Address, Proven::Verified)
        .with(VerificationType::Email, Proven::Verified);
    assert_eq!(summary().await, both);
    assert_eq!(ground.verifications().summary(root).await.unwrap(), nothing);
}

#[tokio::test]
async fn a_row_whose_columns_disagree_is_a_defect_of_data() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await.id;
    ground.request_code(1, ada, now()).await.unwrap();
    let client = ground.database.connect().await;
    client
        .batch_execute("UPDATE verifications SET status = 'rejected', rejection_reason = 'no such word', code_hash = NULL, code_expires_at = NULL")
        .await
        .unwrap();
    let query = VerificationQuery { scope: VerificationScope::Of(ada), after: None, limit: Limit::default() };
    let found = ground.verifications().list(&query).await;
    assert!(matches!(found, Err(souk_ports::PortError::Corrupt(_))), "{found:?}");
}
