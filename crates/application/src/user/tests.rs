//! Opening accounts, against mocked ports.

use souk_ports::{
    session::{MockPasswords, PasswordHash},
    user::MockUserRepository,
};
use souk_testkit::{build, fixed};

use super::*;
use crate::session::tests::sign_in;

fn users(repository: MockUserRepository) -> Users {
    let mut passwords = MockPasswords::new();
    passwords.expect_hash().returning(|_| Ok(PasswordHash("hash".to_owned())));
    let (clock, ids) = (Arc::new(fixed::FixedClock), Arc::new(fixed::CountingIds::default()));
    Users::new(Arc::new(repository), Arc::new(passwords), clock, ids, sign_in())
}

#[tokio::test]
async fn a_newcomer_is_stored_with_a_first_session_and_logged_in() {
    let mut repository = MockUserRepository::new();
    repository
        .expect_insert()
        .times(1)
        .withf(|credentials, session| {
            credentials.password_hash.0 == "hash"
                && credentials.user.id == session.user
                && credentials.user.created_at == fixed::now()
        })
        .returning(|_, _| Ok(()));
    let signed_in = users(repository).register(build::registration_form("ada"), None).await.unwrap();
    assert_eq!(signed_in.user.username.as_ref(), "ada");
    assert_eq!(signed_in.access_token, format!("access of {}", signed_in.user.id));
}

#[tokio::test]
async fn a_bad_form_is_refused_before_anything_is_hashed_or_stored() {
    let form = RegistrationForm { email: "nobody".to_owned(), ..build::registration_form("ada") };
    let refused = users(MockUserRepository::new()).register(form, None).await;
    assert!(matches!(refused, Err(RegisterError::Invalid(_))));
}

#[tokio::test]
async fn what_the_store_says_is_taken_is_taken() {
    let mut repository = MockUserRepository::new();
    repository.expect_insert().returning(|_, _| Err(InsertError::Taken(UserTaken::Email)));
    let refused = users(repository).register(build::registration_form("ada"), None).await;
    assert_eq!(refused, Err(RegisterError::Taken(UserTaken::Email)));
}
