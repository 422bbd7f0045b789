//! Running the place: searching, judging, and a record that nobody changes.

use souk_domain::{
    admin::{AdminAct, AdminActor, AdminRefusal, AuditEntry, Judgement, Reason, Subject},
    contact::Email,
    id::{AuditEntryId, UserId},
    page::Limit,
    user::{Role, Standing},
};
use souk_ports::{
    DecideError,
    admin::{AccountKey, AccountQuery, AdminRepository},
    user::UserRepository,
};
use souk_postgres_adapter::PgAdmins;
use souk_testkit::{build, fixed::now};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::Ground;

fn entry(n: u128, admin: UserId, account: UserId) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId::from_uuid(Uuid::from_u128(n)),
        actor: AdminActor::Admin(admin),
        act: AdminAct::UserSuspended,
        subject: account.as_uuid(),
        reason: Some(Reason::parse("Fraud.").unwrap()),
        at: now(),
    }
}

#[tokio::test]
async fn an_act_changes_the_account_and_leaves_a_line() {
    let ground = Ground::new().await;
    let (root, bob) = (ground.user(1, "root").await, ground.user(2, "bob").await);
    let admins = PgAdmins::new(ground.pool.clone());
    let line = entry(7, root.id, bob.id);
    let suspend = |subject: Subject| {
        assert_eq!(subject, Subject { id: bob.id, role: Role::Buyer, standing: Standing::Active });
        subject.suspend(line.clone())
    };
    let judged = admins.judge(&AccountKey::Id(bob.id), &suspend).await.unwrap();
    assert_eq!(judged.standing, Standing::Suspended);
    assert_eq!(ground.users().find(bob.id).await.unwrap(), Some(judged));
    let record = admins.list_audit(None, Limit::default()).await.unwrap();
    assert_eq!(record.items, [line]);

    let again = |subject: Subject| subject.suspend(entry(8, root.id, bob.id));
    let refused = admins.judge(&AccountKey::Id(bob.id), &again).await;
    assert_eq!(refused, Err(DecideError::Refused(AdminRefusal::AlreadySuspended)));
    let nobody = admins.judge(&AccountKey::Id(build::user_id(9)), &again).await;
    assert_eq!(nobody, Err(DecideError::NotFound));
    assert_eq!(ground.count("audit_entries").await, 1);
}

#[tokio::test]
async fn an_account_is_found_by_its_address_in_any_case() {
    let ground = Ground::new().await;
    let bob = ground.user(2, "bob").await;
    let admins = PgAdmins::new(ground.pool.clone());
    let grant = |subject: Subject| {
        let line = AuditEntry {
            actor: AdminActor::Operator,
            act: AdminAct::AdminGranted,
            ..entry(1, bob.id, bob.id)
        };
        Ok::<_, AdminRefusal>(Judgement { role: Role::Admin, standing: subject.standing, entry: line })
    };
    let key = AccountKey::Email(Email::parse("BOB@Example.com").unwrap());
    assert_eq!(admins.judge(&key, &grant).await.unwrap().role, Role::Admin);
    let subject = admins.find_subject(bob.id).await.unwrap().unwrap();
    assert!(subject.may_administer());
    assert_eq!(admins.find_subject(build::user_id(9)).await, Ok(None));
    let record = admins.list_audit(None, Limit::default()).await.unwrap();
    assert_eq!(record.items[0].actor, AdminActor::Operator);
}

#[tokio::test]
async fn of_many_who_suspend_at_once_one_does() {
    let ground = Ground::new().await;
    let (root, bob) = (ground.user(1, "root").await, ground.user(2, "bob").await);
    let mut rivals = JoinSet::new();
    for n in 1..=32 {
        let (admins, root, bob) = (PgAdmins::new(ground.pool.clone()), root.id, bob.id);
        rivals.spawn(async move {
            let suspend = |subject: Subject| subject.suspend(entry(n, root, bob));
            admins.judge(&AccountKey::Id(bob), &suspend).await.map(|_| ())
        });
    }
    let outcomes = rivals.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(ground.count("audit_entries").await, 1);
}

#[tokio::test]
async fn nobody_changes_the_record() {
    let ground = Ground::new().await;
    let (root, bob) = (ground.user(1, "root").await, ground.user(2, "bob").await);
    let admins = PgAdmins::new(ground.pool.clone());
    let suspend = |subject: Subject| subject.suspend(entry(7, root.id, bob.id));
    admins.judge(&AccountKey::Id(bob.id), &suspend).await.unwrap();
    let client = ground.database.connect().await;
    for sql in
        ["UPDATE audit_entries SET reason = NULL", "DELETE FROM audit_entries", "TRUNCATE audit_entries"]
    {
        let error = client.batch_execute(sql).await.unwrap_err();
        assert!(error.as_db_error().unwrap().message().contains("never changed"), "{sql}: {error}");
    }
}

#[tokio::test]
async fn accounts_are_searched_by_a_part_of_a_name_and_read_newest_first() {
    let ground = Ground::new().await;
    for (n, name) in [(1, "ada.lovelace"), (2, "bob_100"), (3, "bobby"), (4, "Adam")] {
        ground.user(n, name).await;
    }
    let client = ground.database.connect().await;
    client
        .batch_execute(
            "UPDATE users SET status = 'suspended' WHERE username = 'bobby';
             UPDATE users SET role = 'admin' WHERE username = 'ada.lovelace'",
        )
        .await
        .unwrap();
    let admins = PgAdmins::new(ground.pool.clone());
    let seen = async |query: AccountQuery| {
        let mut query = AccountQuery { limit: Limit::new(1).unwrap(), ..query };
        let mut seen = Vec::new();
        loop {
            let page = admins.list_accounts(&query).await.unwrap();
            seen.extend(page.items.into_iter().map(|user| user.username.into_string()));
            match page.next {
                Some(next) => query.after = Some(next),
                None => return seen,
            }
        }
    };
    let text = |text: &str| AccountQuery { text: Some(text.to_owned()), ..AccountQuery::default() };
    assert_eq!(seen(AccountQuery::default()).await, ["Adam", "bobby", "bob_100", "ada.lovelace"]);
    assert_eq!(seen(text("BOB")).await, ["bobby", "bob_100"]);
    assert_eq!(seen(text("_1")).await, ["bob_100"]);
    assert_eq!(seen(text("lace@exam")).await, ["ada.lovelace"]);
    assert_eq!(seen(AccountQuery { may_act: Some(false), ..AccountQuery::default() }).await, ["bobby"]);
    assert_eq!(seen(AccountQuery { role: Some(Role::Admin), ..text("ada") }).await, ["ada.lovelace"]);
}
