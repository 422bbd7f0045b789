//! Proving things, against mocked ports.

use souk_domain::{
    contact::{Email, Phone},
    user::Standing,
    verification::{Paper, Rejection, VerificationState},
};
use souk_ports::{
    message::{MockMail, MockSms},
    verification::{MockCodeSource, MockVerificationRepository},
};
use souk_testkit::{build, fixed};

use super::*;

struct House {
    verifications: Verifications,
    courier: Courier,
}

fn house(repository: MockVerificationRepository, mail: MockMail, sms: MockSms) -> House {
    let mut codes = MockCodeSource::new();
    codes.expect_next().returning(|| Ok(Code::of(123_456)));
    let courier = Courier::new(Arc::new(mail), Arc::new(sms));
    let verifications = Verifications::new(
        Arc::new(repository),
        Arc::new(codes),
        CodeKey::new([5; 32]),
        courier.clone(),
        Arc::new(fixed::FixedClock),
        Arc::new(fixed::CountingIds::default()),
    );
    House { verifications, courier }
}

fn account() -> Account {
    Account {
        user: build::user_id(1),
        standing: Standing::Active,
        email: Email::parse("ada@example.com").unwrap(),
        phone: Some(Phone::parse("+4930123456").unwrap()),
        current: None,
        sent_at: vec![],
    }
}

/// A store that asks the rule for the account above.
fn store() -> MockVerificationRepository {
    let mut repository = MockVerificationRepository::new();
    repository.expect_request().returning(|_, _, decide, _| decide(account()).map_err(DecideError::Refused));
    repository
}

/// An attempt that waits for the code 123456 by e-mail.
fn waiting() -> Verification {
    let id = VerificationId::from_uuid(build::user_id(7).as_uuid());
    let (code, key) = (Code::of(123_456), CodeKey::new([5; 32]));
    account().request_code(id, Channel::Email, &code, &key, fixed::now()).unwrap().verification
}

#[tokio::test]
async fn a_code_is_mailed_once_it_is_stored() {
    let mut mail = MockMail::new();
    mail.expect_send()
        .times(1)
        .withf(|message| message.to.as_ref() == "ada@example.com" && message.text.starts_with("123456 is"))
        .returning(|_| Ok(()));
    let house = house(store(), mail, MockSms::new());
    let requested =
        house.verifications.request(build::user_id(1), VerificationType::Email, None, None).await.unwrap();
    house.courier.settled().await;
    assert_eq!(requested.verification.submitted_at, fixed::now());
    assert_eq!(requested.verification.id.as_uuid(), build::user_id(1).as_uuid());
}

#[tokio::test]
async fn a_code_for_a_phone_is_texted() {
    let mut sms = MockSms::new();
    sms.expect_send()
        .times(1)
        .withf(|to, text| to.as_ref() == "+4930123456" && text.starts_with("123456 is"))
        .returning(|_, _| Ok(()));
    let house = house(store(), MockMail::new(), sms);
    house.verifications.request(build::user_id(1), VerificationType::Phone, None, None).await.unwrap();
    house.courier.settled().await;
}

#[tokio::test]
async fn what_is_not_stored_is_not_sent() {
    for error in [
        DecideError::AlreadyDone,
        DecideError::Refused(VerificationRefusal::Pending),
        DecideError::Port(PortError::Unavailable("away".to_owned())),
    ] {
        let mut repository = MockVerificationRepository::new();
        let answer = error.clone();
        repository.expect_request().returning(move |_, _, _, _| Err(answer.clone()));
        let answer = error.clone();
        repository.expect_resend().returning(move |_, _, _| Err(answer.clone()));
        // Mocks without expectations: sending would fail the test.
        let house = house(repository, MockMail::new(), MockSms::new());
        let user = build::user_id(1);
        let asked = house.verifications.request(user, VerificationType::Email, None, None).await;
        assert_eq!(asked, Err(VerifyError::Decide(error.clone())));
        let again = house.verifications.resend(user, Channel::Email).await;
        assert_eq!(again, Err(VerifyError::Decide(error)));
        house.courier.settled().await;
    }
}

