//! Loading against mocked ports that remember which ids they were given.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use souk_domain::{
    product::{Product, Publisher},
    session::RefreshHash,
    user::{Standing, User},
};
use souk_ports::{
    InsertError,
    product::MockProductRepository,
    session::{MockAccessTokens, MockPasswords, MockRefreshTokens, RefreshToken},
    user::{Credentials, MockUserRepository},
};

use super::*;

/// What the mocked stores were told.
#[derive(Default)]
struct Told {
    users: HashMap<UserId, User>,
    products: HashMap<Uuid, Product>,
}

type Memory = Arc<Mutex<Told>>;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn told(memory: &Memory) -> MutexGuard<'_, Told> {
    memory.lock().unwrap()
}

fn users(memory: &Memory) -> MockUserRepository {
    let mut users = MockUserRepository::new();
    let store = memory.clone();
    users.expect_find().returning(move |id| Ok(told(&store).users.get(&id).cloned()));
    let store = memory.clone();
    users.expect_insert().returning(move |credentials, _| {
        let user = credentials.user.clone();
        let mut told = told(&store);
        if told.users.values().any(|other| other.email == user.email) {
            return Err(InsertError::Taken(UserTaken::Email));
        }
        told.users.insert(user.id, user);
        Ok(())
    });
    let store = memory.clone();
    users.expect_find_credentials().returning(move |identifier| {
        let told = told(&store);
        let mut users = told.users.values();
        let user = users.find(|user| Identifier::Email(user.email.clone()) == *identifier).cloned();
        Ok(user.map(|user| Credentials { user, password_hash: PasswordHash("hash".to_owned()) }))
    });
    users
}

fn products(memory: &Memory) -> MockProductRepository {
    let mut products = MockProductRepository::new();
    let store = memory.clone();
    products.expect_find().returning(move |id| Ok(told(&store).products.get(&id.as_uuid()).cloned()));
    let store = memory.clone();
    products.expect_publish().returning(move |id, decide, _| {
        let mut told = told(&store);
        let user = told.users.get(&id).unwrap();
        let publication = decide(Publisher { id, role: user.role, standing: Standing::Active }).unwrap();
        let product = publication.product;
        told.products.insert(product.id.as_uuid(), product.clone());
        Ok(product)
    });
    products
}

/// Ports over one memory; `hashes` is how often the slow hash may be asked for.
fn ports(memory: &Memory, hashes: usize) -> Ports {
    let mut passwords = MockPasswords::new();
    passwords.expect_hash().times(hashes).returning(|_| Ok(PasswordHash("hash".to_owned())));
    let mut access = MockAccessTokens::new();
    access.expect_issue().returning(|_, _, _| Ok("access".to_owned()));
    let mut refresh = MockRefreshTokens::new();
    refresh
        .expect_issue()
        .returning(|_| Ok(RefreshToken { token: "refresh".to_owned(), hash: RefreshHash([0; 32]) }));
    Ports {
        users: Arc::new(users(memory)),
        products: Arc::new(products(memory)),
        passwords: Arc::new(passwords),
        access_tokens: Arc::new(access),
        refresh_tokens: Arc::new(refresh),
        blur_key: BlurKey::new([1; 32]),
    }
}

#[tokio::test]
async fn a_first_load_brings_everything_in_and_hashes_once() {
    let memory = Memory::default();
    let mut last = Vec::new();
    let summary = load(&ports(&memory, 1), now(), &mut |progress| last.push(progress)).await.unwrap();

    assert_eq!(summary.people, Count { added: 40, kept: 0 });
    assert_eq!(summary.listings, Count { added: 400, kept: 0 });
    assert_eq!(last.len(), 440);
    assert_eq!(last.get(39), Some(&Progress::People(40, 40)));
    assert_eq!(last.last(), Some(&Progress::Listings(400, 400)));
    let told = told(&memory);
    assert_eq!((told.users.len(), told.products.len()), (40, 400));
    for product in told.products.values() {
        let seller = told.users.get(&product.seller).unwrap();
        assert!(seller.created_at < product.created_at && product.created_at <= now());
    }
}

#[tokio::test]
async fn a_second_load_adds_nothing_and_says_so() {
    let memory = Memory::default();
    load(&ports(&memory, 1), now(), &mut |_| ()).await.unwrap();
    let later = now() + TimeDelta::days(3);
    let summary = load(&ports(&memory, 0), later, &mut |_| ()).await.unwrap();

    assert_eq!(summary.people, Count { added: 0, kept: 40 });
    assert_eq!(summary.listings, Count { added: 0, kept: 400 });
    assert_eq!(told(&memory).products.len(), 400);
    assert!(summary.to_string().contains("400, all there already"), "{summary}");
}

#[tokio::test]
async fn a_load_that_was_cut_off_goes_on_where_it_stopped() {
    let memory = Memory::default();
    load(&ports(&memory, 1), now(), &mut |_| ()).await.unwrap();
    let gone: Vec<_> = listings(now()).iter().take(7).map(|listing| listing.id.as_uuid()).collect();
    told(&memory).products.retain(|id, _| !gone.contains(id));
    let summary = load(&ports(&memory, 0), now(), &mut |_| ()).await.unwrap();

    assert_eq!(summary.listings, Count { added: 7, kept: 393 });
}

#[tokio::test]
async fn somebody_who_registered_by_hand_gets_the_listings() {
    let memory = Memory::default();
    load(&ports(&memory, 1), now(), &mut |_| ()).await.unwrap();
    let person = people(now()).into_iter().find(|person| person.role == Role::Both).unwrap();
    let other = UserId::from_uuid(Uuid::from_u128(7));
    {
        let mut told = told(&memory);
        let user = told.users.remove(&person.id).unwrap();
        told.users.insert(other, User { id: other, ..user });
        told.products.clear();
    }
    let summary = load(&ports(&memory, 1), now(), &mut |_| ()).await.unwrap();

    assert_eq!(summary.people, Count { added: 0, kept: 40 });
    let told = told(&memory);
    assert!(told.products.values().any(|product| product.seller == other));
    assert!(told.products.values().all(|product| product.seller != person.id));
}

#[tokio::test]
async fn the_logins_are_one_of_each_kind() {
    let summary = load(&ports(&Memory::default(), 1), now(), &mut |_| ()).await.unwrap();
    let logins: Vec<_> =
        summary.logins.iter().map(|login| (login.email.as_str(), login.role.slug())).collect();
    assert_eq!(
        logins,
        [
            ("lena.hoffmann@example.com", "both"),
            ("hallo.kiezfund@example.com", "seller"),
            ("wout.peeters@example.com", "buyer")
        ]
    );
    assert!(summary.to_string().contains(PASSWORD));
}
