//! Where threads and their messages are kept. To everybody but its two a thread is not there.
#![cfg_attr(
    feature = "mock",
    expect(clippy::ref_option_ref, reason = "mockall writes such a type for an optional argument")
)]

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use souk_domain::{
    conversation::{
        Allowance, Conversation, ConversationRefusal, InboxPosition, InboxQuery, Message, MessagePage,
        NewMessage, Opened, Opening, OpeningContext, Reading, Topic,
    },
    id::{ConversationId, MessageId, UserId},
    page::Page,
};

use crate::{DecideError, PortError, idempotency::Once};

/// Decides whether a thread is opened, given everything that speaks for it or against it. It may be asked more than once,
/// when somebody else was faster to open it.
pub type DecideOpening<'a> =
    dyn Fn(OpeningContext) -> Result<Opening, ConversationRefusal> + Send + Sync + 'a;

/// Keeps threads and their messages.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ConversationRepository: Send + Sync {
    /// Finds or opens a thread: of rivals who open the same one, one does and the others find it. A new one is counted
    /// under the allowance, and is not opened when there is no room.
    async fn open<'a>(
        &self,
        buyer: UserId,
        topic: Topic,
        decide: &'a DecideOpening<'a>,
        allowance: Option<Allowance>,
        once: Option<&'a Once<'a, Opened>>,
    ) -> Result<Opened, DecideError<ConversationRefusal>>;

    /// A page of somebody's threads.
    async fn list(&self, query: &InboxQuery) -> Result<Page<Conversation, InboxPosition>, PortError>;

    /// A thread as this one of its two sees it.
    async fn find(&self, id: ConversationId, of: UserId) -> Result<Option<Conversation>, PortError>;

    /// Puts a thread away on one side, or brings it back.
    async fn archive(
        &self,
        id: ConversationId,
        of: UserId,
        archived: bool,
        now: DateTime<Utc>,
    ) -> Result<Option<Conversation>, PortError>;

    /// Marks everything up to a message as read, as [`Reading::up_to`] has it, and says what has been read now.
    async fn read(
        &self,
        id: ConversationId,
        by: UserId,
        seq: i64,
        now: DateTime<Utc>,
    ) -> Result<Reading, DecideError<ConversationRefusal>>;

    /// Writes a message if [`Correspondence::may_write`](souk_domain::conversation::Correspondence::may_write) and the
    /// allowance let it: gives it the next number, brings the thread back on both sides, and counts as having read what
    /// was written before. All of it happens at once, or nothing.
    async fn send<'a>(
        &self,
        message: &NewMessage,
        allowance: Option<Allowance>,
        once: Option<&'a Once<'a, Message>>,
    ) -> Result<Message, DecideError<ConversationRefusal>>;

    /// A page of a thread's messages, which goes on from the number of its last; `None` if there is no such thread.
    async fn list_messages(
        &self,
        id: ConversationId,
        of: UserId,
        page: MessagePage,
    ) -> Result<Option<Page<Message, i64>>, PortError>;

    /// One message of a thread.
    async fn find_message(
        &self,
        id: ConversationId,
        of: UserId,
        message: MessageId,
    ) -> Result<Option<Message>, PortError>;
}
