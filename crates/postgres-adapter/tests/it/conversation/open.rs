//! Opening threads: once each, whoever comes first.

use chrono::TimeDelta;
use souk_domain::{
    conversation::{Opening, Side},
    idempotency::{Fingerprint, IdempotencyKey},
    product::ProductState,
};
use souk_ports::{
    conversation::ConversationRepository,
    idempotency::{Answer, Claim, Once},
};

use super::*;

#[tokio::test]
async fn a_thread_is_opened_once_and_shows_its_listing_and_the_other() {
    let world = World::new().await;
    let opened = world.open(1, BUYER).await.unwrap();
    assert!(opened.is_new);
    let conversation = &opened.conversation;
    assert_eq!((conversation.id, conversation.side), (thread(1), Side::Buyer));
    assert_eq!(
        (conversation.counterpart.id, conversation.counterpart.username.as_ref()),
        (of(SELLER), "seller")
    );
    let listing = conversation.product.clone().unwrap();
    assert_eq!((listing.title.as_ref(), listing.price.minor()), ("Trek road bike", 45_000));
    assert_eq!(listing.thumbnail.unwrap().as_stored(), build::media_id(1).to_string());
    assert_eq!(listing.state, ProductState::Available);
    assert_eq!((conversation.last_message.clone(), conversation.unread_count()), (None, 0));

    let again = world.open(2, BUYER).await.unwrap();
    assert_eq!((again.is_new, again.conversation), (false, opened.conversation));
    assert_eq!(world.ground.count("conversations").await, 1);
    // Another one about nothing in particular, and the rival's own.
    let general = world.open_about(3, BUYER, Topic::Seller(of(SELLER)), None).await.unwrap();
    assert_eq!((general.is_new, general.conversation.product), (true, None));
    assert!(!world.open_about(4, BUYER, Topic::Seller(of(SELLER)), None).await.unwrap().is_new);
    assert!(world.open(5, RIVAL).await.unwrap().is_new);
}

#[tokio::test]
async fn of_two_who_open_one_thread_at_once_one_does() {
    let world = World::with_connections(16).await;
    let rivals = (0..16).map(|n| {
        let threads = world.threads.clone();
        async move {
            let decide = |context: OpeningContext| context.open(thread(n), now());
            threads.open(of(BUYER), product(), &decide, Some(allowance(5)), None).await
        }
    });
    let lock = "LOCK TABLE conversations IN EXCLUSIVE MODE";
    let outcomes: Vec<Opened> =
        world.ground.at_once(lock, rivals).await.into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(outcomes.iter().filter(|opened| opened.is_new).count(), 1);
    assert!(outcomes.iter().all(|opened| opened.conversation.id == outcomes[0].conversation.id));
    assert_eq!(world.ground.count("conversations").await, 1);
    // Only what was opened counts.
    assert_eq!(world.ground.count("attempts WHERE cardinality(tried_at) = 1").await, 1);
}

#[tokio::test]
async fn the_rule_sees_everything_that_speaks_against_it() {
    let world = World::new().await;
    let context = async |topic| {
        let seen = std::sync::Mutex::new(None);
        let decide = |context: OpeningContext| {
            *seen.lock().unwrap() = Some(context);
            Err::<Opening, _>(ConversationRefusal::NotThere)
        };
        let refused = world.threads.open(of(BUYER), topic, &decide, None, None).await;
        let seen = seen.lock().unwrap().clone();
        assert!(refused.is_err());
        seen
    };
    let plain = context(product()).await.unwrap();
    assert_eq!(
        (plain.buyer, plain.seller, plain.is_blocked, plain.existing),
        (of(BUYER), of(SELLER), false, None)
    );
    world.run(
        "INSERT INTO user_blocks SELECT seller_id, users.id, now() FROM products, users WHERE username = 'buyer';
         UPDATE users SET status = 'suspended' WHERE username = 'buyer';
         UPDATE users SET status = 'banned' WHERE username = 'seller';
         UPDATE products SET is_available = FALSE, archived_at = now()",
    )
    .await;
    for topic in [product(), Topic::Seller(of(SELLER))] {
        let seen = context(topic).await.unwrap();
        assert!(seen.is_blocked);
        assert!(!seen.buyer_standing.may_act() && !seen.seller_standing.may_act());
        let archived = matches!(seen.product, Some((_, ProductState::Archived { .. })));
        assert_eq!(archived, matches!(topic, Topic::Product(_)));
    }
    for nothing in [Topic::Product(build::product_id(9)), Topic::Seller(of(9))] {
        assert_eq!(context(nothing).await, None);
        assert_eq!(world.open_about(1, BUYER, nothing, None).await, Err(DecideError::NotFound));
    }
}

#[tokio::test]
async fn only_so_many_new_threads_are_opened_in_an_hour() {
    let world = World::new().await;
    for n in 10..13 {
        world.ground.user(n, &format!("other{n}")).await;
    }
    let open = async |n: u128, with: u128| {
        world
            .open_about(n, BUYER, Topic::Seller(of(with)), Some(allowance(2)))
            .await
            .map(|opened| opened.is_new)
    };
    assert_eq!(open(0, 10).await, Ok(true));
    assert_eq!(open(20, 11).await, Ok(true));
    let full = ConversationRefusal::TooManyConversations { retry_after: 30 };
    assert_eq!(open(30, 12).await, Err(DecideError::Refused(full)));
    assert_eq!(world.ground.count("conversations").await, 2);
    // What is there is found all the same, and in time there is room again.
    assert_eq!(open(30, 10).await, Ok(false));
    assert_eq!(open(61, 12).await, Ok(true));
}

#[tokio::test]
async fn a_repeat_under_a_key_opens_nothing() {
    let world = World::new().await;
    let claim = Claim {
        user: of(BUYER),
        key: IdempotencyKey::parse("key").unwrap(),
        fingerprint: Fingerprint([5; 32]),
        created_at: now(),
        expires_at: now() + TimeDelta::hours(24),
    };
    let answer = |opened: &Opened| Answer(opened.conversation.id.to_string().into_bytes());
    let open = async |n, topic| {
        let once = Once { claim: claim.clone(), answer: &answer };
        let decide = |context: OpeningContext| context.open(thread(n), now());
        world.threads.open(of(BUYER), topic, &decide, None, Some(&once)).await.map(|opened| opened.is_new)
    };
    assert_eq!(open(1, product()).await, Ok(true));
    assert_eq!(open(2, Topic::Seller(of(SELLER))).await, Err(DecideError::AlreadyDone));
    assert_eq!(world.ground.count("conversations").await, 1);
}
