//! What belongs to one person, and what those who run the place look at.

use souk_domain::{
    page::Limit,
    verification::{VerificationQuery, VerificationScope, VerificationStatus},
};
use souk_ports::{
    admin::{AccountQuery, AdminRepository},
    block::BlockRepository,
    product::ProductRepository,
    session::SessionRepository,
    verification::VerificationRepository,
};
use souk_postgres_adapter::{PgAdmins, PgBlocks, PgProducts, PgSessions, PgVerifications};
use souk_testkit::fixed::now;

use super::{Meter, load::busy, talks::first_user};

#[tokio::test]
async fn what_somebody_has_is_listed_from_its_index() {
    let meter = Meter::of(busy().await);
    let user = first_user(&meter).await;
    let limit = Limit::default();
    meter
        .check("what they like", &["ix_product_likes_user_id", "pk_products"], 350, async |pool, _| {
            let products = PgProducts::new(pool);
            let page = products.list_liked(user, None, limit).await.unwrap();
            assert_eq!(page.items.len(), 20);
            assert_eq!(products.list_liked(user, page.next, limit).await.unwrap().items.len(), 20);
        })
        .await;
    meter
        .check("their sessions", &["ix_sessions_user_id"], 100, async |pool, _| {
            let sessions = PgSessions::new(pool);
            let page = sessions.list(user, None, limit, now()).await.unwrap();
            assert_eq!(page.items.len(), 20);
            assert_eq!(sessions.list(user, page.next, limit, now()).await.unwrap().items.len(), 20);
        })
        .await;
    meter
        .check("whom they have blocked", &["ix_user_blocks_blocker_id", "pk_users"], 300, async |pool, _| {
            let blocks = PgBlocks::new(pool);
            let page = blocks.list(user, None, limit).await.unwrap();
            assert_eq!(page.items.len(), 20);
            assert_eq!(blocks.list(user, page.next, limit).await.unwrap().items.len(), 20);
        })
        .await;
    let query = VerificationQuery { scope: VerificationScope::Of(user), after: None, limit };
    meter
        .check("what they have proved", &["ix_verifications_user_id"], 20, async |pool, _| {
            assert_eq!(PgVerifications::new(pool).list(&query).await.unwrap().items.len(), 2);
        })
        .await;
}

#[tokio::test]
async fn what_admins_look_at_is_read_from_its_index() {
    let meter = Meter::of(busy().await);
    let limit = Limit::default();
    let scope = VerificationScope::Reviews(VerificationStatus::Pending);
    let first = VerificationQuery { scope, after: None, limit };
    meter
        .check("documents to review", &["ix_verifications_reviews"], 100, async |pool, _| {
            let verifications = PgVerifications::new(pool);
            let page = verifications.list(&first).await.unwrap();
            assert_eq!(page.items.len(), 20);
            let next = verifications.list(&VerificationQuery { after: page.next, ..first }).await.unwrap();
            assert_eq!(next.items.len(), 20);
        })
        .await;
    meter
        .check("what was done", &["ix_audit_entries_created"], 100, async |pool, _| {
            let admins = PgAdmins::new(pool);
            let page = admins.list_audit(None, limit).await.unwrap();
            assert_eq!(page.items.len(), 20);
            assert_eq!(admins.list_audit(page.next, limit).await.unwrap().items.len(), 20);
        })
        .await;
    let all = AccountQuery { text: None, role: None, may_act: None, after: None, limit };
    meter
        .check("accounts", &["ix_users_created"], 100, async |pool, _| {
            let admins = PgAdmins::new(pool);
            let page = admins.list_accounts(&all).await.unwrap();
            assert_eq!(page.items.len(), 20);
            let next = AccountQuery { after: page.next, ..all.clone() };
            assert_eq!(admins.list_accounts(&next).await.unwrap().items.len(), 20);
        })
        .await;
    let named = AccountQuery { text: Some("user4711".to_owned()), ..all.clone() };
    meter
        .check("a name", &["ix_users_username_trgm", "ix_users_email_trgm"], 300, async |pool, _| {
            assert_eq!(PgAdmins::new(pool).list_accounts(&named).await.unwrap().items.len(), 1);
        })
        .await;
}
