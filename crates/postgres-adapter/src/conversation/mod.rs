//! Threads and their messages in PostgreSQL.
//!
//! Whatever writes a message locks its thread's row first: it is the one row that all who write there share, so that
//! numbers have no gaps and events of one thread are recorded in their order.

mod inbox;
mod message;
mod open;
mod post;
mod read;
mod row;
mod send;
mod two;

pub use post::post;
pub(crate) use post::{posted, posting, posting_text};

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::{
    conversation::{
        Allowance, Conversation, ConversationRefusal, InboxPosition, InboxQuery, Message, MessagePage,
        NewMessage, Opened, Reading, Topic,
    },
    id::{ConversationId, MessageId, UserId},
    page::Page,
};
use souk_ports::{
    DecideError, PortError,
    conversation::{ConversationRepository, DecideOpening},
    idempotency::Once,
};

use self::send::Sending;
use crate::{PgPool, batch::Batches, error::retrying};

/// Threads and their messages.
#[derive(Clone)]
pub struct PgConversations {
    pool: PgPool,
    sending: Arc<Batches<Sending>>,
}

impl PgConversations {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { sending: Batches::new(pool.clone()), pool }
    }
}

#[async_trait]
impl ConversationRepository for PgConversations {
    async fn open<'a>(
        &self,
        buyer: UserId,
        topic: Topic,
        decide: &'a DecideOpening<'a>,
        allowance: Option<Allowance>,
        once: Option<&'a Once<'a, Opened>>,
    ) -> Result<Opened, DecideError<ConversationRefusal>> {
        retrying(|| open::try_open(&self.pool, buyer, topic, decide, allowance, once)).await
    }

    async fn list(&self, query: &InboxQuery) -> Result<Page<Conversation, InboxPosition>, PortError> {
        inbox::list(&self.pool, query).await
    }

    async fn find(&self, id: ConversationId, of: UserId) -> Result<Option<Conversation>, PortError> {
        inbox::find(&self.pool, id, of).await
    }

    async fn archive(
        &self,
        id: ConversationId,
        of: UserId,
        archived: bool,
        now: DateTime<Utc>,
    ) -> Result<Option<Conversation>, PortError> {
        read::archive(&self.pool, id, of, archived, now).await
    }

    async fn read(
        &self,
        id: ConversationId,
        by: UserId,
        seq: i64,
        now: DateTime<Utc>,
    ) -> Result<Reading, DecideError<ConversationRefusal>> {
        read::read(&self.pool, id, by, seq, now).await
    }

    async fn send<'a>(
        &self,
        message: &NewMessage,
        allowance: Option<Allowance>,
        once: Option<&'a Once<'a, Message>>,
    ) -> Result<Message, DecideError<ConversationRefusal>> {
        self.sending.run(Sending::new(message.clone(), allowance, once)?).await
    }

    async fn list_messages(
        &self,
        id: ConversationId,
        of: UserId,
        page: MessagePage,
    ) -> Result<Option<Page<Message, i64>>, PortError> {
        message::list(&self.pool, id, of, page).await
    }

    async fn find_message(
        &self,
        id: ConversationId,
        of: UserId,
        message: MessageId,
    ) -> Result<Option<Message>, PortError> {
        message::find(&self.pool, id, of, message).await
    }
}
