//! Log-ins: refreshed once whoever else tries, listed, ended; and none outlives the password it began with.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    page::Limit,
    session::{
        Ended, ListedSession, RefreshDecision, RefreshHash, RefreshRefusal, Session, SessionEnd, Turn,
        UserAgent,
    },
    user::{Role, Standing, User},
};
use souk_ports::{
    DecideError,
    session::{PasswordHash, RefreshContext, Refreshed, SessionRepository},
    user::{Credentials, UserRepository},
};
use souk_postgres_adapter::PgSessions;
use souk_testkit::{build, fixed::now};

use crate::support::{Ground, credentials};

const HASH: &str = "$argon2id$hash";

fn hash(n: u8) -> RefreshHash {
    RefreshHash([n; 32])
}

impl Ground {
    fn sessions(&self) -> PgSessions {
        PgSessions::new(self.pool.clone())
    }

    /// Opens the account of `ada` in this standing; its session is number 1, and its token hashes to 1.
    async fn logged_in(&self, standing: Standing) -> User {
        let credentials = credentials(1, "ada");
        let user = User { standing, role: Role::Both, ..credentials.user };
        let session = Session { refresh_hash: hash(1), ..build::session(1, user.id) };
        self.users().insert(&Credentials { user: user.clone(), ..credentials }, &session).await.unwrap();
        user
    }

    async fn end_reason(&self) -> Option<String> {
        let client = self.database.connect().await;
        client.query_one("SELECT end_reason::text FROM sessions", &[]).await.unwrap().get(0)
    }
}

/// What the real rule decides on the token that hashes to `presented`; a child hashes to one more.
fn decide(
    presented: u8,
    at: DateTime<Utc>,
) -> impl Fn(&RefreshContext) -> Result<RefreshDecision, RefreshRefusal> + Send + Sync {
    move |context: &RefreshContext| {
        Ok(match context.family.turn(hash(presented), context.standing, at)? {
            Turn::Rotate => RefreshDecision::Rotate { child: hash(presented + 1), at },
            Turn::Replay => RefreshDecision::Replay,
            Turn::Reuse => RefreshDecision::End {
                refusal: RefreshRefusal::Reused,
                ended: Ended { at, reason: SessionEnd::ReuseDetected },
            },
        })
    }
}

async fn refresh(
    sessions: &PgSessions,
    presented: u8,
    second: i64,
) -> Result<Refreshed, DecideError<RefreshRefusal>> {
    let at = now() + TimeDelta::seconds(second);
    sessions.refresh(build::session_id(1), &decide(presented, at)).await
}

#[tokio::test]
async fn a_token_is_refreshed_replayed_and_found_out() {
    let ground = Ground::new().await;
    let user = ground.logged_in(Standing::Active).await;
    let sessions = ground.sessions();
    let second = Refreshed { user: user.id, role: Role::Both, generation: 1, current: hash(2) };
    assert_eq!(refresh(&sessions, 1, 100).await, Ok(second));
    assert_eq!(refresh(&sessions, 1, 105).await, Ok(second));
    let third = Refreshed { generation: 2, current: hash(3), ..second };
    assert_eq!(refresh(&sessions, 2, 200).await, Ok(third));
    assert_eq!(ground.end_reason().await, None);
    // The copy is found out, the session ends, and its youngest token is good no more.
    assert_eq!(refresh(&sessions, 1, 201).await, Err(DecideError::Refused(RefreshRefusal::Reused)));
    assert_eq!(ground.end_reason().await.as_deref(), Some("reuse_detected"));
    assert_eq!(refresh(&sessions, 3, 202).await, Err(DecideError::Refused(RefreshRefusal::Invalid)));
}

#[tokio::test]
async fn nobody_refreshes_what_is_not_there() {
    let ground = Ground::new().await;
    assert_eq!(refresh(&ground.sessions(), 1, 1).await, Err(DecideError::NotFound));
}

#[tokio::test]
async fn a_refresh_sees_what_the_account_is_now() {
    let ground = Ground::new().await;
    ground.logged_in(Standing::Active).await;
    let client = ground.database.connect().await;
    client.batch_execute("UPDATE users SET role = 'admin'").await.unwrap();
    assert_eq!(refresh(&ground.sessions(), 1, 100).await.unwrap().role, Role::Admin);
    client.batch_execute("UPDATE users SET status = 'suspended'").await.unwrap();
    let refused = refresh(&ground.sessions(), 2, 200).await;
    assert_eq!(refused, Err(DecideError::Refused(RefreshRefusal::Suspended)));
    // A suspension ends no session: who is reinstated goes on.
    client.batch_execute("UPDATE users SET status = 'active'").await.unwrap();
    assert!(refresh(&ground.sessions(), 2, 300).await.is_ok());
}

