//! Gathering and writing, against mocked ports.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicUsize, Ordering},
};

use souk_domain::session::Pseudonym;
use souk_ports::{product::MockViewRepository, session::MockPseudonyms};
use souk_testkit::{build, fixed};
use tokio::sync::oneshot;

use super::*;

/// Marks are made of the ends of names, which is where the viewer is.
fn views(repository: MockViewRepository) -> Views {
    let mut pseudonyms = MockPseudonyms::new();
    pseudonyms.expect_of().returning(|name| {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(name.bytes().rev()).for_each(|(byte, of)| *byte = of);
        Pseudonym(bytes)
    });
    Views::new(Arc::new(repository), Arc::new(pseudonyms), Arc::new(fixed::FixedClock))
}

fn person(n: u128) -> Viewer {
    Viewer::Person(build::user_id(n))
}

/// A store that notes what it is told to count.
fn store(seen: &Arc<Mutex<Vec<SeenView>>>) -> MockViewRepository {
    let seen = Arc::clone(seen);
    let mut repository = MockViewRepository::new();
    repository.expect_count().returning(move |views| {
        seen.lock().unwrap().extend(views);
        Ok(0)
    });
    repository
}

#[tokio::test]
async fn each_viewer_is_written_once_per_listing_with_the_day_and_their_account() {
    let seen = Arc::default();
    let views = views(store(&seen));
    let guest = Viewer::Guest { network: None, agent: None };
    for _ in 0..3 {
        views.view(build::product_id(1), &person(1));
        views.view(build::product_id(1), &person(2));
        views.view(build::product_id(2), &person(1));
        views.view(build::product_id(2), &guest);
    }
    assert_eq!(views.waiting_count(), 4);
    views.settle().await;
    let seen = seen.lock().unwrap();
    assert!(seen.iter().all(|seen| seen.view.day == fixed::now().date_naive()));
    let who: HashSet<_> = seen.iter().map(|seen| (seen.view.product, seen.by)).collect();
    let (one, two) = (build::product_id(1), build::product_id(2));
    let (ada, bob) = (Some(build::user_id(1)), Some(build::user_id(2)));
    assert_eq!((seen.len(), who), (4, HashSet::from([(one, ada), (one, bob), (two, ada), (two, None)])));
    assert_eq!(views.waiting_count(), 0);
}

#[tokio::test]
async fn there_is_an_end_to_what_is_gathered_and_it_is_written_in_batches() {
    let seen = Arc::default();
    let views = views(store(&seen));
    for n in 0..70_000 {
        views.view(build::product_id(n), &person(1));
    }
    assert_eq!(views.waiting_count(), MOST_WAITING);
    views.settle().await;
    let distinct: HashSet<_> = seen.lock().unwrap().iter().map(|seen| seen.view).collect();
    assert_eq!(distinct.len(), MOST_WAITING);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_written_is_tried_again() {
    let mut repository = MockViewRepository::new();
    let tries = AtomicUsize::new(0);
    repository.expect_count().times(3).returning(move |views| {
        assert_eq!(views.len(), 1);
        match tries.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Err(PortError::Unavailable("away".to_owned())),
            _ => Ok(1),
        }
    });
    let views = views(repository);
    views.view(build::product_id(1), &person(1));
    views.settle().await;
    assert_eq!(views.waiting_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn many_are_written_before_their_time() {
    let seen = Arc::default();
    let views = views(store(&seen));
    let (end, ended) = oneshot::channel::<()>();
    let worker = tokio::spawn({
        let views = views.clone();
        async move { views.run(Duration::from_hours(24), async { ended.await.unwrap() }).await }
    });
    // The first round comes at once and finds nothing.
    tokio::task::yield_now().await;
    let started = time::Instant::now();
    for n in 0..u128::try_from(MANY).unwrap() {
        views.view(build::product_id(n), &person(1));
    }
    while views.waiting_count() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!((seen.lock().unwrap().len(), started.elapsed()), (MANY, Duration::ZERO));
    end.send(()).unwrap();
    worker.await.unwrap();
}

#[tokio::test]
async fn a_write_that_is_given_up_loses_nothing() {
    struct Never;
    #[async_trait::async_trait]
    impl ViewRepository for Never {
        async fn count(&self, _: &[SeenView]) -> Result<u64, PortError> {
            std::future::pending().await
        }
        async fn remove_before(&self, _: NaiveDate, _: u32) -> Result<u64, PortError> {
            Ok(0)
        }
    }
    let views = Arc::new(Views { repository: Arc::new(Never), ..views(MockViewRepository::new()) });
    views.view(build::product_id(1), &person(1));
    let task = tokio::spawn({
        let views = Arc::clone(&views);
        async move { views.settle().await }
    });
    while views.waiting_count() > 0 {
        tokio::task::yield_now().await;
    }
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(views.waiting_count(), 1);
}
