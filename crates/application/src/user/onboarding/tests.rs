//! Introducing sellers to the payment provider, against mocked ports.

use mockall::predicate::eq;
use souk_domain::user::{Payee, Standing};
use souk_ports::{payments::MockPayments, user::MockPayeeRepository};
use souk_testkit::{build, fixed};

use super::*;

fn account(name: &str) -> PayoutAccountId {
    PayoutAccountId::parse(name).unwrap()
}

fn payee(standing: Standing, payout_account: Option<PayoutAccountId>) -> Payee {
    let user = build::user(1, "ada");
    Payee { id: user.id, email: user.email, standing, payout_account }
}

fn payees(found: Option<Payee>) -> MockPayeeRepository {
    let mut payees = MockPayeeRepository::new();
    payees.expect_find().with(eq(build::user_id(1))).times(1).returning(move |_| Ok(found.clone()));
    payees
}

async fn begin(payees: MockPayeeRepository, payments: MockPayments) -> Result<String, OnboardingError> {
    let onboarding = Onboarding::new(Arc::new(payees), Some(Arc::new(payments)));
    onboarding.begin_onboarding(build::user_id(1)).await.map(OnboardingLink::into_string)
}

/// A provider that makes links that name the account.
fn linking() -> MockPayments {
    let mut payments = MockPayments::new();
    payments
        .expect_onboarding_link()
        .times(1)
        .returning(|account| Ok(OnboardingLink::new(format!("https://pay.example/{account}"))));
    payments
}

#[tokio::test]
async fn the_first_time_an_account_is_opened_and_kept() {
    let mut payees = payees(Some(payee(Standing::Active, None)));
    payees
        .expect_keep_payout_account()
        .with(eq(build::user_id(1)), eq(account("acct_new")))
        .times(1)
        .returning(|_, account| Ok(Some(account.clone())));
    let mut payments = linking();
    payments
        .expect_open_account()
        .withf(|user, email| *user == build::user_id(1) && *email == build::user(1, "ada").email)
        .times(1)
        .returning(|_, _| Ok(account("acct_new")));
    assert_eq!(begin(payees, payments).await.unwrap(), "https://pay.example/acct_new");
}

#[tokio::test]
async fn later_there_is_only_another_link() {
    let payees = payees(Some(payee(Standing::Active, Some(account("acct_old")))));
    assert_eq!(begin(payees, linking()).await.unwrap(), "https://pay.example/acct_old");
}

#[tokio::test]
async fn a_rival_that_came_first_counts() {
    let mut payees = payees(Some(payee(Standing::Active, None)));
    payees.expect_keep_payout_account().returning(|_, _| Ok(Some(account("acct_first"))));
    let mut payments = linking();
    payments.expect_open_account().returning(|_, _| Ok(account("acct_second")));
    assert_eq!(begin(payees, payments).await.unwrap(), "https://pay.example/acct_first");
}

#[tokio::test]
async fn who_may_not_act_is_not_introduced_and_the_provider_hears_nothing() {
    let gone = Standing::Deleted { at: fixed::now() };
    for (standing, refusal) in [
        (Standing::Suspended, OnboardingRefusal::Suspended),
        (Standing::Banned, OnboardingRefusal::Suspended),
        (gone, OnboardingRefusal::Closed),
    ] {
        let refused = begin(payees(Some(payee(standing, None))), MockPayments::new()).await;
        assert_eq!(refused, Err(OnboardingError::Refused(refusal)));
    }
    let refused = begin(payees(None), MockPayments::new()).await;
    assert_eq!(refused, Err(OnboardingError::Refused(OnboardingRefusal::Closed)));
}

#[tokio::test]
async fn who_leaves_meanwhile_gets_no_link() {
    let mut payees = payees(Some(payee(Standing::Active, None)));
    payees.expect_keep_payout_account().returning(|_, _| Ok(None));
    let mut payments = MockPayments::new();
    payments.expect_open_account().returning(|_, _| Ok(account("acct_new")));
    assert_eq!(begin(payees, payments).await, Err(OnboardingError::Refused(OnboardingRefusal::Closed)));
}

#[tokio::test]
async fn nothing_is_kept_when_the_provider_is_away() {
    let away = PortError::Unavailable("away".to_owned());
    let mut payments = MockPayments::new();
    payments.expect_open_account().returning(|_, _| Err(PortError::Unavailable("away".to_owned())));
    let refused = begin(payees(Some(payee(Standing::Active, None))), payments).await;
    assert_eq!(refused, Err(OnboardingError::Port(away)));
}

#[tokio::test]
async fn without_a_provider_nobody_is_looked_up() {
    let onboarding = Onboarding::new(Arc::new(MockPayeeRepository::new()), None);
    let refused = onboarding.begin_onboarding(build::user_id(1)).await;
    assert_eq!(refused, Err(OnboardingError::NoProvider));
}
