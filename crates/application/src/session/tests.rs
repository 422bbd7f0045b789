//! Log-ins, against mocked ports.

use mockall::predicate::eq;
use souk_domain::{
    session::{Admission, Family, Pseudonym, RefreshHash, Spent},
    user::Role,
};
use souk_ports::{
    session::{
        MockAccessTokens, MockAttemptRepository, MockPasswords, MockPseudonyms, MockRefreshTokens,
        MockSessionRepository, PasswordHash, Refreshed,
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
    refresh
        .expect_issue()
        .returning(|_| Ok(RefreshToken { token: "refresh".to_owned(), hash: RefreshHash([9; 32]) }));
    // The token `n` hashes to `n`, and its child is the token of its generation.
    refresh.expect_parse().returning(|token| {
        let secret = [token.parse().ok()?; 32];
        Some(PresentedToken { session: session_id(), secret, hash: RefreshHash(secret) })
    });
    refresh.expect_children().returning(|_, generation| {
        let hash = RefreshHash([u8::try_from(generation).unwrap(); 32]);
        vec![RefreshToken { token: format!("child {generation}"), hash }]
    });
    let lifetimes = TokenLifetimes { access: TimeDelta::minutes(15), session: TimeDelta::days(30) };
    SignIn::new(Arc::new(access), Arc::new(refresh), Arc::new(fixed::CountingIds::default()), lifetimes)
}

fn session_id() -> SessionId {
    build::session_id(77)
}

/// The pseudonym of a name is its first 32 bytes.
fn pseudonym(name: &str) -> Pseudonym {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(name.bytes()).for_each(|(byte, of)| *byte = of);
    Pseudonym(bytes)
}

pub(super) fn attempts(repository: MockAttemptRepository) -> Attempts {
    let mut pseudonyms = MockPseudonyms::new();
    pseudonyms.expect_of().returning(pseudonym);
    Attempts::new(Arc::new(repository), Arc::new(pseudonyms), Arc::new(fixed::FixedClock))
}

/// Counts, and always finds room.
pub(super) fn room() -> MockAttemptRepository {
    let mut repository = MockAttemptRepository::new();
    repository.expect_room().returning(|_, _, _| Ok(Admission::Admitted));
    repository.expect_count().returning(|_, _, _| Ok(Admission::Admitted));
    repository.expect_forget().returning(|_| Ok(()));
    repository
}

fn sessions(found: Option<Credentials>, right: bool, stored: usize) -> Sessions {
    sessions_with(room(), found, right, stored)
}

fn sessions_with(
    tries: MockAttemptRepository,
    found: Option<Credentials>,
    right: bool,
    stored: usize,
) -> Sessions {
    let standing = found.as_ref().map(|found| found.user.standing);
    let closed = matches!(standing, Some(Standing::Deleted { .. }));
    let expected_hash = found.as_ref().filter(|_| !closed).map(|found| found.password_hash.clone());
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
        .withf(|session, verified| {
            session.created_at == fixed::now() && session.refresh_hash.0 == [9; 32] && *verified == hash()
        })
        .returning(|_, _| Ok(true));
    put_together(users, sessions, passwords, tries)
}

fn put_together(
    users: MockUserRepository,
    sessions: MockSessionRepository,
    passwords: MockPasswords,
    tries: MockAttemptRepository,
) -> Sessions {
    Sessions::new(
        Arc::new(users),
        Arc::new(sessions),
        Arc::new(passwords),
        attempts(tries),
        Arc::new(fixed::FixedClock),
        sign_in(),
    )
}

#[expect(clippy::unnecessary_wraps, reason = "what the store found, as the store says it")]
fn ada(standing: Standing) -> Option<Credentials> {
    Some(Credentials { user: User { standing, ..build::user(5, "ada") }, password_hash: hash() })
}

fn origin() -> Origin {
    Origin { user_agent: None, address: Some("192.0.2.1".parse().unwrap()) }
}

async fn log_in(sessions: &Sessions) -> Result<SignedIn, LogInError> {
    sessions.log_in("ada@example.com", "correct horse".to_owned(), origin()).await
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
    let unknown = sessions(None, true, 0).log_in("?", "correct horse".to_owned(), Origin::default()).await;
    assert_eq!(unknown, Err(LogInError::Refused(SessionRefusal::WrongCredentials)));
}

#[tokio::test]
async fn a_suspended_account_is_told_so_only_with_the_right_password() {
    let suspended = log_in(&sessions(ada(Standing::Suspended), true, 0)).await;
    assert_eq!(suspended, Err(LogInError::Refused(SessionRefusal::Suspended)));
    let wrong = log_in(&sessions(ada(Standing::Suspended), false, 0)).await;
    assert_eq!(wrong, Err(LogInError::Refused(SessionRefusal::WrongCredentials)));
}

#[tokio::test]
async fn what_is_left_of_a_closed_account_is_nobodys() {
    let closed = Standing::Deleted { at: fixed::now() };
    let refused = log_in(&sessions(ada(closed), true, 0)).await;
    assert_eq!(refused, Err(LogInError::Refused(SessionRefusal::WrongCredentials)));
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_opens_nothing() {
    let mut users = MockUserRepository::new();
    users.expect_find_credentials().returning(|_| Ok(ada(Standing::Active)));
    let mut passwords = MockPasswords::new();
    passwords.expect_verify().returning(|_, _| Ok(true));
    let mut sessions = MockSessionRepository::new();
    sessions.expect_insert().times(1).returning(|_, _| Ok(false));
    let refused = log_in(&put_together(users, sessions, passwords, room())).await;
    assert_eq!(refused, Err(LogInError::Refused(SessionRefusal::WrongCredentials)));
}

/// Full for whoever bears this name.
fn full(name: &'static str) -> MockAttemptRepository {
    let mut tries = MockAttemptRepository::new();
    let until = fixed::now() + TimeDelta::seconds(42);
    let is = move |of: &Pseudonym| *of == pseudonym(name);
    tries.expect_room().withf(move |of, _, _| is(of)).returning(move |_, _, _| Ok(Admission::Full { until }));
    tries.expect_room().returning(|_, _, _| Ok(Admission::Admitted));
    tries
        .expect_count()
        .withf(move |of, _, _| is(of))
        .returning(move |_, _, _| Ok(Admission::Full { until }));
    tries
}

#[tokio::test]
async fn too_many_tries_end_before_anything_is_looked_up_or_hashed() {
    for name in ["log in as ada@example.com", "log in from 192.0.2.1"] {
        let (users, passwords) = (MockUserRepository::new(), MockPasswords::new());
        let sessions = put_together(users, MockSessionRepository::new(), passwords, full(name));
        let told = log_in(&sessions).await;
        assert_eq!(told, Err(LogInError::Attempt(AttemptError::TooMany { retry_after: 42 })), "{name}");
    }
}

#[tokio::test]
async fn a_network_is_charged_for_what_failed_and_an_identifier_let_off_for_what_did_not() {
    let (identifier, network) = (pseudonym("log in as ada@example.com"), pseudonym("log in from 192.0.2.1"));
    for (right, charged, let_off) in [(false, 1, 0), (true, 0, 1)] {
        let mut tries = MockAttemptRepository::new();
        tries
            .expect_room()
            .withf(move |of, quota, _| *of == network && quota.most == 60)
            .times(1)
            .returning(|_, _, _| Ok(Admission::Admitted));
        tries
            .expect_count()
            .withf(move |of, quota, _| *of == identifier && quota.most == 10)
            .times(1)
            .returning(|_, _, _| Ok(Admission::Admitted));
        tries
            .expect_count()
            .withf(move |of, _, _| *of == network)
            .times(charged)
            .returning(|_, _, _| Ok(Admission::Admitted));
        tries.expect_forget().with(eq(identifier)).times(let_off).returning(|_| Ok(()));
        let outcome = log_in(&sessions_with(tries, ada(Standing::Active), right, let_off)).await;
        assert_eq!(outcome.is_ok(), right);
    }
}

#[tokio::test]
async fn switched_off_nothing_is_counted() {
    let off = Sessions {
        attempts: attempts(MockAttemptRepository::new()).enforced(false),
        ..sessions(ada(Standing::Active), true, 1)
    };
    assert!(log_in(&off).await.is_ok());
}

/// At generation 4 since a while: the token 4 is good, 3 was spent `ago`.
fn family(ago: TimeDelta) -> Family {
    Family {
        current: RefreshHash([4; 32]),
        previous: Some(Spent { hash: RefreshHash([3; 32]), at: fixed::now() - ago }),
        generation: 4,
        expires_at: fixed::now() + TimeDelta::days(1),
        ended: None,
    }
}

/// Presents a token to a session in this state; the store does as its contract says.
async fn refresh(token: &str, family: Family, standing: Standing) -> Result<NewPair, RefreshError> {
    let mut sessions = MockSessionRepository::new();
    sessions.expect_refresh().returning(move |id, decide| {
        assert_eq!(id, session_id());
        let (generation, current) =
            match decide(&RefreshContext { family, standing }).map_err(DecideError::Refused)? {
                RefreshDecision::Rotate { child, .. } => (family.generation + 1, child),
                RefreshDecision::Replay => (family.generation, family.current),
                RefreshDecision::End { refusal, ended } => {
                    assert_eq!(ended, Ended { at: fixed::now(), reason: SessionEnd::ReuseDetected });
                    return Err(DecideError::Refused(refusal));
                }
            };
        Ok(Refreshed { user: build::user_id(5), role: Role::Both, generation, current })
    });
    put_together(MockUserRepository::new(), sessions, MockPasswords::new(), MockAttemptRepository::new())
        .refresh(token)
        .await
}

#[tokio::test]
async fn the_youngest_token_brings_its_child_and_the_one_before_it_the_same() {
    let long_ago = TimeDelta::hours(1);
    let rotated = refresh("4", family(long_ago), Standing::Active).await.unwrap();
    assert_eq!(rotated.refresh_token, "child 5");
    assert_eq!(rotated.access_token, format!("access of {}", build::user_id(5)));
    let replayed = refresh("3", family(TimeDelta::seconds(2)), Standing::Active).await.unwrap();
    assert_eq!(replayed.refresh_token, "child 4");
}

#[tokio::test]
async fn a_copy_and_nonsense_are_refused() {
    let long_ago = TimeDelta::hours(1);
    for (token, refusal) in
        [("3", RefreshRefusal::Reused), ("2", RefreshRefusal::Reused), ("nonsense", RefreshRefusal::Invalid)]
    {
        let refused = refresh(token, family(long_ago), Standing::Active).await;
        assert_eq!(refused, Err(RefreshError::Refused(refusal)), "{token}");
    }
    let suspended = refresh("4", family(long_ago), Standing::Suspended).await;
    assert_eq!(suspended, Err(RefreshError::Refused(RefreshRefusal::Suspended)));
}

#[tokio::test]
async fn a_child_that_cannot_be_made_again_is_not_handed_out() {
    let other = Family { current: RefreshHash([99; 32]), ..family(TimeDelta::seconds(2)) };
    let refused = refresh("3", other, Standing::Active).await;
    assert_eq!(refused, Err(RefreshError::Refused(RefreshRefusal::Invalid)));
}

#[tokio::test]
async fn a_session_that_is_not_there_is_as_good_as_over() {
    let mut sessions = MockSessionRepository::new();
    sessions.expect_refresh().returning(|_, _| Err(DecideError::NotFound));
    let (users, passwords) = (MockUserRepository::new(), MockPasswords::new());
    let refused = put_together(users, sessions, passwords, MockAttemptRepository::new()).refresh("4").await;
    assert_eq!(refused, Err(RefreshError::Refused(RefreshRefusal::Invalid)));
}
