//! Logging in, against mocked ports.

use souk_domain::user::Standing;
use souk_ports::{
    session::{
        MockAccessTokens, MockPasswords, MockRefreshTokens, MockSessionRepository, PasswordHash, RefreshToken,
    },
    user::{Credentials, MockUserRepository},
};
use souk_testkit::{build, fixed};

use super::*;

fn hash() -> PasswordHash {
    PasswordHash("hash".to_owned())
}

/// A sign-in whose tokens are called `access` and `refresh`.
pub(crate) fn sign_in() -> SignIn {
    let mut access = MockAccessTokens::new();
    access.expect_issue().returning(|actor, now, expires_at| {
        assert_eq!(expires_at - now, TimeDelta::minutes(15));
        Ok(format!("access of {}", actor.user))
    });
    let mut refresh = MockRefreshTokens::new();
    refresh.expect_issue().returning(|_| {
        Ok(RefreshToken { token: "refresh".to_owned(), hash: souk_domain::session::RefreshHash([9; 32]) })
    });
    let lifetimes = TokenLifetimes { access: TimeDelta::minutes(15), session: TimeDelta::days(30) };
    SignIn::new(Arc::new(access), Arc::new(refresh), Arc::new(fixed::CountingIds::default()), lifetimes)
}

fn sessions(found: Option<Credentials>, right: bool, stored: usize) -> Sessions {
    let expected_hash = found.as_ref().map(|found| found.password_hash.clone());
    let mut users = MockUserRepository::new();
    users.expect_find_credentials().returning(move |_| Ok(found.clone()));
    let mut passwords = MockPasswords::new();
    // Also without an account something is verified, so that both take the same time.
    passwords
        .expect_verify()
        .withf(move |_, hash| *hash == expected_hash)
        .times(1)
        .returning(move |_, hash| Ok(right && hash.is_some()));
    let mut sessions = MockSessionRepository::new();
    sessions
        .expect_insert()
        .times(stored)
        .withf(|session| session.created_at == fixed::now() && session.refresh_hash.0 == [9; 32])
        .returning(|_| Ok(()));
    Sessions::new(
        Arc::new(users),
        Arc::new(sessions),
        Arc::new(passwords),
        Arc::new(fixed::FixedClock),
        sign_in(),
    )
}

#[expect(clippy::unnecessary_wraps, reason = "what the store found, as the store says it")]
fn ada(standing: Standing) -> Option<Credentials> {
    Some(Credentials { user: User { standing, ..build::user(5, "ada") }, password_hash: hash() })
}

async fn log_in(sessions: &Sessions) -> Result<SignedIn, LogInError> {
    sessions.log_in("ada@example.com", "correct horse".to_owned(), None).await
}

#[tokio::test]
async fn the_right_password_opens_a_session() {
    let signed_in = log_in(&sessions(ada(Standing::Active), true, 1)).await.unwrap();
    assert_eq!(signed_in.access_token, format!("access of {}", build::user_id(5)));
    assert_eq!(signed_in.refresh_token, "refresh");
    assert_eq!(signed_in.expires_in, TimeDelta::minutes(15));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_are_refused_alike() {
    let wrong = Err(LogInError::Refused(SessionRefusal::WrongCredentials));
    assert_eq!(log_in(&sessions(ada(Standing::Active), false, 0)).await, wrong);
    assert_eq!(log_in(&sessions(None, true, 0)).await, wrong);
}

#[tokio::test]
async fn an_identifier_that_nobody_can_bear_takes_a_hash_too() {
    let unknown = sessions(None, true, 0).log_in("?", "correct horse".to_owned(), None).await;
    assert_eq!(unknown, Err(LogInError::Refused(SessionRefusal::WrongCredentials)));
}

#[tokio::test]
async fn a_suspended_account_is_told_so_only_with_the_right_password() {
    let suspended = log_in(&sessions(ada(Standing::Suspended), true, 0)).await;
    assert_eq!(suspended, Err(LogInError::Refused(SessionRefusal::Suspended)));
    let wrong = log_in(&sessions(ada(Standing::Suspended), false, 0)).await;
    assert_eq!(wrong, Err(LogInError::Refused(SessionRefusal::WrongCredentials)));
}
