//! Profiles: what is changed is read, one of two rivals is stale, and others see only what is public.

use chrono::TimeDelta;
use souk_domain::{
    edit::{Change, Expected},
    geo::GeoPoint,
    id::UserId,
    product::PlaceForm,
    user::{OwnProfile, ProfileChange, ProfileForm, ProfileRefusal, Role, User},
    verification::{Proven, VerificationSummary, VerificationType},
};
use souk_ports::{DecideError, user::ProfileRepository};
use souk_postgres_adapter::PgProfiles;
use souk_testkit::{build, fixed::now};
use tokio::task::JoinSet;

use crate::support::Ground;

fn profiles(ground: &Ground) -> PgProfiles {
    PgProfiles::new(ground.pool.clone())
}

async fn change(
    profiles: &PgProfiles,
    id: UserId,
    form: ProfileForm,
    expected: &Expected,
) -> Result<OwnProfile, DecideError<ProfileRefusal>> {
    let change = ProfileChange::check(form).unwrap();
    let at = now() + TimeDelta::seconds(1);
    profiles.change(id, &|context| change.clone().apply(context, expected, at)).await
}

fn set(text: &str) -> Change<String> {
    Change::Set(text.to_owned())
}

fn role(role: &str) -> ProfileForm {
    ProfileForm { role: set(role), ..ProfileForm::default() }
}

/// Records attempts to prove something: type, status, and why it was rejected.
async fn attempt(ground: &Ground, user: &User, n: u32, kind: &str, status: &str, reason: Option<&str>) {
    let sql = format!(
        "INSERT INTO verifications (id, user_id, verification_type, status, submitted_at, verified_at, rejection_reason,
             created_at, updated_at, data, code_hash, code_expires_at)
         VALUES (gen_random_uuid(), $1, '{kind}', '{status}', now() + interval '{n} s',
             CASE WHEN '{status}' = 'verified' THEN now() END, $2, now(), now(),
             CASE WHEN '{kind}' IN ('email', 'phone') THEN '{{}}' ELSE '{{\"document\": \"x\"}}' END::jsonb,
             CASE WHEN '{status}' = 'pending' AND '{kind}' IN ('email', 'phone') THEN sha256('code') END,
             CASE WHEN '{status}' = 'pending' AND '{kind}' IN ('email', 'phone') THEN now() END)"
    );
    ground.database.connect().await.execute(&sql, &[&user.id.as_uuid(), &reason]).await.unwrap();
}

#[tokio::test]
async fn what_is_changed_is_read_and_what_is_cleared_is_gone() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    let form = ProfileForm {
        display_name: set("Ada L."),
        bio: set("Counts."),
        avatar_url: set(&build::media_id(1).to_string()),
        phone: set("+4930123456"),
        role: set("seller"),
        location: Change::Set(PlaceForm { latitude: 52.52, longitude: 13.405 }),
        location_label: set("Berlin"),
    };
    let changed = change(&profiles(&ground), ada.id, form, &Expected::Any).await.unwrap();
    assert_eq!(changed.user.location.map(GeoPoint::latitude), Some(52.52));
    assert_eq!(profiles(&ground).find_own(ada.id).await.unwrap(), Some(changed.clone()));

    let form = ProfileForm {
        bio: Change::Clear,
        avatar_url: Change::Clear,
        phone: Change::Clear,
        location: Change::Clear,
        location_label: Change::Clear,
        ..ProfileForm::default()
    };
    let cleared = change(&profiles(&ground), ada.id, form, &Expected::Any).await.unwrap();
    assert_eq!(profiles(&ground).find_own(ada.id).await.unwrap(), Some(cleared.clone()));
    assert!(cleared.user.version() > changed.user.version());
    let user = User { updated_at: cleared.user.updated_at, role: Role::Seller, ..ada };
    assert_eq!(cleared.user, User { display_name: changed.user.display_name, ..user });

    let nobody = change(&profiles(&ground), build::user_id(9), ProfileForm::default(), &Expected::Any).await;
    assert_eq!(nobody, Err(DecideError::NotFound));
    assert_eq!(profiles(&ground).find_own(build::user_id(9)).await.unwrap(), None);
}

#[tokio::test]
async fn of_many_changes_of_one_version_one_is_made() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    let mut rivals = JoinSet::new();
    for n in 0..16 {
        let (profiles, expected) = (profiles(&ground), Expected::OneOf(vec![ada.version()]));
        rivals.spawn(async move {
            let form = ProfileForm { bio: set(&format!("rival {n}")), ..ProfileForm::default() };
            change(&profiles, build::user_id(1), form, &expected).await
        });
    }
    let outcomes = rivals.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let stale = Err(DecideError::Refused(ProfileRefusal::Stale));
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == stale).count(), 15);
}

#[tokio::test]
async fn a_number_that_somebody_has_is_refused_and_nothing_is_written() {
    let ground = Ground::new().await;
    let (ada, bob) = (ground.user(1, "ada").await, ground.user(2, "bob").await);
    let number = ProfileForm { phone: set("+4930123456"), ..ProfileForm::default() };
    change(&profiles(&ground), ada.id, number.clone(), &Expected::Any).await.unwrap();
    let form = ProfileForm { bio: set("Mine."), ..number };
    let taken = change(&profiles(&ground), bob.id, form, &Expected::Any).await;
    assert_eq!(taken, Err(DecideError::Refused(ProfileRefusal::PhoneTaken)));
    assert_eq!(profiles(&ground).find_own(bob.id).await.unwrap().unwrap().user, bob);
}

