//! Changing passwords, against mocked ports.

use chrono::TimeDelta;
use souk_domain::{
    session::{Admission, ResetHash},
    user::{Role, Standing},
};
use souk_ports::{
    message::{MockMail, MockSms},
    session::{MockAttemptRepository, MockPasswordRepository, MockPasswords, MockResetTokens, PasswordHash},
    user::{Credentials, MockUserRepository},
};
use souk_testkit::{build, fixed};
use tokio::sync::mpsc;

use super::*;
use crate::session::tests::{attempts, room};

const HASH: ResetHash = ResetHash([7; 32]);

fn hash(text: &str) -> PasswordHash {
    PasswordHash(text.to_owned())
}

fn actor() -> Actor {
    Actor { user: build::user_id(1), session: build::session_id(2), role: Role::Buyer }
}

struct Parts {
    users: MockUserRepository,
    repository: MockPasswordRepository,
    tries: MockAttemptRepository,
    mail: MockMail,
    right: bool,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            users: MockUserRepository::new(),
            repository: MockPasswordRepository::new(),
            tries: room(),
            mail: MockMail::new(),
            right: true,
        }
    }
}

impl Parts {
    fn keeper(self) -> PasswordKeeper {
        let right = self.right;
        let mut passwords = MockPasswords::new();
        passwords.expect_verify().returning(move |_, hash| Ok(right && hash.is_some()));
        passwords.expect_hash().returning(|password| Ok(hash(&format!("hash of {}", password.expose()))));
        let mut tokens = MockResetTokens::new();
        tokens.expect_issue().returning(|| Ok(ResetToken { token: "the token".to_owned(), hash: HASH }));
        tokens.expect_parse().returning(|token| (token == "the token").then_some(HASH));
        PasswordKeeper::new(
            Arc::new(self.users),
            Arc::new(self.repository),
            Arc::new(passwords),
            Arc::new(tokens),
            attempts(self.tries),
            Courier::new(Arc::new(self.mail), Arc::new(MockSms::new())),
            Arc::new(fixed::FixedClock),
        )
    }
}

async fn change(parts: Parts) -> Result<(), ChangePasswordError> {
    parts.keeper().change(actor(), "old password".to_owned(), "new password".to_owned()).await
}

/// Somebody whose account is in this standing once it is locked, and whose password then hashes to `present`.
fn somebody(standing: Standing, present: &'static str) -> MockPasswordRepository {
    let mut repository = MockPasswordRepository::new();
    repository.expect_find().returning(|_| Ok(Some(hash("old"))));
    repository.expect_change().returning(move |user, kept, decide| {
        assert_eq!((user, kept), (actor().user, actor().session));
        let context = PasswordContext { password_hash: hash(present), standing };
        let new = decide(&context).map_err(DecideError::Refused)?;
        assert_eq!(new, NewPassword { hash: hash("hash of new password"), at: fixed::now() });
        Ok(())
    });
    repository
}

#[tokio::test]
async fn whoever_knows_the_present_password_changes_it() {
    let repository = somebody(Standing::Active, "old");
    assert_eq!(change(Parts { repository, ..Parts::default() }).await, Ok(()));
}

#[tokio::test]
async fn whoever_does_not_know_it_or_may_not_act_does_not() {
    let wrong = Parts { right: false, repository: somebody(Standing::Active, "old"), ..Parts::default() };
    assert_eq!(change(wrong).await, Err(PasswordRefusal::Wrong.into()));
    for (standing, present, refusal) in [
        (Standing::Active, "changed meanwhile", PasswordRefusal::Wrong),
        (Standing::Suspended, "old", PasswordRefusal::Suspended),
        (Standing::Deleted { at: fixed::now() }, "old", PasswordRefusal::Closed),
    ] {
        let parts = Parts { repository: somebody(standing, present), ..Parts::default() };
        assert_eq!(change(parts).await, Err(refusal.into()));
    }
}

#[tokio::test]
async fn guessing_the_present_password_has_an_end() {
    let mut tries = MockAttemptRepository::new();
    let until = fixed::now() + TimeDelta::seconds(3);
    tries.expect_count().returning(move |_, _, _| Ok(Admission::Full { until }));
    let told = change(Parts { tries, ..Parts::default() }).await;
    assert_eq!(told, Err(AttemptError::TooMany { retry_after: 3 }.into()));
}

