//! Pages of threads and of messages.

use souk_domain::{
    conversation::{Conversation, InboxQuery, MessageDirection, MessagePage},
    page::Limit,
};
use souk_ports::conversation::ConversationRepository;

use super::*;

/// All pages of so many.
async fn pages(world: &World, user: u128, archived: bool, limit: i64) -> Vec<Conversation> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let query = InboxQuery { of: of(user), archived, after, limit: Limit::new(limit).unwrap() };
        let page = world.threads.list(&query).await.unwrap();
        assert!(page.items.len() <= usize::try_from(limit).unwrap());
        seen.extend(page.items);
        after = page.next;
        if after.is_none() {
            return seen;
        }
    }
}

/// One person in the middle of many threads, as buyer of some and seller of others, some of them empty.
async fn busy() -> World {
    let world = World::new().await;
    for n in 10..22 {
        world.ground.user(n, &format!("other{n}")).await;
        // Every other one writes to the buyer, the buyer to the rest.
        let (buyer, seller) = if n % 2 == 0 { (n, BUYER) } else { (BUYER, n) };
        world.open_about(n, buyer, Topic::Seller(of(seller)), None).await.unwrap();
        // Two at each moment.
        if n < 18 {
            let message = NewMessage { at: at(n / 2), ..text(n, n, buyer) };
            world.threads.send(&message, None, None).await.unwrap();
        }
    }
    world
}

#[tokio::test]
async fn threads_of_both_sides_are_listed_newest_activity_first_and_empty_ones_last() {
    let world = busy().await;
    let expected: Vec<_> = [17, 16, 15, 14, 13, 12, 11, 10, 21, 19].map(thread).into();
    for limit in [1, 2, 3, 4, 7, 100] {
        assert_eq!(ids(&pages(&world, BUYER, false, limit).await), expected, "{limit} at a time");
    }
    // An empty thread is nobody's but its opener's.
    assert_eq!(ids(&pages(&world, 20, false, 2).await), [thread(20)]);
    assert_eq!(ids(&pages(&world, 21, false, 2).await), []);
    assert_eq!(ids(&pages(&world, RIVAL, false, 2).await), []);
}

#[tokio::test]
async fn each_thread_is_listed_with_all_there_is_to_see() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    world.send(1, 1, BUYER).await.unwrap();
    world.send(2, 1, BUYER).await.unwrap();
    for user in [BUYER, SELLER] {
        let listed = pages(&world, user, false, 20).await;
        let found = world.threads.find(thread(1), of(user)).await.unwrap().unwrap();
        assert_eq!(listed, std::slice::from_ref(&found));
        assert_eq!(found.unread_count(), if user == BUYER { 0 } else { 2 });
        assert_eq!(found.counterpart.id, of(if user == BUYER { SELLER } else { BUYER }));
        assert_eq!(found.last_message.unwrap().seq, 2);
        assert_eq!(found.product.unwrap().id, build::product_id(1));
    }
}

#[tokio::test]
async fn what_is_put_away_is_in_a_list_of_its_own() {
    let world = busy().await;
    for n in [17, 14, 19] {
        world.threads.archive(thread(n), of(BUYER), true, at(50)).await.unwrap();
    }
    assert_eq!(ids(&pages(&world, BUYER, true, 2).await), [17, 14, 19].map(thread));
    assert_eq!(ids(&pages(&world, BUYER, false, 2).await), [16, 15, 13, 12, 11, 10, 21].map(thread));
    world.send(60, 14, 14).await.unwrap();
    assert_eq!(ids(&pages(&world, BUYER, true, 2).await), [17, 19].map(thread));
}

#[tokio::test]
async fn a_page_goes_on_where_it_ended_whatever_is_written_meanwhile() {
    let world = busy().await;
    let query = |after| InboxQuery { of: of(BUYER), archived: false, after, limit: Limit::new(3).unwrap() };
    let first = world.threads.list(&query(None)).await.unwrap();
    assert_eq!(ids(&first.items), [17, 16, 15].map(thread));
    // One of those seen and one of those to come move to the top, and there is a new one.
    world.send(60, 16, 16).await.unwrap();
    world.send(61, 12, 12).await.unwrap();
    world.send(62, 21, BUYER).await.unwrap();
    let second = world.threads.list(&query(first.next)).await.unwrap();
    assert_eq!(ids(&second.items), [14, 13, 11].map(thread));
    let third = world.threads.list(&query(second.next)).await.unwrap();
    assert_eq!((ids(&third.items), third.next), ([10, 19].map(thread).into(), None));
}

#[tokio::test]
async fn somebody_who_has_left_is_still_there_to_be_recognised_as_gone() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    world.send(1, 1, BUYER).await.unwrap();
    world.run(
        "UPDATE users SET status = 'deleted', deleted_at = now(), display_name = 'Deleted account' WHERE username = 'buyer'",
    )
    .await;
    let listed = pages(&world, SELLER, false, 20).await;
    let other = &listed.first().unwrap().counterpart;
    assert_eq!((other.is_gone, other.display_name.as_ref()), (true, "Deleted account"));
}

#[tokio::test]
async fn messages_are_read_backward_and_forward_and_pages_are_exact() {
    let world = World::new().await;
    world.open(1, BUYER).await.unwrap();
    let list = async |direction, limit| {
        let page = MessagePage { direction, limit: Limit::new(limit).unwrap() };
        let page = world.threads.list_messages(thread(1), of(SELLER), page).await.unwrap().unwrap();
        (numbers(&page.items), page.next)
    };
    let newest = MessageDirection::Backward { before: None };
    assert_eq!(list(newest, 5).await, (vec![], None), "a thread that is there and empty");
    for n in 1..=7 {
        world.send(n, 1, if n % 2 == 0 { SELLER } else { BUYER }).await.unwrap();
    }
    assert_eq!(list(newest, 3).await, (vec![7, 6, 5], Some(5)));
    world.send(8, 1, BUYER).await.unwrap();
    assert_eq!(list(MessageDirection::Backward { before: Some(5) }, 3).await, (vec![4, 3, 2], Some(2)));
    assert_eq!(list(MessageDirection::Backward { before: Some(2) }, 3).await, (vec![1], None));
    assert_eq!(list(MessageDirection::Backward { before: Some(1) }, 3).await, (vec![], None));
    assert_eq!(list(MessageDirection::Forward { after: 0 }, 3).await, (vec![1, 2, 3], Some(3)));
    assert_eq!(list(MessageDirection::Forward { after: 3 }, 5).await, (vec![4, 5, 6, 7, 8], None));
    assert_eq!(list(MessageDirection::Forward { after: 8 }, 5).await, (vec![], None));
    assert_eq!(list(MessageDirection::Forward { after: i64::MAX }, 5).await, (vec![], None));
}
