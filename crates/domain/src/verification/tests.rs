//! Rule 16, attempt by attempt.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    contact::{Email, Phone},
    slug::Slug,
    user::Standing,
};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn person(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

fn id(n: u128) -> VerificationId {
    VerificationId::from_uuid(Uuid::from_u128(n))
}

fn key() -> CodeKey {
    CodeKey::new([5; 32])
}

fn account() -> Account {
    Account {
        user: person(1),
        standing: Standing::Active,
        email: Email::parse("ada@example.com").unwrap(),
        phone: Some(Phone::parse("+4930123456").unwrap()),
        current: None,
        sent_at: vec![],
    }
}

/// The account once this was written.
fn after(requested: Requested) -> Account {
    Account {
        sent_at: requested.verification.sent_at.clone(),
        current: Some(requested.verification),
        ..account()
    }
}

/// Somebody who was sent 123456 by e-mail at second 0.
fn waiting() -> Account {
    after(account().request_code(id(1), Channel::Email, &Code::of(123_456), &key(), at(0)).unwrap())
}

fn confirm(account: Account, number: u32, seconds: i64) -> Result<Confirmation, VerificationRefusal> {
    account.confirm(Channel::Email, &Code::of(number), &key(), at(seconds))
}

fn papers() -> Document {
    let form = DocumentForm { document: "media/7".to_owned(), note: Some("Front.".to_owned()) };
    let Ok(Evidence::Document(_, document)) = Evidence::check(VerificationType::GovernmentId, Some(&form))
    else {
        panic!("an identity is proved by a document")
    };
    document
}

fn reviewed() -> Verification {
    account().request_review(id(2), Paper::GovernmentId, papers(), at(0)).unwrap().verification
}

#[test]
fn the_code_that_was_sent_proves_the_mailbox() {
    let Confirmation::Right(proved) = confirm(waiting(), 123_456, 599).unwrap() else {
        panic!("it is right")
    };
    assert_eq!(proved.state, VerificationState::Verified { at: at(599), reviewer: None });
    let again = Account { current: Some(proved), ..account() };
    assert_eq!(confirm(again.clone(), 123_456, 600), Err(VerificationRefusal::AlreadyVerified));
    let more = again.request_code(id(3), Channel::Email, &Code::of(1), &key(), at(600));
    assert_eq!(more, Err(VerificationRefusal::AlreadyVerified));
}

#[test]
fn a_code_is_good_for_ten_minutes() {
    assert_eq!(confirm(waiting(), 123_456, 600), Err(VerificationRefusal::CodeExpired));
    // It makes room for another attempt.
    let again = waiting().request_code(id(2), Channel::Email, &Code::of(1), &key(), at(600)).unwrap();
    assert_eq!(again.verification.id, id(2));
    assert_eq!(again.ended.unwrap().state, VerificationState::Rejected(Rejection::CodeExpired));
}

#[test]
fn the_fifth_wrong_code_ends_the_attempt_also_for_the_right_one() {
    let mut account = waiting();
    for tries in 1..=5 {
        let Confirmation::Wrong(attempt, refusal) = confirm(account.clone(), 0, 1).unwrap() else {
            panic!("it is wrong")
        };
        let expected =
            if tries < 5 { VerificationRefusal::WrongCode } else { VerificationRefusal::TooManyTries };
        assert_eq!(refusal, expected);
        account.current = Some(attempt);
    }
    let ended = account.current.clone().unwrap();
    assert_eq!(ended.state, VerificationState::Rejected(Rejection::TooManyTries));
    assert_eq!(ended.state.proven(), Proven::Rejected);
    assert_eq!(confirm(account, 123_456, 2), Err(VerificationRefusal::NotPending));
}

#[test]
fn a_code_is_good_for_its_attempt_its_address_and_its_key_only() {
    let other_address = Account { email: Email::parse("eve@example.com").unwrap(), ..waiting() };
    assert!(matches!(confirm(other_address, 123_456, 1).unwrap(), Confirmation::Wrong(..)));
    let mut other_attempt = waiting();
    if let Some(attempt) = &mut other_attempt.current {
        attempt.id = id(9);
    }
    assert!(matches!(confirm(other_attempt, 123_456, 1).unwrap(), Confirmation::Wrong(..)));
    let other_key = waiting().confirm(Channel::Email, &Code::of(123_456), &CodeKey::new([6; 32]), at(1));
    assert!(matches!(other_key.unwrap(), Confirmation::Wrong(..)));
}

#[test]
fn three_codes_an_hour_over_all_attempts() {
    let resend =
        |account: Account, seconds| account.resend(Channel::Email, &Code::of(7), &key(), at(seconds));
    let second = after(resend(waiting(), 60).unwrap());
    let third = after(resend(second, 120).unwrap());
    let wait = TimeDelta::seconds(3_600 - 180);
    assert_eq!(resend(third.clone(), 180), Err(VerificationRefusal::TooManySends { wait }));
    // Nor does another attempt help.
    let anew = Account { current: None, ..third.clone() };
    let refused = anew.request_code(id(4), Channel::Email, &Code::of(7), &key(), at(180));
    assert_eq!(refused, Err(VerificationRefusal::TooManySends { wait }));
    // An hour after the first there is room for one.
    let fourth = resend(third, 3_600).unwrap().verification;
    assert_eq!(fourth.sent_at, [at(60), at(120), at(3_600)]);
}

#[test]
fn another_code_takes_the_place_of_the_first_with_new_tries() {
    let Confirmation::Wrong(tried, _) = confirm(waiting(), 0, 1).unwrap() else { panic!("it is wrong") };
    let tried = Account { current: Some(tried), ..waiting() };
    let again = after(tried.resend(Channel::Email, &Code::of(7), &key(), at(60)).unwrap());
    assert!(matches!(confirm(again.clone(), 123_456, 61).unwrap(), Confirmation::Wrong(..)));
    let VerificationState::AwaitingCode(challenge) = again.current.clone().unwrap().state else {
        panic!("it waits")
    };
    assert_eq!((challenge.tries, challenge.expires_at), (0, at(660)));
    assert!(matches!(confirm(again, 7, 659).unwrap(), Confirmation::Right(_)));
}

#[test]
fn there_is_one_attempt_at_a_time() {
    let second = waiting().request_code(id(2), Channel::Email, &Code::of(1), &key(), at(1));
    assert_eq!(second, Err(VerificationRefusal::Pending));
    let pending = Account { current: Some(reviewed()), ..account() };
    let second = pending.request_review(id(3), Paper::GovernmentId, papers(), at(1_000_000));
    assert_eq!(second, Err(VerificationRefusal::Pending));
}

#[test]
fn without_a_phone_no_phone_is_proved() {
    let account = Account { phone: None, ..account() };
    let refused = account.request_code(id(1), Channel::Phone, &Code::of(1), &key(), at(0));
    assert_eq!(refused, Err(VerificationRefusal::PhoneMissing));
}

#[test]
fn who_may_not_act_proves_nothing() {
    let suspended = Account { standing: Standing::Suspended, ..waiting() };
    let (code, key) = (Code::of(123_456), key());
    let refusal = Err(VerificationRefusal::Suspended);
    assert_eq!(suspended.clone().request_code(id(2), Channel::Email, &code, &key, at(1)), refusal);
    assert_eq!(suspended.clone().resend(Channel::Email, &code, &key, at(1)), refusal);
    assert_eq!(suspended.clone().request_review(id(2), Paper::Address, papers(), at(1)), refusal);
    assert_eq!(suspended.confirm(Channel::Email, &code, &key, at(1)), Err(VerificationRefusal::Suspended));
}

#[test]
fn an_admin_approves_or_rejects_a_document_once_and_not_their_own() {
    let words = RejectionReason::parse("Not legible.").unwrap();
    let approved = reviewed().approve(person(3), at(5)).unwrap();
    assert_eq!(approved.state, VerificationState::Verified { at: at(5), reviewer: Some(person(3)) });
    assert_eq!(approved.clone().approve(person(3), at(6)), Err(VerificationRefusal::NotPending));
    assert_eq!(approved.reject(person(3), words.clone(), at(6)), Err(VerificationRefusal::NotPending));
    let rejected = reviewed().reject(person(3), words.clone(), at(5)).unwrap();
    let rejection = Rejection::Reviewed { reviewer: person(3), reason: words };
    assert_eq!(rejected.state, VerificationState::Rejected(rejection));
    assert_eq!(reviewed().approve(person(1), at(5)), Err(VerificationRefusal::OwnVerification));
    let code = waiting().current.unwrap();
    assert_eq!(code.approve(person(3), at(5)), Err(VerificationRefusal::NotReviewable));
}

#[test]
fn what_ended_for_no_fault_of_theirs_says_nothing_of_a_person() {
    let state = |rejection| VerificationState::Rejected(rejection).proven();
    for rejection in [Rejection::CodeExpired, Rejection::ContactChanged, Rejection::AccountClosed] {
        assert_eq!(state(rejection.clone()), Proven::None);
        assert_eq!(Rejection::stored(rejection.reason().to_owned(), None), Some(rejection));
    }
    assert_eq!(Rejection::stored("because".to_owned(), None), None);
    assert_eq!(waiting().current.unwrap().state.proven(), Proven::Pending);
}

#[test]
fn documents_have_data_and_codes_have_none() {
    let form = DocumentForm { document: " ".to_owned(), note: Some("x".repeat(1_001)) };
    let fields = |kind, form: Option<&DocumentForm>| {
        let wrong = Evidence::check(kind, form).unwrap_err();
        wrong.iter().map(|wrong| (wrong.field.to_string(), wrong.code)).collect::<Vec<_>>()
    };
    let wrong = [("data.document".to_owned(), "required"), ("data.note".to_owned(), "too_long")];
    assert_eq!(fields(VerificationType::Address, Some(&form)), wrong);
    assert_eq!(fields(VerificationType::Address, None), [("data".to_owned(), "required")]);
    for kind in [VerificationType::Email, VerificationType::Phone] {
        assert_eq!(fields(kind, Some(&form)), [("data".to_owned(), "not_allowed")]);
        assert!(matches!(Evidence::check(kind, None), Ok(Evidence::Code(_))));
    }
}

#[test]
fn a_summary_keeps_its_types_apart() {
    let summary = VerificationSummary::NOTHING
        .with(VerificationType::Phone, Proven::Verified)
        .with(VerificationType::Address, Proven::Rejected);
    let words: Vec<_> = VerificationType::ALL.iter().map(|kind| summary.of(*kind).slug()).collect();
    assert_eq!(words, ["none", "verified", "none", "rejected"]);
    assert_eq!(summary.verified().collect::<Vec<_>>(), [VerificationType::Phone]);
}

#[test]
fn codes_are_six_digits_and_stay_out_of_debug_output() {
    assert_eq!(Code::of(7).expose(), "000007");
    assert_eq!(Code::parse(" 123 456 ").unwrap().expose(), "123456");
    for bad in ["", "12345", "1234567", "12345x", "１２３４５６", "-12345"] {
        assert!(Code::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(format!("{:?}", Code::of(7)), "Code(…)");
}

proptest! {
    #[test]
    fn only_the_code_that_was_sent_is_right(sent in 0_u32..1_000_000, typed in 0_u32..1_000_000) {
        let account =
            after(account().request_code(id(1), Channel::Email, &Code::of(sent), &key(), at(0)).unwrap());
        let outcome = confirm(account, typed, 1).unwrap();
        prop_assert_eq!(matches!(outcome, Confirmation::Right(_)), sent == typed);
    }
}
