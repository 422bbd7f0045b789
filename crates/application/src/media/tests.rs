//! Pictures, against mocked ports.

use mockall::{Sequence, predicate::eq};
use souk_domain::{
    media::{Dimensions, UPLOADS_AN_HOUR, Uploader},
    user::Standing,
};
use souk_ports::media::{MockImageWorkshop, MockMediaRepository, MockMediaStore};
use souk_testkit::{build, fixed};

use super::*;

/// Pictures of somebody who has uploaded this one only.
pub(crate) fn only(owner: UserId, id: MediaId) -> MediaLibrary {
    let mut repository = MockMediaRepository::new();
    repository.expect_claim().returning(move |by, ids, now| {
        assert_eq!((by, now), (owner, fixed::now()));
        Ok(ids.iter().copied().filter(|named| *named == id).collect())
    });
    Ports { repository, ..Ports::default() }.library()
}

#[derive(Default)]
struct Ports {
    repository: MockMediaRepository,
    workshop: MockImageWorkshop,
    store: MockMediaStore,
}

impl Ports {
    fn library(self) -> MediaLibrary {
        MediaLibrary::new(
            Arc::new(self.repository),
            Arc::new(self.workshop),
            Arc::new(self.store),
            Arc::new(fixed::FixedClock),
            Arc::new(fixed::CountingIds::default()),
        )
    }

    /// Books in which an account stands like this.
    fn with_uploader(mut self, standing: Standing, within_the_hour: i64) -> Self {
        self.repository.expect_reserve().returning(move |id, since, decide| {
            assert_eq!(since, fixed::now() - TimeDelta::hours(1));
            decide(&Uploader { id, standing, kept: 0, within_the_hour }).map_err(DecideError::Refused)
        });
        self
    }

    fn with_workshop(mut self) -> Self {
        self.workshop.expect_develop().with(eq(b"upload".to_vec())).returning(|_| {
            Ok(Developed {
                dimensions: Dimensions { width: 4, height: 3 },
                image: vec![1; 10],
                thumbnail: vec![2; 5],
                blurhash: "LEHV6n".to_owned(),
            })
        });
        self
    }
}

fn id(n: u128) -> MediaId {
    build::media_id(n)
}

async fn upload(ports: Ports) -> Result<Media, UploadError> {
    ports.library().upload(build::user_id(1), b"upload".to_vec(), None).await
}

#[tokio::test]
async fn files_are_stored_after_the_place_is_kept_and_before_the_picture_counts() {
    let mut ports = Ports::default().with_uploader(Standing::Active, 0).with_workshop();
    let mut order = Sequence::new();
    for (rendition, file) in [(Rendition::Image, vec![1; 10]), (Rendition::Thumbnail, vec![2; 5])] {
        let put = ports.store.expect_put().with(eq(id(1)), eq(rendition), eq(file));
        put.times(1).in_sequence(&mut order).returning(|_, _, _| Ok(()));
    }
    ports.repository.expect_keep().times(1).in_sequence(&mut order).returning(|_, _| Ok(()));
    let media = upload(ports).await.unwrap();
    assert_eq!((media.id, media.owner, media.bytes), (id(1), build::user_id(1), 15));
    assert_eq!(media.created_at, fixed::now());
}

#[tokio::test]
async fn who_may_not_upload_costs_no_work() {
    for (standing, lately, refusal) in [
        (Standing::Suspended, 0, MediaRefusal::Suspended),
        (Standing::Active, UPLOADS_AN_HOUR, MediaRefusal::TooMany),
    ] {
        let refused = upload(Ports::default().with_uploader(standing, lately)).await;
        assert_eq!(refused, Err(DecideError::Refused(refusal).into()));
    }
    let mut unlimited = Ports::default().with_uploader(Standing::Active, UPLOADS_AN_HOUR).with_workshop();
    unlimited.store.expect_put().returning(|_, _, _| Ok(()));
    unlimited.repository.expect_keep().returning(|_, _| Ok(()));
    let library = unlimited.library().limited(false);
    assert!(library.upload(build::user_id(1), b"upload".to_vec(), None).await.is_ok());
}

#[tokio::test]
async fn what_is_no_picture_is_stored_nowhere() {
    let mut ports = Ports::default().with_uploader(Standing::Active, 0);
    ports.workshop.expect_develop().returning(|_| Err(ImageFault::TooLarge.into()));
    assert_eq!(upload(ports).await, Err(ImageFault::TooLarge.into()));
}

#[tokio::test]
async fn a_store_that_is_away_is_told() {
    let mut ports = Ports::default().with_uploader(Standing::Active, 0).with_workshop();
    ports.store.expect_put().returning(|_, _, _| Err(PortError::Unavailable("away".to_owned())));
    assert!(matches!(upload(ports).await, Err(UploadError::Decide(DecideError::Port(_)))));
}

#[tokio::test]
async fn files_without_a_place_are_removed_at_once() {
    let mut ports = Ports::default().with_uploader(Standing::Active, 0).with_workshop();
    ports.store.expect_put().returning(|_, _, _| Ok(()));
    ports.repository.expect_keep().returning(|_, _| Err(DecideError::NotFound));
    ports.store.expect_remove().with(eq(id(1))).times(1).returning(|_| Ok(()));
    assert_eq!(upload(ports).await, Err(DecideError::NotFound.into()));
}

#[tokio::test]
async fn pictures_that_are_not_ones_own_are_named_by_their_fields() {
    let mut ports = Ports::default();
    ports
        .repository
        .expect_claim()
        .withf(|owner, ids, now| *owner == build::user_id(1) && ids == [id(7), id(8)] && *now == fixed::now())
        .returning(|_, _, _| Ok(vec![id(7)]));
    let library = ports.library();
    let named = [("images[0]".to_owned(), id(7)), ("images[1]".to_owned(), id(8))];
    let Err(ClaimError::Unknown(wrong)) = library.claim(build::user_id(1), &named).await else {
        panic!("claimed")
    };
    let noted: Vec<_> = wrong.iter().map(|wrong| (wrong.field.to_string(), wrong.code)).collect();
    assert_eq!(noted, [("images[1]".to_owned(), "unknown_media")]);
    // Nothing named is nothing asked.
    assert_eq!(library.claim(build::user_id(1), &[]).await, Ok(()));
}

#[tokio::test]
async fn files_go_before_their_entry_in_the_books() {
    let mut ports = Ports::default();
    let mut order = Sequence::new();
    ports
        .repository
        .expect_withdraw()
        .withf(|leftovers, now, limit| {
            *leftovers == Leftovers::by(fixed::now()) && *now == fixed::now() && *limit == BATCH
        })
        .times(1)
        .in_sequence(&mut order)
        .returning(|_, _, _| Ok(vec![id(7), id(8)]));
    for n in [7, 8] {
        let remove = ports.store.expect_remove().with(eq(id(n)));
        remove.times(1).in_sequence(&mut order).returning(|_| Ok(()));
    }
    let strike_out = ports.repository.expect_strike_out().withf(|ids| ids == [id(7), id(8)]);
    strike_out.times(1).in_sequence(&mut order).returning(|_| Ok(()));
    assert_eq!(ports.library().clear_up().await, Ok(2));
}

#[tokio::test]
async fn what_could_not_be_removed_stays_in_the_books() {
    let mut ports = Ports::default();
    ports.repository.expect_withdraw().returning(|_, _, _| Ok(vec![id(7)]));
    ports.store.expect_remove().returning(|_| Err(PortError::Unavailable("away".to_owned())));
    assert!(ports.library().clear_up().await.is_err());
}