#[tokio::test]
async fn a_document_is_queued_and_nothing_is_sent() {
    let house = house(store(), MockMail::new(), MockSms::new());
    let form = DocumentForm { document: "media/7".to_owned(), note: None };
    let requested = house
        .verifications
        .request(build::user_id(1), VerificationType::GovernmentId, Some(&form), None)
        .await
        .unwrap();
    assert_eq!(requested.verification.state, VerificationState::AwaitingReview);
    house.courier.settled().await;
    let without = house.verifications.request(build::user_id(1), VerificationType::Address, None, None).await;
    assert!(matches!(without, Err(VerifyError::Invalid(_))));
}

#[tokio::test]
async fn another_code_is_sent_in_place_of_the_first() {
    let mut repository = MockVerificationRepository::new();
    repository.expect_resend().times(1).returning(|_, _, decide| {
        decide(Account { current: Some(waiting()), ..account() }).map_err(DecideError::Refused)
    });
    let mut mail = MockMail::new();
    mail.expect_send().times(1).returning(|_| Ok(()));
    let house = house(repository, mail, MockSms::new());
    let resent = house.verifications.resend(build::user_id(1), Channel::Email).await.unwrap();
    house.courier.settled().await;
    assert_eq!(resent.sent_at.len(), 2);
}

#[tokio::test]
async fn a_wrong_code_is_written_down_and_refused() {
    let mut repository = MockVerificationRepository::new();
    repository.expect_confirm().returning(|_, _, decide| {
        decide(Account { current: Some(waiting()), ..account() }).map_err(DecideError::Refused)
    });
    let house = house(repository, MockMail::new(), MockSms::new());
    let confirm =
        async |code: &str| house.verifications.confirm(build::user_id(1), Channel::Email, code).await;
    let wrong = DecideError::Refused(VerificationRefusal::WrongCode);
    assert_eq!(confirm("000000").await, Err(VerifyError::Decide(wrong)));
    assert!(matches!(confirm("12345").await, Err(VerifyError::Invalid(_))));
    let proved = confirm(" 123 456 ").await.unwrap();
    assert_eq!(proved.state, VerificationState::Verified { at: fixed::now(), reviewer: None });
}

#[tokio::test]
async fn a_review_leaves_a_line_that_says_who_what_and_why() {
    let form = DocumentForm { document: "media/7".to_owned(), note: None };
    let Evidence::Document(_, document) = Evidence::check(VerificationType::Address, Some(&form)).unwrap()
    else {
        panic!("an address is proved by a document")
    };
    let id = VerificationId::from_uuid(build::user_id(7).as_uuid());
    let attempt = account().request_review(id, Paper::Address, document, fixed::now()).unwrap().verification;
    let mut repository = MockVerificationRepository::new();
    repository.expect_review().times(2).returning(move |_, decide| {
        let (reviewed, entry) = decide(attempt.clone()).map_err(DecideError::Refused)?;
        assert_eq!(
            (entry.actor, entry.subject),
            (AdminActor::Admin(build::user_id(3)), build::user_id(7).as_uuid())
        );
        let (act, why) =
            if let VerificationState::Rejected(Rejection::Reviewed { reason, .. }) = &reviewed.state {
                (AdminAct::VerificationRejected, Some(reason.clone()))
            } else {
                (AdminAct::VerificationApproved, None)
            };
        assert_eq!((entry.act, entry.reason), (act, why));
        Ok(reviewed)
    });
    let house = house(repository, MockMail::new(), MockSms::new());
    let admin = build::user_id(3);
    let approved = house.verifications.approve(admin, id).await.unwrap();
    assert_eq!(approved.state, VerificationState::Verified { at: fixed::now(), reviewer: Some(admin) });
    let rejected = house.verifications.reject(admin, id, " Not legible. ").await.unwrap();
    assert!(matches!(rejected.state, VerificationState::Rejected(_)));
    let silent = house.verifications.reject(admin, id, " ").await;
    assert!(matches!(silent, Err(VerifyError::Invalid(_))));
}
