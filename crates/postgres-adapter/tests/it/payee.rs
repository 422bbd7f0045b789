//! Accounts at the payment provider: the first one stays, whoever comes at the same moment.

use souk_domain::user::{PayoutAccountId, Standing};
use souk_ports::user::PayeeRepository;
use souk_postgres_adapter::PgPayees;
use souk_testkit::build;
use tokio::task::JoinSet;

use crate::support::Ground;

fn account(name: &str) -> PayoutAccountId {
    PayoutAccountId::parse(name).unwrap()
}

#[tokio::test]
async fn what_is_kept_is_found_and_the_first_one_stays() {
    let ground = Ground::new().await;
    let payees = PgPayees::new(ground.pool.clone());
    let ada = ground.user(1, "ada").await;
    let found = payees.find(ada.id).await.unwrap().unwrap();
    assert_eq!((found.id, &found.email, found.standing), (ada.id, &ada.email, Standing::Active));
    assert_eq!(found.payout_account, None);

    assert_eq!(payees.keep_payout_account(ada.id, &account("acct_1")).await, Ok(Some(account("acct_1"))));
    assert_eq!(payees.keep_payout_account(ada.id, &account("acct_2")).await, Ok(Some(account("acct_1"))));
    let found = payees.find(ada.id).await.unwrap().unwrap();
    assert_eq!(found.payout_account, Some(account("acct_1")));

    let nobody = build::user_id(99);
    assert_eq!(payees.find(nobody).await, Ok(None));
    assert_eq!(payees.keep_payout_account(nobody, &account("acct_3")).await, Ok(None));
}

#[tokio::test]
async fn of_many_at_once_one_account_is_kept_and_all_learn_which() {
    let ground = Ground::new().await;
    let payees = PgPayees::new(ground.pool.clone());
    let ada = ground.user(1, "ada").await;
    let mut rivals = JoinSet::new();
    for n in 0..32 {
        let payees = payees.clone();
        rivals.spawn(async move { payees.keep_payout_account(ada.id, &account(&format!("acct_{n}"))).await });
    }
    let told = rivals.join_all().await;
    let kept = payees.find(ada.id).await.unwrap().unwrap().payout_account;
    assert!(kept.is_some() && told.into_iter().all(|told| told == Ok(kept.clone())));
}

#[tokio::test]
async fn whoever_has_left_is_found_so_and_keeps_nothing_new() {
    let ground = Ground::new().await;
    let payees = PgPayees::new(ground.pool.clone());
    let ada = ground.user(1, "ada").await;
    let leave = "UPDATE users SET status = 'deleted', deleted_at = now() WHERE id = $1";
    ground.database.connect().await.execute(leave, &[&ada.id.as_uuid()]).await.unwrap();
    let found = payees.find(ada.id).await.unwrap().unwrap();
    assert!(matches!(found.standing, Standing::Deleted { .. }));
    assert_eq!(payees.keep_payout_account(ada.id, &account("acct_1")).await, Ok(None));
}

#[tokio::test]
async fn one_account_at_the_provider_is_one_persons() {
    let ground = Ground::new().await;
    let payees = PgPayees::new(ground.pool.clone());
    let (ada, bob) = (ground.user(1, "ada").await, ground.user(2, "bob").await);
    payees.keep_payout_account(ada.id, &account("acct_1")).await.unwrap();
    payees.keep_payout_account(bob.id, &account("acct_1")).await.unwrap_err();
    assert_eq!(payees.find(bob.id).await.unwrap().unwrap().payout_account, None);
}