#[tokio::test]
async fn of_64_with_one_token_on_two_servers_one_has_its_way_and_all_get_the_same_child() {
    let ground = Ground::new().await;
    ground.logged_in(Standing::Active).await;
    let servers = [ground.sessions(), PgSessions::new(ground.another_pool())];
    let rivals = (100..164).zip(servers.iter().cycle().cloned()).map(|(n, server)| async move {
        // Each would make a child of its own, so that two who both thought they came first would be seen.
        let decide = move |context: &RefreshContext| {
            decide(1, now())(context).map(|decision| match decision {
                RefreshDecision::Rotate { at, .. } => RefreshDecision::Rotate { child: hash(n), at },
                other @ (RefreshDecision::Replay | RefreshDecision::End { .. }) => other,
            })
        };
        server.refresh(build::session_id(1), &decide).await.unwrap()
    });
    let outcomes = ground.at_once("SELECT FROM sessions FOR UPDATE", rivals).await;
    let child = outcomes[0].current;
    for Refreshed { generation, current, .. } in outcomes {
        assert_eq!((generation, current), (1, child));
    }
    // Whoever comes too late with it ends the session for everybody.
    assert_eq!(refresh(&servers[0], 1, 10).await, Err(DecideError::Refused(RefreshRefusal::Reused)));
    let youngest = refresh(&servers[1], child.0[0], 11).await;
    assert_eq!(youngest, Err(DecideError::Refused(RefreshRefusal::Invalid)));
}

#[tokio::test]
async fn sessions_are_listed_newest_first_and_only_while_they_live() {
    let ground = Ground::new().await;
    let ada = ground.logged_in(Standing::Active).await;
    ground.user(100, "bob").await;
    let sessions = ground.sessions();
    for n in 2..=7 {
        let session = Session {
            created_at: now() + TimeDelta::minutes(n),
            user_agent: Some(UserAgent::parse(&format!("Device {n}")).unwrap()),
            ..build::session(n.try_into().unwrap(), ada.id)
        };
        assert_eq!(sessions.insert(&session, &PasswordHash(HASH.to_owned())).await, Ok(true));
    }
    let later = now() + TimeDelta::hours(1);
    assert_eq!(sessions.end(ada.id, build::session_id(4), SessionEnd::Revoked, later).await, Ok(true));
    let client = ground.database.connect().await;
    client
        .execute(
            "UPDATE sessions SET expires_at = $1 WHERE user_agent = 'Device 6'",
            &[&std::time::SystemTime::from(later)],
        )
        .await
        .unwrap();

    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = sessions.list(ada.id, after, Limit::new(2).unwrap(), later).await.unwrap();
        assert!(page.items.len() <= 2);
        seen.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let ids: Vec<_> = seen.iter().map(|session| session.id).collect();
    assert_eq!(ids, [7, 5, 3, 2, 1].map(build::session_id));
    assert_eq!(
        seen[0],
        ListedSession {
            id: build::session_id(7),
            user_agent: Some(UserAgent::parse("Device 7").unwrap()),
            created_at: now() + TimeDelta::minutes(7),
            last_used_at: now() + TimeDelta::minutes(7),
            expires_at: now() + TimeDelta::days(30),
        }
    );
}

#[tokio::test]
async fn a_session_is_ended_by_its_person_only_and_for_the_first_reason() {
    let ground = Ground::new().await;
    let ada = ground.logged_in(Standing::Active).await;
    let sessions = ground.sessions();
    let end = async |user, n, reason| sessions.end(user, build::session_id(n), reason, now()).await;
    assert_eq!(end(build::user_id(2), 1, SessionEnd::Revoked).await, Ok(false));
    assert_eq!(end(ada.id, 2, SessionEnd::Revoked).await, Ok(false));
    assert_eq!(ground.end_reason().await, None);
    assert_eq!(end(ada.id, 1, SessionEnd::LoggedOut).await, Ok(true));
    assert_eq!(end(ada.id, 1, SessionEnd::Revoked).await, Ok(true));
    assert_eq!(ground.end_reason().await.as_deref(), Some("logged_out"));
    assert_eq!(refresh(&sessions, 1, 1).await, Err(DecideError::Refused(RefreshRefusal::Invalid)));
}

#[tokio::test]
async fn no_session_begins_with_a_password_of_before() {
    let ground = Ground::new().await;
    let ada = ground.logged_in(Standing::Active).await;
    let begin = async |n, verified: &str| {
        ground.sessions().insert(&build::session(n, ada.id), &PasswordHash(verified.to_owned())).await
    };
    assert_eq!(begin(2, "$argon2id$other").await, Ok(false));
    assert_eq!(begin(3, HASH).await, Ok(true));
    assert_eq!(ground.count("sessions").await, 2);
}

#[tokio::test]
async fn a_log_in_that_meets_a_change_of_the_password_waits_and_opens_nothing() {
    let ground = Ground::new().await;
    let ada = ground.logged_in(Standing::Active).await;
    let client = ground.database.connect().await;
    client.batch_execute("BEGIN; UPDATE users SET password_hash = 'other'").await.unwrap();
    let sessions = Arc::new(ground.sessions());
    let begun = tokio::spawn({
        let sessions = Arc::clone(&sessions);
        async move { sessions.insert(&build::session(2, ada.id), &PasswordHash(HASH.to_owned())).await }
    });
    ground.waiting_for_a_lock(1).await;
    client.batch_execute("COMMIT").await.unwrap();
    assert_eq!(begun.await.unwrap(), Ok(false));
    assert_eq!(ground.count("sessions").await, 1);
}

#[tokio::test]
async fn sessions_long_over_are_forgotten() {
    let ground = Ground::new().await;
    ground.logged_in(Standing::Active).await;
    let expiry = now() + TimeDelta::days(30);
    assert_eq!(ground.sessions().remove_ended(expiry - TimeDelta::seconds(1), 10).await, Ok(0));
    assert_eq!(ground.sessions().remove_ended(expiry + TimeDelta::seconds(1), 10).await, Ok(1));
}
