//! Blocks: once per pair, seen by whoever made them, felt by both.

use chrono::TimeDelta;
use souk_domain::{id::UserId, page::Limit};
use souk_ports::block::BlockRepository;
use souk_postgres_adapter::PgBlocks;
use souk_testkit::{build::user_id, fixed::now};

use crate::support::Ground;

#[tokio::test]
async fn a_block_is_felt_by_both_until_it_is_taken_back() {
    let ground = Ground::new().await;
    let (ada, bob) = (ground.user(1, "ada").await.id, ground.user(2, "bob").await.id);
    let eve = ground.user(3, "eve").await.id;
    let blocks = PgBlocks::new(ground.pool.clone());
    assert!(!blocks.are_blocked(ada, bob).await.unwrap());
    for _ in 0..2 {
        assert!(blocks.block(ada, bob, now()).await.unwrap());
        assert!(blocks.are_blocked(ada, bob).await.unwrap() && blocks.are_blocked(bob, ada).await.unwrap());
    }
    assert!(!blocks.are_blocked(ada, eve).await.unwrap() && !blocks.are_blocked(bob, eve).await.unwrap());
    assert_eq!(ground.count("user_blocks").await, 1);
    // Only whoever made it takes it back.
    blocks.unblock(bob, ada).await.unwrap();
    assert!(blocks.are_blocked(ada, bob).await.unwrap());
    for _ in 0..2 {
        blocks.unblock(ada, bob).await.unwrap();
        assert!(!blocks.are_blocked(ada, bob).await.unwrap());
    }
}

#[tokio::test]
async fn only_people_who_are_there_block_and_are_blocked() {
    let ground = Ground::new().await;
    let (ada, bob) = (ground.user(1, "ada").await.id, ground.user(2, "bob").await.id);
    let blocks = PgBlocks::new(ground.pool.clone());
    assert!(!blocks.block(ada, user_id(9), now()).await.unwrap());
    let left = "UPDATE users SET status = 'deleted', deleted_at = now() WHERE username = 'bob'";
    ground.database.connect().await.execute(left, &[]).await.unwrap();
    assert!(!blocks.block(ada, bob, now()).await.unwrap());
    assert!(!blocks.block(bob, ada, now()).await.unwrap());
    assert_eq!(ground.count("user_blocks").await, 0);
}

#[tokio::test]
async fn the_list_is_newest_first_and_paged_also_among_equals() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await.id;
    let blocks = PgBlocks::new(ground.pool.clone());
    for n in 2..=8_u32 {
        let other = ground.user(n.into(), &format!("other{n}")).await.id;
        // Two at each moment.
        assert!(blocks.block(ada, other, now() + TimeDelta::seconds(i64::from(n / 2))).await.unwrap());
    }
    let (mut seen, mut after) = (Vec::<UserId>::new(), None);
    loop {
        let page = blocks.list(ada, after, Limit::new(3).unwrap()).await.unwrap();
        seen.extend(page.items.iter().map(|other| other.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, (2..=8).rev().map(user_id).collect::<Vec<_>>());
    let page = blocks.list(ada, None, Limit::default()).await.unwrap();
    assert_eq!(page.items.first().map(|other| other.username.as_ref()), Some("other8"));
    let none = blocks.list(user_id(2), None, Limit::default()).await.unwrap();
    assert_eq!((none.items, none.next), (vec![], None));
}
