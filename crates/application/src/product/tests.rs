//! Publishing and finding, against mocked ports.

use souk_domain::{
    product::{ProductState, Publisher},
    user::{Role, Standing},
};
use souk_ports::product::MockProductRepository;
use souk_testkit::{build, fixed};

use super::*;

fn products(repository: MockProductRepository) -> Products {
    let (clock, ids) = (Arc::new(fixed::FixedClock), Arc::new(fixed::CountingIds::default()));
    Products::new(Arc::new(repository), clock, ids, build::blur_key())
}

/// A store in which the seller's account is in this standing.
fn store(standing: Standing) -> MockProductRepository {
    let mut repository = MockProductRepository::new();
    repository.expect_publish().times(1).returning(move |seller, decide, _| {
        decide(Publisher { id: seller, role: Role::Buyer, standing })
            .map(|publication| {
                assert_eq!(publication.promotion, Some(Role::Both));
                publication.product
            })
            .map_err(DecideError::Refused)
    });
    repository
}

/// A good form without pictures, which a store of their own would have to know.
fn form() -> ListingForm {
    ListingForm { images: vec![], ..build::listing_form() }
}

#[tokio::test]
async fn what_is_published_is_what_the_rule_decided() {
    let product = products(store(Standing::Active)).publish(build::user_id(5), &form(), None).await;
    let product = product.unwrap();
    assert_eq!(
        (product.id, product.seller, product.created_at),
        (build::product_id(1), build::user_id(5), fixed::now())
    );
}

#[tokio::test]
async fn a_refusal_of_the_rule_comes_back() {
    let refused = products(store(Standing::Banned)).publish(build::user_id(5), &form(), None).await;
    assert_eq!(refused, Err(PublishError::Decide(DecideError::Refused(ProductRefusal::AccountSuspended))));
}

#[tokio::test]
async fn a_bad_form_is_refused_before_the_store_is_asked() {
    let form = ListingForm { title: String::new(), ..build::listing_form() };
    let refused = products(MockProductRepository::new()).publish(build::user_id(5), &form, None).await;
    assert!(matches!(refused, Err(PublishError::Invalid(_))));
}

#[tokio::test]
async fn an_archived_listing_is_found_by_its_seller_only() {
    let mut archived = build::product(1, build::user_id(5));
    archived.state = ProductState::Archived { at: fixed::now(), sold: None };
    let mut repository = MockProductRepository::new();
    repository.expect_find().returning(move |_| Ok(Some(archived.clone())));
    let products = products(repository);
    assert!(products.find(build::product_id(1), Some(build::user_id(5))).await.unwrap().is_some());
    assert_eq!(products.find(build::product_id(1), None).await, Ok(None));
    assert_eq!(products.find(build::product_id(1), Some(build::user_id(6))).await, Ok(None));
}
