//! Being introduced to the payment provider.

use serde_json::{Value, json};
use souk_domain::user::{Payee, PayoutAccountId, Standing};
use souk_ports::{
    PortError,
    payments::{MockPayments, OnboardingLink},
    user::MockPayeeRepository,
};
use souk_testkit::{build, fixed};

use super::{Answer, Ports, post};

/// A store in which everybody has this standing and no account at the provider yet.
pub(super) fn store(standing: Standing) -> MockPayeeRepository {
    let mut payees = MockPayeeRepository::new();
    payees.expect_find().returning(move |id| {
        let email = build::user(1, "ada").email;
        Ok(Some(Payee { id, email, standing, payout_account: None }))
    });
    payees.expect_keep_payout_account().returning(|_, account| Ok(Some(account.clone())));
    payees
}

/// A provider that opens accounts and makes links.
pub(super) fn provider() -> MockPayments {
    let mut payments = MockPayments::new();
    payments.expect_open_account().returning(|_, _| Ok(PayoutAccountId::parse("acct_1").unwrap()));
    payments
        .expect_onboarding_link()
        .returning(|account| Ok(OnboardingLink::new(format!("https://pay.example/{account}"))));
    payments
}

async fn begin(payees: MockPayeeRepository, payments: Option<MockPayments>) -> Answer {
    let router = Ports { payees, payments, ..Ports::default() }.router();
    post(&router, "/v1/me/connect-account", "ada", &Value::Null).await
}

#[tokio::test]
async fn a_seller_is_sent_to_the_provider() {
    let answer = begin(store(Standing::Active), Some(provider())).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({"onboarding_url": "https://pay.example/acct_1"}));
}

#[tokio::test]
async fn who_may_not_act_is_told_so() {
    let gone = Standing::Deleted { at: fixed::now() };
    for (standing, status, code) in [
        (Standing::Suspended, 403, "account_suspended"),
        (Standing::Banned, 403, "account_suspended"),
        (gone, 401, "unauthenticated"),
    ] {
        let answer = begin(store(standing), Some(MockPayments::new())).await;
        assert_eq!(answer.problem(), (status, code.to_owned()));
    }
}

#[tokio::test]
async fn without_a_provider_it_is_said_in_so_many_words() {
    let answer = begin(MockPayeeRepository::new(), None).await;
    assert_eq!(answer.problem(), (503, "payments_not_configured".to_owned()));
    assert_eq!(answer.headers["retry-after"], "3600");
}

#[tokio::test]
async fn a_provider_that_is_away_is_a_matter_of_time_and_one_that_refuses_is_ours() {
    for (error, status, code) in [
        (PortError::Unavailable("sk_secret".to_owned()), 503, "unavailable"),
        (PortError::Unexpected("sk_secret".to_owned()), 500, "internal_error"),
    ] {
        let mut payments = MockPayments::new();
        payments.expect_open_account().returning(move |_, _| Err(error.clone()));
        let answer = begin(store(Standing::Active), Some(payments)).await;
        assert_eq!(answer.problem(), (status, code.to_owned()));
        assert!(!String::from_utf8(answer.body).unwrap().contains("sk_secret"));
    }
}
