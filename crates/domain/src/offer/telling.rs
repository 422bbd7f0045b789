//! What the two people are told of an offer: what appears in their thread, and the events for their devices.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::{Acceptance, Counter, Lapse, Lost, Made, Offer, OfferState, Rejection, Withdrawal};
use crate::{
    conversation::{MessageText, Notice, Post},
    event::{Event, Fact, OfferFacts},
    id::{ConversationId, MessageId, UserId},
    slug::Slug,
};

const ACCOUNT_CLOSED: &str = "The offer ended, because an account was closed.";

impl Offer {
    fn proposed(&self) -> Post {
        let note = self.message.as_ref().map(|message| MessageText::stored(message.as_ref().to_owned()));
        self.shown_by(self.person(self.proposed_by), note, "proposed")
    }

    /// How it ended, as the thread shows it: an answer is shown by whoever gave it, what nobody did is said by the house.
    pub fn ended(&self) -> Option<Post> {
        let by = |sender| Some(self.shown_by(sender, None, "ended"));
        let house = |words| Some(self.said(words, "ended"));
        match self.state {
            OfferState::Pending => None,
            OfferState::Accepted { .. } => by(self.person(self.proposed_by.other())),
            OfferState::Rejected { reason, .. } => match reason {
                Rejection::Declined | Rejection::Countered => by(self.person(self.proposed_by.other())),
                // It was the seller who sold it, took it down, or had decided beforehand.
                Rejection::AutoDeclined | Rejection::ItemSold | Rejection::ItemArchived => by(self.seller),
                Rejection::AccountClosed => house(ACCOUNT_CLOSED),
            },
            OfferState::Expired => house("The offer has expired."),
            OfferState::Lapsed { .. } => house("The payment did not come in time; the sale is off."),
            OfferState::Cancelled { reason, .. } => match reason {
                Withdrawal::Withdrawn => by(self.person(self.proposed_by)),
                Withdrawal::AccountClosed => house(ACCOUNT_CLOSED),
            },
        }
    }

    /// The offer itself, as somebody shows it to the other one.
    fn shown_by(&self, by: UserId, note: Option<MessageText>, step: &str) -> Post {
        self.post(Notice::Offer { offer: self.id, by, note }, step)
    }

    /// What the house says about it.
    fn said(&self, words: &str, step: &str) -> Post {
        self.post(Notice::System(MessageText::stored(words.to_owned())), step)
    }

    fn post(&self, notice: Notice, step: &str) -> Post {
        Post {
            conversation: ConversationId::from_uuid(self.derived("thread", step)),
            message: MessageId::from_uuid(self.derived("message", step)),
            buyer: self.buyer,
            seller: self.seller,
            product: self.product,
            notice,
            at: self.updated_at,
        }
    }

    /// The id of something that follows from this offer. An offer goes through each state once, and each step of it is told
    /// once, so that the id can follow from those; being a `UUIDv7` like the others, it sorts by time.
    fn derived(&self, what: &str, step: &str) -> Uuid {
        let mut hash = Sha256::new_with_prefix(self.id.as_uuid());
        let (status, reason) = (self.state.status().slug(), self.state.reason().map_or("", Slug::slug));
        for word in [what, step, status, reason] {
            hash.update(word);
            hash.update([0]);
        }
        let mut rest = [0; 10];
        rest.iter_mut().zip(hash.finalize()).for_each(|(byte, of)| *byte = of);
        let millis = u64::try_from(self.updated_at.timestamp_millis()).unwrap_or_default();
        Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()
    }

    fn created(&self) -> Event {
        let (parent_offer_id, expires_at) = (self.parent, self.expires_at);
        self.event(Fact::OfferCreated { offer: self.facts(), parent_offer_id, expires_at }, self.created_at)
    }

    /// How it ended, as devices learn of it. Accepting and countering say more than that, and are told where they are done.
    pub fn ending(&self) -> Option<Event> {
        let offer = self.facts();
        let reason = self.state.reason().map(Slug::slug);
        let fact = match self.state {
            OfferState::Pending | OfferState::Accepted { .. } => return None,
            OfferState::Rejected { .. } => Fact::OfferRejected { offer, reason: reason.unwrap_or_default() },
            OfferState::Expired | OfferState::Lapsed { .. } => Fact::OfferExpired { offer, reason },
            OfferState::Cancelled { .. } => {
                Fact::OfferCancelled { offer, reason: reason.unwrap_or_default() }
            }
        };
        Some(self.event(fact, self.updated_at))
    }

    fn event(&self, fact: Fact, at: DateTime<Utc>) -> Event {
        Event { fact, audience: vec![self.buyer, self.seller], at }
    }

    fn facts(&self) -> OfferFacts {
        OfferFacts {
            offer_id: self.id,
            product_id: self.product,
            buyer_id: self.buyer,
            seller_id: self.seller,
            conversation_id: self.conversation,
            proposed_by: self.proposed_by.slug(),
            amount: self.amount,
        }
    }
}

impl Made {
    /// What appears in the thread when it is made, and in the threads of those who lost by it.
    pub fn posts(&self) -> Vec<Post> {
        let expired = self.expired.as_ref().and_then(Offer::ended);
        let answer = match &self.acceptance {
            Some(acceptance) => acceptance.posts(),
            None => self.offer.ended().into_iter().collect(),
        };
        expired.into_iter().chain([self.offer.proposed()]).chain(answer).collect()
    }

    /// What devices learn of it.
    pub fn events(&self) -> Vec<Event> {
        let expired = self.expired.as_ref().and_then(Offer::ending);
        let answer = match &self.acceptance {
            Some(acceptance) => acceptance.events(),
            None => self.offer.ending().into_iter().collect(),
        };
        expired.into_iter().chain([self.offer.created()]).chain(answer).collect()
    }
}

impl Acceptance {
    /// What appears in the threads of the winner and of those who lost.
    pub fn posts(&self) -> Vec<Post> {
        let next = self.offer.said("The offer was accepted; the sale is complete once it is paid.", "next");
        let lost = self.lost.iter().filter_map(|Lost(offer)| offer.ended());
        self.offer.ended().into_iter().chain([next]).chain(lost).collect()
    }

    /// What devices learn of it.
    pub fn events(&self) -> Vec<Event> {
        let Self { offer, lost, transaction } = self;
        let fact = Fact::OfferAccepted { offer: offer.facts(), transaction_id: transaction.id };
        let lost = lost.iter().filter_map(|Lost(offer)| offer.ending());
        [offer.event(fact, offer.updated_at), transaction.created()].into_iter().chain(lost).collect()
    }
}

impl Counter {
    /// What appears in the thread: the new offer says enough.
    pub fn posts(&self) -> Vec<Post> {
        vec![self.offer.proposed()]
    }

    /// What devices learn of it.
    pub fn events(&self) -> Vec<Event> {
        let Self { answered, offer } = self;
        let fact = Fact::OfferCountered { offer: answered.facts(), counter_offer_id: offer.id };
        vec![answered.event(fact, answered.updated_at), offer.created()]
    }
}

impl Lapse {
    /// What appears in the thread, if an offer led to the deal.
    pub fn posts(&self) -> Vec<Post> {
        self.offer.iter().filter_map(Offer::ended).collect()
    }

    /// What devices learn of it.
    pub fn events(&self, now: DateTime<Utc>) -> Vec<Event> {
        let offer = self.offer.as_ref().and_then(Offer::ending);
        [self.transaction.lapsed(now)].into_iter().chain(offer).collect()
    }
}
