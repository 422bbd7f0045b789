//! What people fill in to talk.

use serde::Deserialize;
use souk_domain::conversation::MessageForm;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{problem::Problem, word::WritableTypeWord};

/// Whom one wants to talk to: one of the two fields.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConversation {
    /// About this listing, with whoever sells it.
    pub(super) product_id: Option<Uuid>,
    /// With this person, about nothing in particular.
    pub(super) seller_id: Option<Uuid>,
}

/// What one changes about one's side of a conversation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArchivePatch {
    /// Whether it is put away.
    pub(super) archived: bool,
}

/// How far one has read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadMark {
    /// The number of the last message read.
    #[schema(minimum = 0, example = 0)]
    seq: i64,
}

/// A new message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// What kind.
    message_type: WritableTypeWord,
    /// Words: needed in a `text`, welcome in an `image`.
    #[schema(min_length = 1, max_length = 2000, example = "Is it still available?")]
    content: Option<String>,
    /// Pictures of yours for an `image`, each by its id or its address.
    #[serde(default)]
    #[schema(required = false, max_items = 10)]
    media: Vec<String>,
}

impl ReadMark {
    /// The number.
    pub(super) fn seq(&self) -> Result<i64, Problem> {
        if self.seq < 0 {
            return Err(Problem::invalid_field("seq", "out_of_range", "Messages are numbered from 1."));
        }
        Ok(self.seq)
    }
}

impl From<NewMessage> for MessageForm {
    fn from(new: NewMessage) -> Self {
        Self { kind: new.message_type.0, content: new.content, media: new.media }
    }
}