#[tokio::test]
async fn a_new_password_is_judged_before_anything_is_counted() {
    let parts = Parts { tries: MockAttemptRepository::new(), ..Parts::default() };
    let told = parts.keeper().change(actor(), "old password".to_owned(), "short".to_owned()).await;
    let Err(ChangePasswordError::Invalid(violations)) = told else { panic!("{told:?}") };
    assert_eq!(violations.iter().next().unwrap().field, "new_password");
}

fn account(standing: Standing) -> Credentials {
    Credentials { user: User { standing, ..build::user(1, "ada") }, password_hash: hash("old") }
}

#[tokio::test]
async fn a_reset_is_stored_and_sent() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut parts = Parts::default();
    parts.users.expect_find_credentials().returning(|_| Ok(Some(account(Standing::Active))));
    parts.repository.expect_put_reset().times(1).returning(|reset| {
        assert_eq!(*reset, PasswordReset::begin(build::user_id(1), HASH, fixed::now()));
        Ok(())
    });
    parts.mail.expect_send().returning(move |mail| {
        tell.send(mail.clone()).unwrap();
        Ok(())
    });
    parts.keeper().request_reset("ada@example.com").await.unwrap();
    let mail = told.recv().await.unwrap();
    assert_eq!(mail.to.as_ref(), "ada@example.com");
    assert!(mail.text.contains("the token"), "{}", mail.text);
}

#[tokio::test]
async fn nothing_is_sent_where_no_account_may_act() {
    // Storing or sending anything would fail the test: the mocks expect nothing.
    let closed = Standing::Deleted { at: fixed::now() };
    for found in [None, Some(account(Standing::Suspended)), Some(account(closed))] {
        let mut parts = Parts::default();
        parts.users.expect_find_credentials().returning(move |_| Ok(found.clone()));
        let address = Email::parse("ada@example.com").unwrap();
        assert_eq!(parts.keeper().send_reset(address).await, Ok(()));
    }
}

#[tokio::test]
async fn who_asks_too_often_is_answered_as_if_they_had_not() {
    let mut tries = MockAttemptRepository::new();
    tries
        .expect_count()
        .withf(|_, quota, _| quota.most == 5)
        .times(1)
        .returning(|_, _, _| Ok(Admission::Full { until: fixed::now() }));
    let parts = Parts { tries, ..Parts::default() };
    assert_eq!(parts.keeper().request_reset("ada@example.com").await, Ok(()));
}

#[tokio::test]
async fn an_address_that_is_none_is_told_so() {
    let parts = Parts { tries: MockAttemptRepository::new(), ..Parts::default() };
    let told = parts.keeper().request_reset("nobody").await;
    assert!(matches!(told, Err(ResetPasswordError::Invalid(_))), "{told:?}");
}

/// Redeems a token of a reset that was asked for so long ago, by an account in this standing.
async fn redeem(token: &str, age: TimeDelta, standing: Standing) -> Result<(), ResetPasswordError> {
    let reset = PasswordReset::begin(build::user_id(1), HASH, fixed::now() - age);
    let mut parts = Parts::default();
    parts.repository.expect_find_reset().returning(move |_| Ok(Some(reset)));
    parts.repository.expect_reset().returning(move |hash_of_token, decide| {
        assert_eq!(hash_of_token, HASH);
        let new = decide(&ResetContext { reset, standing }).map_err(DecideError::Refused)?;
        assert_eq!(new.hash, hash("hash of new password"));
        Ok(())
    });
    parts.keeper().reset(token, "new password".to_owned()).await
}

#[tokio::test]
async fn a_fresh_token_changes_the_password_and_no_other_does() {
    let refused = Err(ResetPasswordError::Refused(ResetRefusal::Invalid));
    let minutes = TimeDelta::minutes;
    assert_eq!(redeem("the token", minutes(1), Standing::Active).await, Ok(()));
    assert_eq!(redeem("the token", minutes(30), Standing::Active).await, refused);
    assert_eq!(redeem("the token", minutes(1), Standing::Banned).await, refused);
    assert_eq!(redeem("another", minutes(1), Standing::Active).await, refused);
}

#[tokio::test]
async fn a_token_that_was_used_costs_no_hash() {
    let mut repository = MockPasswordRepository::new();
    repository.expect_find_reset().returning(|_| Ok(None));
    let keeper = PasswordKeeper {
        passwords: Arc::new(MockPasswords::new()),
        ..Parts { repository, ..Parts::default() }.keeper()
    };
    let told = keeper.reset("the token", "new password".to_owned()).await;
    assert_eq!(told, Err(ResetPasswordError::Refused(ResetRefusal::Invalid)));
}
