//! Profiles, against mocked ports.

use souk_domain::{
    edit::Change,
    user::{ErasureContext, ProfileContext, User},
    verification::VerificationSummary,
};
use souk_ports::user::MockProfileRepository;
use souk_testkit::{build, fixed};

use super::*;
use crate::media::tests::only;

fn profiles(repository: MockProfileRepository) -> Profiles {
    let media = only(build::user_id(1), build::media_id(1));
    Profiles::new(Arc::new(repository), media, Arc::new(fixed::FixedClock))
}

fn own(user: User) -> OwnProfile {
    OwnProfile { user, verification: VerificationSummary::NOTHING }
}

/// A store in which an account stands like this.
fn store(standing: Standing) -> MockProfileRepository {
    let user = move || User { standing, ..build::user(1, "ada") };
    let mut repository = MockProfileRepository::new();
    repository.expect_find_own().returning(move |_| Ok(Some(own(user()))));
    repository.expect_change().returning(move |_, decide| {
        let context = ProfileContext { user: user(), has_listings_up: false };
        decide(&context).map(|update| own(update.user)).map_err(DecideError::Refused)
    });
    repository.expect_erase().returning(move |_, decide| {
        let context = ErasureContext { user: user(), has_open_deal: false };
        decide(&context).map_err(DecideError::Refused).map(|erasure| {
            assert!(matches!(erasure.remains.standing, Standing::Deleted { .. }));
        })
    });
    repository
}

#[tokio::test]
async fn a_suspended_account_can_still_be_looked_at_and_a_deleted_one_cannot() {
    let id = build::user_id(1);
    for (standing, there) in [
        (Standing::Active, true),
        (Standing::Suspended, true),
        (Standing::Banned, true),
        (Standing::Deleted { at: fixed::now() }, false),
    ] {
        let found = profiles(store(standing)).find_own(id).await.unwrap();
        assert_eq!(found.is_some(), there, "{standing:?}");
    }
}

#[tokio::test]
async fn a_change_is_what_the_rule_decided() {
    let form = ProfileForm { bio: Change::Set("Counts.".to_owned()), ..ProfileForm::default() };
    let expected = Expected::OneOf(vec![build::user(1, "ada").version()]);
    let changed = profiles(store(Standing::Active)).change(build::user_id(1), form, &expected).await.unwrap();
    assert_eq!(changed.user.bio.unwrap().as_ref(), "Counts.");
}

#[tokio::test]
async fn a_face_is_a_picture_of_ones_own() {
    let with = |n: u128| ProfileForm {
        avatar_url: Change::Set(build::media_id(n).to_string()),
        ..ProfileForm::default()
    };
    let profiles = profiles(store(Standing::Active));
    let changed = profiles.change(build::user_id(1), with(1), &Expected::Any).await.unwrap();
    assert_eq!(changed.user.avatar_url.and_then(|picture| picture.own()), Some(build::media_id(1)));
    let refused = profiles.change(build::user_id(1), with(2), &Expected::Any).await;
    let Err(ChangeProfileError::Invalid(wrong)) = refused else { panic!("{refused:?}") };
    assert_eq!(
        wrong.iter().next().map(|one| (one.field.as_ref(), one.code)),
        Some(("avatar_url", "unknown_media"))
    );
}

#[tokio::test]
async fn a_refused_change_comes_back_as_such() {
    let profiles = profiles(store(Standing::Active));
    let stale = profiles.change(build::user_id(1), ProfileForm::default(), &Expected::OneOf(vec![1])).await;
    assert_eq!(stale, Err(ChangeProfileError::Decide(DecideError::Refused(ProfileRefusal::Stale))));
}

#[tokio::test]
async fn a_bad_form_is_refused_before_the_store_is_asked() {
    let form = ProfileForm { display_name: Change::Clear, ..ProfileForm::default() };
    let refused =
        profiles(MockProfileRepository::new()).change(build::user_id(1), form, &Expected::Any).await;
    assert!(matches!(refused, Err(ChangeProfileError::Invalid(_))));
}

#[tokio::test]
async fn leaving_is_decided_by_the_rule() {
    let id = build::user_id(1);
    assert_eq!(profiles(store(Standing::Active)).erase(id).await, Ok(()));
    let refused = profiles(store(Standing::Suspended)).erase(id).await;
    assert_eq!(refused, Err(DecideError::Refused(ErasureRefusal::Suspended)));
}
