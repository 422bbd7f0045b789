//! Messages that wait together are written together, and none of them is the worse for it.

use souk_domain::idempotency::{Fingerprint, IdempotencyKey};
use souk_ports::idempotency::{Answer, Claim, IdempotencyRepository, Once};
use souk_postgres_adapter::PgIdempotency;
use tokio::task::JoinSet;

use super::*;

/// Each has a thread of the same number.
const PEOPLE: std::ops::Range<u128> = 10..30;
const LOCK_MESSAGES: &str = "LOCK TABLE messages IN EXCLUSIVE MODE";

type Outcome = Result<i64, DecideError<ConversationRefusal>>;

/// Where one connection in four suffices, four make one lane.
async fn crowd() -> World {
    let world = World::with_connections(4).await;
    for n in PEOPLE {
        world.ground.user(n, &format!("person{n}")).await;
        world.open(n, n).await.unwrap();
    }
    world.run("DELETE FROM outbox_events").await;
    world
}

impl World {
    /// Sends message `n` of person `n` in thread `n`, counted, and by every second one under a key.
    fn sending(
        &self,
        n: u128,
        message: NewMessage,
    ) -> impl Future<Output = Outcome> + Send + 'static + use<> {
        let threads = self.threads.clone();
        async move {
            let allowance = Allowance { of: pseudonym(n), ..allowance(2) };
            let once = Once { claim: claim(n), answer: &answer };
            let sent = threads.send(&message, Some(allowance), n.is_multiple_of(2).then_some(&once)).await;
            sent.map(|message| message.seq)
        }
    }

    /// In how many transactions the messages were written.
    async fn transactions(&self) -> i64 {
        self.client.query_one("SELECT count(DISTINCT xmin::text) FROM messages", &[]).await.unwrap().get(0)
    }
}

fn pseudonym(n: u128) -> Pseudonym {
    Pseudonym([u8::try_from(n).unwrap(); 32])
}

fn claim(n: u128) -> Claim {
    Claim {
        user: of(n),
        key: IdempotencyKey::parse("key").unwrap(),
        fingerprint: Fingerprint([5; 32]),
        created_at: now(),
        expires_at: now() + TimeDelta::hours(24),
    }
}

fn answer(message: &Message) -> Answer {
    Answer(format!("{{\"id\":\"{}\",\"seq\":{}}}", message.id, message.seq).into_bytes())
}

/// Somebody who holds a lock: the first who sends waits for it on the lane, and the others wait for the lane.
async fn holding(world: &World, lock: &str) -> Client {
    let client = world.ground.database.connect().await;
    client.batch_execute(&format!("BEGIN; {lock}")).await.unwrap();
    client
}

#[tokio::test]
async fn each_gets_its_own_answer_out_of_one_statement() {
    let world = crowd().await;
    world.open(9, BUYER).await.unwrap();
    // Of those who wait: suspended, blocked, out of room, elsewhere, with a key that is taken.
    world.run("UPDATE users SET status = 'suspended' WHERE username = 'person12'").await;
    let block = "INSERT INTO user_blocks (blocker_id, blocked_id, created_at) VALUES ($1, $2, now())";
    world.client.execute(block, &[&of(SELLER).as_uuid(), &of(13).as_uuid()]).await.unwrap();
    for n in [101, 102] {
        let message = NewMessage { at: at(15), ..text(n, 15, 15) };
        let counted = Allowance { of: pseudonym(15), ..allowance(2) };
        world.threads.send(&message, Some(counted), None).await.unwrap();
    }
    let once = Once { claim: claim(18), answer: &answer };
    world.threads.send(&text(103, 18, 18), None, Some(&once)).await.unwrap();
    world.run("DELETE FROM outbox_events").await;
    let before = world.transactions().await;

    let client = holding(&world, LOCK_MESSAGES).await;
    let mut sends = JoinSet::new();
    for n in PEOPLE {
        let thread = if n == 16 { 9 } else { n };
        let sending = world.sending(n, text(n, thread, n));
        sends.spawn(async move { (n, sending.await) });
    }
    world.ground.waiting_for_a_lock(1).await;
    client.batch_execute("COMMIT").await.unwrap();
    let mut outcomes = sends.join_all().await;
    outcomes.sort_by_key(|(n, _)| *n);
    for (n, outcome) in &outcomes {
        match n {
            12 => assert_eq!(*outcome, Err(DecideError::Refused(ConversationRefusal::Suspended))),
            13 => assert_eq!(*outcome, Err(DecideError::Refused(ConversationRefusal::Blocked))),
            15 => assert!(matches!(
                outcome,
                Err(DecideError::Refused(ConversationRefusal::TooManyMessages { .. }))
            )),
            16 => assert_eq!(*outcome, Err(DecideError::NotFound)),
            18 => assert_eq!(*outcome, Err(DecideError::AlreadyDone)),
            _ => assert_eq!(*outcome, Ok(1), "person {n}"),
        }
    }
    assert_eq!(world.transactions().await - before, 2, "the first by itself, then all the others");

    // What each of them wrote is what one would have written alone.
    let sent: Vec<u128> = PEOPLE.filter(|n| ![12, 13, 15, 16, 18].contains(n)).collect();
    let sql = "SELECT m.conversation_id, m.sender_id, m.content, c.last_seq, c.last_message_id = m.id,
            e.payload ->> 'seq', e.payload ->> 'content', e.audience
        FROM messages m JOIN conversations c ON c.id = conversation_id
        JOIN outbox_events e ON e.aggregate_id = m.id ORDER BY m.id";
    let rows = world.client.query(sql, &[]).await.unwrap();
    assert_eq!(rows.len(), sent.len());
    for (row, n) in rows.iter().zip(&sent) {
        let content = format!("message {n}");
        assert_eq!(row.get::<_, Uuid>(0), thread(*n).as_uuid());
        assert_eq!(row.get::<_, Uuid>(1), of(*n).as_uuid());
        assert_eq!((row.get::<_, &str>(2), row.get::<_, i64>(3), row.get(4)), (content.as_str(), 1, true));
        assert_eq!((row.get::<_, &str>(5), row.get::<_, &str>(6)), ("1", content.as_str()));
        assert_eq!(row.get::<_, Vec<Uuid>>(7), [of(*n), of(SELLER)].map(UserId::as_uuid));
    }
    let answers = PgIdempotency::new(world.ground.pool.clone());
    for n in sent {
        let kept = answers.find(of(n), &claim(n).key, now()).await.unwrap();
        let message = text(n, n, n).numbered(1);
        assert_eq!(kept.map(|kept| kept.answer), n.is_multiple_of(2).then(|| answer(&message)), "person {n}");
    }
    // A repeat counts, too.
    let counted = "SELECT count(*) FROM attempts WHERE cardinality(tried_at) = 1";
    assert_eq!(world.client.query_one(counted, &[]).await.unwrap().get::<_, i64>(0), 16);
}

