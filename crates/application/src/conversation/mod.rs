//! Threads between people, and what they write in them.

use std::sync::Arc;

use souk_domain::{
    conversation::{
        Allowance, Conversation, ConversationRefusal, InboxPosition, InboxQuery, Message, MessageForm,
        MessagePage, NewMessage, Opened, OpeningContext, Reading, Topic, draft,
    },
    id::{ConversationId, MessageId, ProductId, UserId},
    page::Page,
    session::Quota,
    violation::Violations,
};
use souk_ports::{
    Clock, DecideError, IdSource, PortError, conversation::ConversationRepository, idempotency::Once,
    session::Pseudonyms,
};
use thiserror::Error;

use crate::{MediaLibrary, media::ClaimError};

#[cfg(test)]
mod tests;

/// Why nothing is opened, written or read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConversationError {
    /// The form is not good.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// It was good, and still nothing is done.
    #[error(transparent)]
    Decide(#[from] DecideError<ConversationRefusal>),
}

impl From<ClaimError> for ConversationError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Unknown(violations) => violations.into(),
            ClaimError::Port(error) => DecideError::Port(error).into(),
        }
    }
}

/// How much somebody may open and write; `None`: as much as they like, for load tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConversationLimits {
    /// New threads.
    pub conversations: Option<Quota>,
    /// Messages.
    pub messages: Option<Quota>,
}

/// Threads.
#[derive(Clone)]
pub struct Conversations {
    repository: Arc<dyn ConversationRepository>,
    media: MediaLibrary,
    pseudonyms: Arc<dyn Pseudonyms>,
    limits: ConversationLimits,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl Conversations {
    /// Puts the parts together.
    pub fn new(
        repository: Arc<dyn ConversationRepository>,
        media: MediaLibrary,
        pseudonyms: Arc<dyn Pseudonyms>,
        limits: ConversationLimits,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self { repository, media, pseudonyms, limits, clock, ids }
    }

    /// Opens a thread about a listing, or with a person, or finds the one there is; `once` makes a repeat of the same
    /// request harmless.
    pub async fn open<'a>(
        &'a self,
        buyer: UserId,
        product: Option<ProductId>,
        seller: Option<UserId>,
        once: Option<&'a Once<'a, Opened>>,
    ) -> Result<Opened, ConversationError> {
        let topic = Topic::check(product, seller)?;
        let (id, now) = (ConversationId::from_uuid(self.ids.next()), self.clock.now());
        let decide = |context: OpeningContext| context.open(id, now);
        let allowance = self.allowance("new conversations", buyer, self.limits.conversations);
        Ok(self.repository.open(buyer, topic, &decide, allowance, once).await?)
    }

    /// A page of somebody's threads, newest activity first.
    pub async fn list(&self, query: &InboxQuery) -> Result<Page<Conversation, InboxPosition>, PortError> {
        self.repository.list(query).await
    }

    /// A thread as one of its two sees it.
    pub async fn find(&self, id: ConversationId, of: UserId) -> Result<Option<Conversation>, PortError> {
        self.repository.find(id, of).await
    }

    /// Puts a thread away, or brings it back; the other side does not notice. Suspended accounts may: it harms nobody.
    pub async fn archive(
        &self,
        id: ConversationId,
        of: UserId,
        archived: bool,
    ) -> Result<Option<Conversation>, PortError> {
        self.repository.archive(id, of, archived, self.clock.now()).await
    }

    /// Marks everything up to a message as read. Suspended accounts may: they may read.
    pub async fn read(
        &self,
        id: ConversationId,
        by: UserId,
        seq: i64,
    ) -> Result<Reading, DecideError<ConversationRefusal>> {
        self.repository.read(id, by, seq, self.clock.now()).await
    }

    /// Writes a message; `once` makes a repeat of the same request harmless.
    pub async fn send<'a>(
        &'a self,
        sender: UserId,
        conversation: ConversationId,
        form: &MessageForm,
        once: Option<&'a Once<'a, Message>>,
    ) -> Result<Message, ConversationError> {
        let body = draft(form)?;
        let pictures = (0..).zip(body.pictures());
        let named = pictures.filter_map(|(n, picture)| Some((format!("media[{n}]"), picture.own()?)));
        self.media.claim(sender, &named.collect::<Vec<_>>()).await?;
        let id = MessageId::from_uuid(self.ids.next());
        let message = NewMessage { id, conversation, sender, body, at: self.clock.now() };
        let allowance = self.allowance("messages", sender, self.limits.messages);
        Ok(self.repository.send(&message, allowance, once).await?)
    }

    /// A page of a thread's messages.
    pub async fn list_messages(
        &self,
        id: ConversationId,
        of: UserId,
        page: MessagePage,
    ) -> Result<Option<Page<Message, i64>>, PortError> {
        self.repository.list_messages(id, of, page).await
    }

    /// One message.
    pub async fn find_message(
        &self,
        id: ConversationId,
        of: UserId,
        message: MessageId,
    ) -> Result<Option<Message>, PortError> {
        self.repository.find_message(id, of, message).await
    }

    fn allowance(&self, what: &str, user: UserId, quota: Option<Quota>) -> Option<Allowance> {
        quota.map(|quota| Allowance { of: self.pseudonyms.of(&format!("{what} of {user}")), quota })
    }
}
