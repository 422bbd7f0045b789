//! Opening a thread.

use chrono::{DateTime, Utc};

use super::{ConversationRefusal, Correspondence};
use crate::{
    id::{ConversationId, ProductId, UserId},
    product::ProductState,
    user::Standing,
    violation::{Fault, Violations},
};

/// What somebody wants to talk about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A listing, with whoever sells it.
    Product(ProductId),
    /// Nothing in particular, with this person.
    Seller(UserId),
}

/// What opening a thread is decided by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningContext {
    /// Who opens it.
    pub buyer: UserId,
    /// Whom it is with.
    pub seller: UserId,
    /// The listing it is about, and where that is in its life.
    pub product: Option<(ProductId, ProductState)>,
    /// Whether the one may act.
    pub buyer_standing: Standing,
    /// Whether the other is there.
    pub seller_standing: Standing,
    /// Whether either blocks the other.
    pub is_blocked: bool,
    /// The thread, if there is one already.
    pub existing: Option<ConversationId>,
}

/// What opening a thread comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// There is one already.
    Existing(ConversationId),
    /// This one is new.
    New(NewConversation),
}

/// A thread that is to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewConversation {
    /// Its id.
    pub id: ConversationId,
    /// Who opens it.
    pub buyer: UserId,
    /// Whom it is with.
    pub seller: UserId,
    /// The listing it is about.
    pub product: Option<ProductId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A thread that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// As whoever asked sees it.
    pub conversation: super::Conversation,
    /// Whether it is new.
    pub is_new: bool,
}

impl Topic {
    /// Takes a listing or a person, not both and not neither.
    pub fn check(product: Option<ProductId>, seller: Option<UserId>) -> Result<Self, Violations> {
        let wrong = match (product, seller) {
            (Some(product), None) => return Ok(Self::Product(product)),
            (None, Some(seller)) => return Ok(Self::Seller(seller)),
            (None, None) => {
                Fault::new("required", "Name a listing, or a seller in `seller_id`.").of("product_id")
            }
            (Some(_), Some(_)) => Fault::new("not_allowed", "A listing has its own seller.").of("seller_id"),
        };
        Err(wrong.into())
    }
}

impl OpeningContext {
    /// Opens the thread, or finds it: one that is there is shown whatever has happened since. Listings that are reserved
    /// or sold can be talked about as well: that is when there is most to say.
    pub fn open(&self, id: ConversationId, now: DateTime<Utc>) -> Result<Opening, ConversationRefusal> {
        if self.buyer == self.seller {
            return Err(ConversationRefusal::OwnAccount);
        }
        if let Some(existing) = self.existing {
            return Ok(Opening::Existing(existing));
        }
        let is_archived = matches!(self.product, Some((_, ProductState::Archived { .. })));
        if is_archived || matches!(self.seller_standing, Standing::Deleted { .. }) {
            return Err(ConversationRefusal::NotThere);
        }
        Correspondence {
            writer: self.buyer_standing,
            reader: self.seller_standing,
            is_blocked: self.is_blocked,
        }
        .may_write()?;
        let product = self.product.map(|(product, _)| product);
        Ok(Opening::New(NewConversation { id, buyer: self.buyer, seller: self.seller, product, at: now }))
    }
}