#[tokio::test]
async fn the_newest_attempt_says_what_is_proved_unless_it_means_nothing_any_more() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    let profiles = profiles(&ground);
    let own = profiles.find_own(ada.id).await.unwrap().unwrap();
    assert_eq!(own.verification, VerificationSummary::NOTHING);

    attempt(&ground, &ada, 1, "email", "rejected", Some("too_many_tries")).await;
    attempt(&ground, &ada, 2, "email", "verified", None).await;
    attempt(&ground, &ada, 1, "phone", "rejected", Some("too_many_tries")).await;
    attempt(&ground, &ada, 2, "phone", "rejected", Some("contact_changed")).await;
    attempt(&ground, &ada, 1, "government_id", "rejected", Some("too_many_tries")).await;
    attempt(&ground, &ada, 1, "address", "pending", None).await;
    let own = profiles.find_own(ada.id).await.unwrap().unwrap();
    let expected = VerificationSummary {
        email: Proven::Verified,
        phone: Proven::None,
        government_id: Proven::Rejected,
        address: Proven::Pending,
    };
    assert_eq!(own.verification, expected);
}

#[tokio::test]
async fn another_number_is_a_number_that_nothing_proves() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    let profiles = profiles(&ground);
    let number = |number| ProfileForm { phone: set(number), ..ProfileForm::default() };
    change(&profiles, ada.id, number("+4930123456"), &Expected::Any).await.unwrap();
    attempt(&ground, &ada, 1, "phone", "verified", None).await;
    attempt(&ground, &ada, 1, "email", "verified", None).await;
    let same = change(&profiles, ada.id, number("+49 30 123456"), &Expected::Any).await.unwrap();
    assert_eq!(same.verification.phone, Proven::Verified);
    let other = change(&profiles, ada.id, number("+4930123457"), &Expected::Any).await.unwrap();
    assert_eq!((other.verification.phone, other.verification.email), (Proven::None, Proven::Verified));
    // And it can be begun anew.
    attempt(&ground, &ada, 2, "phone", "pending", None).await;
    let own = profiles.find_own(ada.id).await.unwrap().unwrap();
    assert_eq!(own.verification.phone, Proven::Pending);
}

#[tokio::test]
async fn whoever_has_things_for_sale_stays_a_seller_even_if_both_happen_at_once() {
    let ground = Ground::new().await;
    for n in 1..=8 {
        let ada = ground.user(u128::from(n), &format!("ada{n}")).await;
        let profiles = profiles(&ground);
        change(&profiles, ada.id, role("both"), &Expected::Any).await.unwrap();
        let form = build::listing_form();
        let publish = ground.publish(n, ada.id, &form);
        let (_, given_up) = tokio::join!(publish, change(&profiles, ada.id, role("buyer"), &Expected::Any));
        let up = Err(DecideError::Refused(ProfileRefusal::ListingsUp));
        assert!(given_up.is_ok() || given_up == up, "{given_up:?}");
        assert!(profiles.find_own(ada.id).await.unwrap().unwrap().user.role.can_sell());
        assert_eq!(change(&profiles, ada.id, role("buyer"), &Expected::Any).await, up);
    }
    let down = "UPDATE products SET is_available = FALSE, archived_at = now()";
    ground.database.connect().await.execute(down, &[]).await.unwrap();
    let done = change(&profiles(&ground), build::user_id(1), role("buyer"), &Expected::Any).await.unwrap();
    assert_eq!(done.user.role, Role::Buyer);
}

#[tokio::test]
async fn others_see_what_is_public_of_whoever_is_there() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    let profiles = profiles(&ground);
    for n in 1..=4 {
        ground.publish(n, ada.id, &build::listing_form()).await;
    }
    attempt(&ground, &ada, 1, "phone", "verified", None).await;
    attempt(&ground, &ada, 1, "email", "verified", None).await;
    attempt(&ground, &ada, 1, "address", "pending", None).await;
    let client = ground.database.connect().await;
    // Of four, one is reserved, one sold, one archived.
    for (n, state) in [(2, "version = 1"), (3, "sold_at = now()"), (4, "archived_at = now()")] {
        let sql = format!("UPDATE products SET is_available = FALSE, {state} WHERE id = $1");
        client.execute(&sql, &[&build::product_id(n).as_uuid()]).await.unwrap();
    }
    let public = profiles.find_public(ada.id).await.unwrap().unwrap();
    assert_eq!((public.listings, public.sold), (2, 1));
    assert_eq!(public.verified, [VerificationType::Email, VerificationType::Phone]);
    assert_eq!((public.id, public.username, public.member_since), (ada.id, ada.username, ada.created_at));

    client.execute("UPDATE users SET status = 'suspended'", &[]).await.unwrap();
    assert!(profiles.find_public(ada.id).await.unwrap().is_some());
    client.execute("UPDATE users SET status = 'deleted', deleted_at = now()", &[]).await.unwrap();
    assert_eq!(profiles.find_public(ada.id).await.unwrap(), None);
    assert_eq!(profiles.find_public(build::user_id(9)).await.unwrap(), None);
}
