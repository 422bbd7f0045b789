//! Threads and messages: numbers without gaps, exact counts, exact pages, and who may see what.

mod at_once;
mod inbox;
mod open;
mod post;
mod read;
mod send;
mod together;
mod volume;

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    conversation::{
        Allowance, ConversationRefusal, Message, MessageBody, MessageText, NewMessage, Opened,
        OpeningContext, Topic,
    },
    id::{ConversationId, MessageId, ProductId, UserId},
    session::{Pseudonym, Quota},
};
use souk_ports::{DecideError, conversation::ConversationRepository};
use souk_postgres_adapter::PgConversations;
use souk_testkit::{
    build::{self, user_id},
    fixed::now,
};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::Ground;

/// Sells listing 1.
const SELLER: u128 = 1;
/// Wants it.
const BUYER: u128 = 2;
/// Wants it too.
const RIVAL: u128 = 3;

/// Three people and a listing.
struct World {
    ground: Ground,
    threads: PgConversations,
    client: Client,
}

impl World {
    async fn new() -> Self {
        Self::with_connections(8).await
    }

    async fn with_connections(connections: u32) -> Self {
        let ground = Ground::with_connections(connections).await;
        for (n, name) in [(SELLER, "seller"), (BUYER, "buyer"), (RIVAL, "rival")] {
            ground.user(n, name).await;
        }
        ground.publish(1, user_id(SELLER), &build::listing_form()).await;
        let (threads, client) = (PgConversations::new(ground.pool.clone()), ground.database.connect().await);
        Self { ground, threads, client }
    }

    /// Opens thread `n` about the listing.
    async fn open(&self, n: u128, buyer: u128) -> Result<Opened, DecideError<ConversationRefusal>> {
        self.open_about(n, buyer, product(), None).await
    }

    async fn open_about(
        &self,
        n: u128,
        buyer: u128,
        topic: Topic,
        allowance: Option<Allowance>,
    ) -> Result<Opened, DecideError<ConversationRefusal>> {
        let decide = |context: OpeningContext| context.open(thread(n), at(n));
        self.threads.open(user_id(buyer), topic, &decide, allowance, None).await
    }

    /// Sends message `n`, `n` seconds after the beginning; says its number.
    async fn send(
        &self,
        n: u128,
        thread: u128,
        sender: u128,
    ) -> Result<i64, DecideError<ConversationRefusal>> {
        self.threads.send(&text(n, thread, sender), None, None).await.map(|message| message.seq)
    }

    async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap();
    }
}

fn product() -> Topic {
    Topic::Product(ProductId::from_uuid(Uuid::from_u128(1)))
}

fn thread(n: u128) -> ConversationId {
    ConversationId::from_uuid(Uuid::from_u128(1_000 + n))
}

fn at(n: u128) -> DateTime<Utc> {
    now() + TimeDelta::seconds(i64::try_from(n).unwrap())
}

/// Message `n`.
fn text(n: u128, conversation: u128, sender: u128) -> NewMessage {
    NewMessage {
        id: MessageId::from_uuid(Uuid::from_u128(1_000_000 + n)),
        conversation: thread(conversation),
        sender: user_id(sender),
        body: MessageBody::Text(MessageText::stored(format!("message {n}"))),
        at: at(n),
    }
}

/// So many in a minute.
fn allowance(most: u32) -> Allowance {
    Allowance { of: Pseudonym([9; 32]), quota: Quota { most, window: TimeDelta::minutes(1) } }
}

fn numbers(messages: &[Message]) -> Vec<i64> {
    messages.iter().map(|message| message.seq).collect()
}

fn ids(threads: &[souk_domain::conversation::Conversation]) -> Vec<ConversationId> {
    threads.iter().map(|thread| thread.id).collect()
}

fn of(user: u128) -> UserId {
    user_id(user)
}
