//! Passwords: changed by one at a time, with all that follows from it; resets that are good once; tries that are counted.

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    id::SessionId,
    session::{
        Admission, PasswordRefusal, PasswordReset, Pseudonym, Quota, ResetHash, ResetRefusal,
        may_change_password,
    },
    user::{Standing, User},
};
use souk_ports::{
    DecideError,
    session::{
        AttemptRepository, NewPassword, PasswordContext, PasswordHash, PasswordRepository, ResetContext,
        SessionRepository,
    },
};
use souk_postgres_adapter::{PgAttempts, PgPasswords, PgSessions};
use souk_testkit::{build, fixed::now};

use crate::support::Ground;

const OLD: &str = "$argon2id$hash";

fn hash(text: &str) -> PasswordHash {
    PasswordHash(text.to_owned())
}

impl Ground {
    fn passwords(&self) -> PgPasswords {
        PgPasswords::new(self.pool.clone())
    }

    /// Opens the account of `ada`, with sessions 1 to 3.
    async fn on_three_devices(&self) -> User {
        let ada = self.user(1, "ada").await;
        for n in [2, 3] {
            let session = build::session(n, ada.id);
            assert_eq!(PgSessions::new(self.pool.clone()).insert(&session, &hash(OLD)).await, Ok(true));
        }
        ada
    }

    async fn set_status(&self, status: &str) {
        let client = self.database.connect().await;
        client.batch_execute(&format!("UPDATE users SET status = '{status}'")).await.unwrap();
    }

    /// Which sessions have ended, and why.
    async fn ended(&self) -> Vec<(SessionId, String)> {
        let client = self.database.connect().await;
        let sql = "SELECT id, end_reason::text FROM sessions WHERE ended_at IS NOT NULL ORDER BY id";
        let rows = client.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| (SessionId::from_uuid(row.get(0)), row.get(1))).collect()
    }
}

fn ended(numbers: &[u128]) -> Vec<(SessionId, String)> {
    numbers.iter().map(|n| (build::session_id(*n), "password_changed".to_owned())).collect()
}

/// Changes the password from `verified` to `new`, in session 1, as the rule decides.
async fn change(
    passwords: &PgPasswords,
    verified: &str,
    new: &str,
) -> Result<(), DecideError<PasswordRefusal>> {
    let (verified, new) = (hash(verified), NewPassword { hash: hash(new), at: now() });
    let decide = move |context: &PasswordContext| {
        may_change_password(context.standing, context.password_hash == verified)?;
        Ok(new.clone())
    };
    passwords.change(build::user_id(1), build::session_id(1), &decide).await
}

#[tokio::test]
async fn a_change_ends_the_other_sessions_and_a_reset_that_was_under_way() {
    let ground = Ground::new().await;
    let ada = ground.on_three_devices().await;
    let passwords = ground.passwords();
    passwords.put_reset(&PasswordReset::begin(ada.id, ResetHash([1; 32]), now())).await.unwrap();
    assert_eq!(change(&passwords, OLD, "new").await, Ok(()));
    assert_eq!(passwords.find(ada.id).await, Ok(Some(hash("new"))));
    assert_eq!(ground.ended().await, ended(&[2, 3]));
    assert_eq!(ground.count("password_resets").await, 0);
}

#[tokio::test]
async fn a_refused_change_changes_nothing() {
    let ground = Ground::new().await;
    let ada = ground.on_three_devices().await;
    let passwords = ground.passwords();
    let refused = change(&passwords, "not it", "new").await;
    assert_eq!(refused, Err(DecideError::Refused(PasswordRefusal::Wrong)));
    ground.set_status("suspended").await;
    assert_eq!(change(&passwords, OLD, "new").await, Err(DecideError::Refused(PasswordRefusal::Suspended)));
    assert_eq!(passwords.find(ada.id).await, Ok(Some(hash(OLD))));
    assert_eq!(ground.ended().await, []);
    assert_eq!(passwords.find(build::user_id(9)).await, Ok(None));
}

#[tokio::test]
async fn of_many_who_change_one_password_at_once_one_does() {
    let ground = Ground::new().await;
    ground.on_three_devices().await;
    let rivals = (0..16).map(|n| {
        let passwords = ground.passwords();
        async move { change(&passwords, OLD, &format!("new {n}")).await }
    });
    let outcomes = ground.at_once("SELECT FROM users FOR UPDATE", rivals).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let lost = Err(DecideError::Refused(PasswordRefusal::Wrong));
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == lost).count(), 15);
}

/// Redeems the token that hashes to `n` at `at`, as the rule decides.
async fn redeem(passwords: &PgPasswords, n: u8, at: DateTime<Utc>) -> Result<(), DecideError<ResetRefusal>> {
    let decide = move |context: &ResetContext| {
        context.reset.redeem(context.standing, at)?;
        Ok(NewPassword { hash: hash("new"), at })
    };
    passwords.reset(ResetHash([n; 32]), &decide).await
}

