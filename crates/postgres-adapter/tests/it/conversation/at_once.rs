//! Many who write and read in one thread at once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use souk_domain::{
    conversation::{MessageDirection, MessagePage},
    page::Limit,
};
use souk_ports::conversation::ConversationRepository;
use tokio::task::JoinSet;

use super::*;

/// So many write.
const WRITERS: u128 = 32;
/// Each of them so often.
const EACH: u128 = 12;
/// So many look, two of each side.
const POLLERS: u128 = 4;

/// Looks for what is new until somebody says that nothing more comes, and then once more; says what it saw, in that order.
async fn poll(threads: PgConversations, user: u128, is_over: Arc<AtomicBool>) -> Vec<i64> {
    let (mut seen, mut last_round) = (Vec::new(), false);
    loop {
        let after = seen.last().copied().unwrap_or(0);
        let page =
            MessagePage { direction: MessageDirection::Forward { after }, limit: Limit::new(7).unwrap() };
        let page = threads.list_messages(thread(1), of(user), page).await.unwrap().unwrap();
        let is_empty = page.items.is_empty();
        seen.extend(numbers(&page.items));
        // Nobody has read more than was written, nor less than they wrote.
        let mine = threads.find(thread(1), of(user)).await.unwrap().unwrap();
        assert!((0..=mine.last_seq).contains(&mine.unread_count()));
        assert!(mine.last_seq >= seen.last().copied().unwrap_or(0));
        if is_empty && last_round {
            return seen;
        }
        last_round = is_over.load(Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_write_and_four_look_and_nothing_is_lost_doubled_or_out_of_order() {
    let world = World::with_connections(12).await;
    world.open(1, BUYER).await.unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let mut pollers = JoinSet::new();
    for n in 0..POLLERS {
        let user = if n % 2 == 0 { BUYER } else { SELLER };
        pollers.spawn(poll(world.threads.clone(), user, Arc::clone(&is_over)));
    }
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let threads = PgConversations::new(world.ground.pool.clone());
        let sender = if writer % 2 == 0 { BUYER } else { SELLER };
        writers.spawn(async move {
            let mut own = Vec::new();
            for n in 0..EACH {
                own.push(threads.send(&text(writer * EACH + n, 1, sender), None, None).await.unwrap().seq);
            }
            own
        });
    }
    let written = writers.join_all().await;
    is_over.store(true, Ordering::SeqCst);

    let all: Vec<i64> = (1..=i64::try_from(WRITERS * EACH).unwrap()).collect();
    for seen in pollers.join_all().await {
        assert_eq!(seen, all, "every message once and in order");
    }
    for own in &written {
        assert!(own.is_sorted(), "what one writes stays in its order");
    }
    let mut numbers: Vec<i64> = written.into_iter().flatten().collect();
    numbers.sort_unstable();
    assert_eq!(numbers, all, "everybody was told the right number");

    // What is unread is what the other wrote after one's own last word.
    let unread = "SELECT count(*) FROM messages m WHERE sender_id <> $1
        AND seq > (SELECT max(seq) FROM messages WHERE sender_id = $1)";
    for user in [BUYER, SELLER] {
        let real: i64 = world.client.query_one(unread, &[&of(user).as_uuid()]).await.unwrap().get(0);
        let seen = world.threads.find(thread(1), of(user)).await.unwrap().unwrap();
        assert_eq!(seen.unread_count(), real);
    }
    let events = "SELECT array_agg((payload ->> 'seq')::bigint ORDER BY id) FROM outbox_events";
    let events: Vec<i64> = world.client.query_one(events, &[]).await.unwrap().get(0);
    assert_eq!(events, all, "events in the order of the numbers");
}
