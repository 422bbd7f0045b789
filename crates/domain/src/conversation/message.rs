//! What is written in a thread.

use chrono::{DateTime, Utc};

use crate::{
    event::{Event, Fact, MessageFacts},
    id::{ConversationId, MessageId, OfferId, UserId},
    media::{self, Picture},
    page::Limit,
    slug::{Slug, slugs},
    text::Block,
    violation::{Fault, Violations},
};

/// The most pictures of a message.
const MAX_PICTURES: usize = 10;

slugs! {
    /// What kind of message it is.
    MessageType as "message_type" {
        /// Words.
        Text = "text",
        /// Pictures, and words if there are any.
        Image = "image",
        /// An offer, or the answer to one.
        Offer = "offer",
        /// A note of the house.
        System = "system",
    }
}

slugs! {
    /// What kind of message people write themselves; the others follow from what they do.
    WritableType as "writable_message_type" {
        /// Words.
        Text = "text",
        /// Pictures, and words if there are any.
        Image = "image",
    }
}

/// The words of a message: 1 to 2,000 characters over any number of lines, trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageText(Block<2000>);

/// What a message consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageBody {
    /// Words.
    Text(MessageText),
    /// Pictures.
    Image {
        /// One to ten.
        pictures: Vec<Picture>,
        /// What is said of them.
        caption: Option<MessageText>,
    },
    /// An offer, or the answer to one.
    Offer {
        /// The offer.
        offer: OfferId,
        /// What is said of it.
        note: Option<MessageText>,
    },
    /// A note of the house.
    System(MessageText),
    /// What it consisted of is gone, its place is kept.
    Removed {
        /// What kind it was.
        kind: MessageType,
        /// Since when.
        at: DateTime<Utc>,
    },
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The thread it is in.
    pub conversation: ConversationId,
    /// Its number there, from 1 without gaps.
    pub seq: i64,
    /// Who wrote it; nobody: the house.
    pub sender: Option<UserId>,
    /// What it says.
    pub body: MessageBody,
    /// When whom it was written to said that they had read it, or answered.
    pub read_at: Option<DateTime<Utc>>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// What somebody fills in to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageForm {
    /// What kind.
    pub kind: WritableType,
    /// Words.
    pub content: Option<String>,
    /// Pictures of their own, by id or address.
    pub media: Vec<String>,
}

/// A message that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// Its id.
    pub id: MessageId,
    /// The thread.
    pub conversation: ConversationId,
    /// Who writes it.
    pub sender: UserId,
    /// What it says.
    pub body: MessageBody,
    /// When.
    pub at: DateTime<Utc>,
}

/// Which messages somebody wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessagePage {
    /// In which direction, and from where.
    pub direction: MessageDirection,
    /// How many.
    pub limit: Limit,
}

/// How a thread is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageDirection {
    /// Newest first, older ones than this number; from the newest on if there is none.
    Backward {
        /// The number of the last one seen.
        before: Option<i64>,
    },
    /// In the order of writing, newer ones than this number.
    Forward {
        /// The number of the last one seen.
        after: i64,
    },
}

impl MessageText {
    /// Trims and checks.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let block = Block::parse(text)?;
        if block.as_ref().is_empty() {
            return Err(Fault::new("required", "Must not be empty."));
        }
        Ok(Self(block))
    }

    /// Takes text that was checked when it was written. Not checked again, so that a stricter rule of today does not
    /// make yesterday's text unreadable.
    pub fn stored(text: String) -> Self {
        Self(Block::stored(text))
    }

    /// The bare text.
    pub fn into_string(self) -> String {
        self.0.into_string()
    }
}

impl AsRef<str> for MessageText {
    fn as_ref(&self) -> &str {
        self.0.as_ref()
    }
}

/// Checks what somebody wants to write, and names everything that is wrong with it.
pub fn draft(form: &MessageForm) -> Result<MessageBody, Violations> {
    let mut wrong = Violations::none();
    let content = wrong.keep_optional("content", form.content.as_deref().map(MessageText::parse));
    let body = match form.kind {
        WritableType::Text => {
            if !form.media.is_empty() {
                wrong.add(Fault::new("not_allowed", "A text has no pictures.").of("media"));
            }
            if form.content.is_none() {
                wrong.add(Fault::new("required", "A text needs words.").of("content"));
            }
            content.map(MessageBody::Text)
        }
        WritableType::Image => {
            if form.media.is_empty() {
                wrong.add(Fault::new("required", "Needs at least one picture.").of("media"));
            }
            let pictures = media::pictures("media", &form.media, MAX_PICTURES, &mut wrong);
            Some(MessageBody::Image { pictures, caption: content })
        }
    };
    wrong.or_else(body)
}

impl MessageBody {
    /// What kind of message it makes.
    pub fn kind(&self) -> MessageType {
        match self {
            Self::Text(_) => MessageType::Text,
            Self::Image { .. } => MessageType::Image,
            Self::Offer { .. } => MessageType::Offer,
            Self::System(_) => MessageType::System,
            Self::Removed { kind, .. } => *kind,
        }
    }

    /// Its words.
    pub fn text(&self) -> Option<&MessageText> {
        match self {
            Self::Text(text) | Self::System(text) => Some(text),
            Self::Image { caption, .. } => caption.as_ref(),
            Self::Offer { note, .. } => note.as_ref(),
            Self::Removed { .. } => None,
        }
    }

    /// Its pictures.
    pub fn pictures(&self) -> &[Picture] {
        if let Self::Image { pictures, .. } = self { pictures } else { &[] }
    }

    /// The offer it shows.
    pub fn offer(&self) -> Option<OfferId> {
        if let Self::Offer { offer, .. } = self { Some(*offer) } else { None }
    }

    /// Since when it is gone.
    pub fn removed_at(&self) -> Option<DateTime<Utc>> {
        if let Self::Removed { at, .. } = self { Some(*at) } else { None }
    }
}

impl NewMessage {
    /// The message, once it has its number.
    pub fn numbered(&self, seq: i64) -> Message {
        Message {
            id: self.id,
            conversation: self.conversation,
            seq,
            sender: Some(self.sender),
            body: self.body.clone(),
            read_at: None,
            created_at: self.at,
        }
    }
}

impl Message {
    /// Tells both sides of it.
    pub fn event(&self, audience: Vec<UserId>) -> Event {
        let fact = Fact::MessageCreated(MessageFacts {
            conversation_id: self.conversation,
            message_id: self.id,
            seq: self.seq,
            sender_id: self.sender,
            message_type: self.body.kind().slug(),
            content: self.body.text().map(|text| text.as_ref().to_owned()),
            media: self.body.pictures().iter().map(Picture::as_stored).collect(),
            offer_id: self.body.offer(),
        });
        Event { fact, audience, at: self.created_at }
    }
}