#[tokio::test]
async fn a_reset_is_good_once_and_ends_every_session() {
    let ground = Ground::new().await;
    let ada = ground.on_three_devices().await;
    let passwords = ground.passwords();
    let reset = PasswordReset::begin(ada.id, ResetHash([1; 32]), now());
    passwords.put_reset(&reset).await.unwrap();
    assert_eq!(passwords.find_reset(ResetHash([1; 32])).await, Ok(Some(reset)));
    let rivals = (0..16).map(|_| {
        let passwords = ground.passwords();
        async move { redeem(&passwords, 1, now()).await }
    });
    let outcomes = ground.at_once("SELECT FROM users FOR UPDATE", rivals).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(DecideError::NotFound)).count(), 15);
    assert_eq!(passwords.find(ada.id).await, Ok(Some(hash("new"))));
    assert_eq!(ground.ended().await, ended(&[1, 2, 3]));
    assert_eq!(passwords.find_reset(ResetHash([1; 32])).await, Ok(None));
}

#[tokio::test]
async fn a_second_reset_takes_the_place_of_the_first() {
    let ground = Ground::new().await;
    let ada = ground.on_three_devices().await;
    let passwords = ground.passwords();
    for n in [1, 2] {
        passwords.put_reset(&PasswordReset::begin(ada.id, ResetHash([n; 32]), now())).await.unwrap();
    }
    assert_eq!(redeem(&passwords, 1, now()).await, Err(DecideError::NotFound));
    assert_eq!(redeem(&passwords, 2, now()).await, Ok(()));
}

#[tokio::test]
async fn a_reset_that_is_too_old_or_of_an_account_that_may_not_act_changes_nothing() {
    let ground = Ground::new().await;
    let ada = ground.on_three_devices().await;
    let passwords = ground.passwords();
    passwords.put_reset(&PasswordReset::begin(ada.id, ResetHash([1; 32]), now())).await.unwrap();
    let half_an_hour_later = now() + TimeDelta::minutes(30);
    let refused = Err(DecideError::Refused(ResetRefusal::Invalid));
    assert_eq!(redeem(&passwords, 1, half_an_hour_later).await, refused);
    ground.set_status("banned").await;
    assert_eq!(redeem(&passwords, 1, now()).await, refused);
    assert_eq!(passwords.find(ada.id).await, Ok(Some(hash(OLD))));
    assert_eq!(ground.ended().await, []);
    let just_before = half_an_hour_later - TimeDelta::microseconds(1);
    assert_eq!(passwords.remove_expired_resets(just_before, 10).await, Ok(0));
    assert_eq!(passwords.remove_expired_resets(half_an_hour_later, 10).await, Ok(1));
    assert_eq!(ada.standing, Standing::Active);
}

const ADA: Pseudonym = Pseudonym([1; 32]);
const TEN_A_MINUTE: Quota = Quota { most: 10, window: TimeDelta::minutes(1) };

fn second(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(n)
}

#[tokio::test]
async fn tries_are_counted_up_to_the_quota_in_any_minute() {
    let ground = Ground::new().await;
    let tries = PgAttempts::new(ground.pool.clone());
    for n in 0..10 {
        assert_eq!(tries.room(&ADA, TEN_A_MINUTE, second(n)).await, Ok(Admission::Admitted), "{n}");
        assert_eq!(tries.count(&ADA, TEN_A_MINUTE, second(n)).await, Ok(Admission::Admitted), "{n}");
    }
    // What finds no room is not counted: there is room again when the first counts no more, then the second.
    for n in 10..60 {
        let full = Ok(Admission::Full { until: second(60) });
        assert_eq!(tries.room(&ADA, TEN_A_MINUTE, second(n)).await, full, "{n}");
        assert_eq!(tries.count(&ADA, TEN_A_MINUTE, second(n)).await, full, "{n}");
    }
    assert_eq!(tries.room(&ADA, TEN_A_MINUTE, second(60)).await, Ok(Admission::Admitted));
    assert_eq!(tries.count(&ADA, TEN_A_MINUTE, second(60)).await, Ok(Admission::Admitted));
    let full = Ok(Admission::Full { until: second(61) });
    assert_eq!(tries.count(&ADA, TEN_A_MINUTE, second(60)).await, full);
    // Nobody else is affected, and forgetting makes room at once.
    let bob = Pseudonym([2; 32]);
    assert_eq!(tries.count(&bob, TEN_A_MINUTE, second(60)).await, Ok(Admission::Admitted));
    tries.forget(&ADA).await.unwrap();
    assert_eq!(tries.count(&ADA, TEN_A_MINUTE, second(60)).await, Ok(Admission::Admitted));
}

#[tokio::test]
async fn of_64_tries_at_once_on_two_servers_ten_are_admitted() {
    let ground = Ground::new().await;
    let servers = [PgAttempts::new(ground.pool.clone()), PgAttempts::new(ground.another_pool())];
    assert_eq!(servers[0].count(&ADA, TEN_A_MINUTE, now()).await, Ok(Admission::Admitted));
    let rivals = servers
        .iter()
        .cycle()
        .take(63)
        .cloned()
        .map(|server| async move { server.count(&ADA, TEN_A_MINUTE, now()).await });
    let outcomes = ground.at_once("SELECT FROM attempts FOR UPDATE", rivals).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let admitted = outcomes.iter().filter(|outcome| **outcome == Ok(Admission::Admitted)).count();
    assert_eq!(admitted, 9);
}

#[tokio::test]
async fn what_counts_no_more_is_removed() {
    let ground = Ground::new().await;
    let tries = PgAttempts::new(ground.pool.clone());
    for n in [0, 30] {
        tries.count(&ADA, TEN_A_MINUTE, second(n)).await.unwrap();
    }
    assert_eq!(tries.remove_expired(second(89), 10).await, Ok(0));
    assert_eq!(tries.remove_expired(second(90), 10).await, Ok(1));
}
