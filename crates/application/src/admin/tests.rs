//! Running the place, against a mocked port.

use souk_domain::user::{Role, Standing};
use souk_ports::admin::MockAdminRepository;
use souk_testkit::{build, fixed};

use super::*;

fn admins(repository: MockAdminRepository) -> Admins {
    Admins::new(Arc::new(repository), Arc::new(fixed::FixedClock), Arc::new(fixed::CountingIds::default()))
}

/// A store whose account number 2 is as given, and which checks the line it is to write.
fn store(role: Role, standing: Standing, check: fn(&AuditEntry)) -> MockAdminRepository {
    let mut repository = MockAdminRepository::new();
    repository.expect_judge().times(1).returning(move |_, decide| {
        let judgement =
            decide(Subject { id: build::user_id(2), role, standing }).map_err(DecideError::Refused)?;
        check(&judgement.entry);
        Ok(User { role: judgement.role, standing: judgement.standing, ..build::user(2, "bob") })
    });
    repository
}

#[tokio::test]
async fn suspending_is_recorded_with_its_reason() {
    let repository = store(Role::Both, Standing::Active, |entry| {
        assert_eq!((entry.actor, entry.act), (AdminActor::Admin(build::user_id(1)), AdminAct::UserSuspended));
        assert_eq!((entry.subject, entry.at), (build::user_id(2).as_uuid(), fixed::now()));
        assert_eq!(entry.reason.as_ref().map(AsRef::as_ref), Some("Fraud."));
    });
    let user =
        admins(repository).suspend(build::user_id(1), build::user_id(2), Some(" Fraud. ")).await.unwrap();
    assert_eq!(user.standing, Standing::Suspended);
}

#[tokio::test]
async fn a_reason_must_say_something() {
    let refused =
        admins(MockAdminRepository::new()).suspend(build::user_id(1), build::user_id(2), Some(" ")).await;
    assert!(matches!(refused, Err(JudgeError::Invalid(_))));
}

#[tokio::test]
async fn reinstating_somebody_who_may_act_is_refused() {
    let repository = store(Role::Both, Standing::Active, |_| {});
    let refused = admins(repository).reinstate(build::user_id(1), build::user_id(2), None).await;
    assert_eq!(refused, Err(JudgeError::Decide(DecideError::Refused(AdminRefusal::NotSuspended))));
}

#[tokio::test]
async fn an_operator_makes_admins() {
    let repository = store(Role::Buyer, Standing::Active, |entry| {
        assert_eq!((entry.actor, entry.act), (AdminActor::Operator, AdminAct::AdminGranted));
    });
    let user = admins(repository).grant(Email::parse("bob@example.com").unwrap()).await.unwrap();
    assert_eq!(user.role, Role::Admin);
}

#[tokio::test]
async fn what_the_database_says_counts() {
    for (found, may) in [
        (None, false),
        (Some((Role::Admin, Standing::Active)), true),
        (Some((Role::Admin, Standing::Suspended)), false),
        (Some((Role::Both, Standing::Active)), false),
    ] {
        let mut repository = MockAdminRepository::new();
        repository
            .expect_find_subject()
            .returning(move |id| Ok(found.map(|(role, standing)| Subject { id, role, standing })));
        assert_eq!(admins(repository).may_administer(build::user_id(1)).await, Ok(may));
    }
}