#[tokio::test]
async fn one_that_cannot_be_written_takes_none_along() {
    let world = crowd().await;
    world.threads.send(&text(20, 20, 20), None, None).await.unwrap();
    let client = holding(&world, LOCK_MESSAGES).await;
    let mut sends = JoinSet::new();
    for n in PEOPLE {
        // Its id is taken.
        let message = if n == 15 { text(20, 15, 15) } else { text(100 + n, n, n) };
        let sending = world.sending(n, message);
        sends.spawn(async move { (n, sending.await) });
    }
    world.ground.waiting_for_a_lock(1).await;
    client.batch_execute("COMMIT").await.unwrap();
    for (n, outcome) in sends.join_all().await {
        match n {
            15 => assert!(matches!(outcome, Err(DecideError::Port(_))), "{outcome:?}"),
            20 => assert_eq!(outcome, Ok(2)),
            _ => assert_eq!(outcome, Ok(1)),
        }
    }
}

#[tokio::test]
async fn a_thread_that_somebody_holds_makes_nobody_else_wait() {
    let world = crowd().await;
    let lock = format!("SELECT FROM conversations WHERE id = '{}' FOR UPDATE", thread(12));
    let client = holding(&world, &lock).await;
    let mut sends: JoinSet<_> = PEOPLE.map(|n| world.sending(n, text(n, n, n))).collect();
    while sends.len() > 1 {
        assert_eq!(sends.join_next().await.unwrap().unwrap(), Ok(1));
    }
    assert_eq!((world.ground.count("messages").await, world.transactions().await), (19, 2), "nor be alone");
    world.ground.waiting_for_a_lock(1).await;
    client.batch_execute("COMMIT").await.unwrap();
    assert_eq!(sends.join_all().await, [Ok(1)]);
}

#[tokio::test]
async fn whoever_gives_up_waiting_sends_nothing_and_keeps_nobody() {
    let world = crowd().await;
    let client = holding(&world, LOCK_MESSAGES).await;
    let first = tokio::spawn(world.sending(10, text(10, 10, 10)));
    world.ground.waiting_for_a_lock(1).await;
    let mut gone: JoinSet<_> = (12..20).map(|n| world.sending(n, text(n, n, n))).collect();
    let stay: JoinSet<_> = (20..30).map(|n| world.sending(n, text(n, n, n))).collect();
    tokio::task::yield_now().await;
    gone.shutdown().await;
    client.batch_execute("COMMIT").await.unwrap();
    assert_eq!(first.await.unwrap(), Ok(1));
    assert!(stay.join_all().await.iter().all(|outcome| *outcome == Ok(1)));
    assert_eq!(world.ground.count("messages").await, 11);
    // The lane is free again.
    assert_eq!(world.sending(13, text(13, 13, 13)).await, Ok(1));
}
