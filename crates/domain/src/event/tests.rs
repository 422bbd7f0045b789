//! Events, and the words they are stored under.

use std::collections::BTreeSet;

use super::*;
use crate::{
    id::{ConversationId, MessageId, OfferId, ProductId, StreamId, TransactionId},
    money::{Currency, Price},
    slug::Slug,
};

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// One of each kind.
fn facts() -> Vec<Fact> {
    let offer = OfferFacts {
        offer_id: OfferId::from_uuid(id(1)),
        product_id: ProductId::from_uuid(id(2)),
        buyer_id: UserId::from_uuid(id(3)),
        seller_id: UserId::from_uuid(id(4)),
        conversation_id: None,
        proposed_by: "buyer",
        amount: Price::new(900, Currency::DEFAULT).unwrap(),
    };
    let deal = DealFacts {
        transaction_id: TransactionId::from_uuid(id(5)),
        product_id: offer.product_id,
        buyer_id: offer.buyer_id,
        seller_id: offer.seller_id,
        offer_id: Some(offer.offer_id),
        subtotal: offer.amount,
    };
    let stream = StreamFacts {
        stream_id: StreamId::from_uuid(id(6)),
        user_id: offer.seller_id,
        title: "Sneakers".to_owned(),
    };
    let at = DateTime::UNIX_EPOCH;
    vec![
        Fact::MessageCreated(MessageFacts {
            conversation_id: ConversationId::from_uuid(id(7)),
            message_id: MessageId::from_uuid(id(8)),
            seq: 1,
            sender_id: None,
            message_type: "text",
            content: Some("Hello".to_owned()),
            media: vec![],
            offer_id: None,
        }),
        Fact::ConversationRead {
            conversation_id: ConversationId::from_uuid(id(7)),
            reader_id: offer.buyer_id,
            seq: 1,
            unread_count: 0,
        },
        Fact::OfferCreated { offer: offer.clone(), parent_offer_id: None, expires_at: at },
        Fact::OfferAccepted { offer: offer.clone(), transaction_id: deal.transaction_id },
        Fact::OfferRejected { offer: offer.clone(), reason: "declined" },
        Fact::OfferCountered { offer: offer.clone(), counter_offer_id: OfferId::from_uuid(id(9)) },
        Fact::OfferCancelled { offer: offer.clone(), reason: "withdrawn" },
        Fact::OfferExpired { offer, reason: None },
        Fact::TransactionCreated { deal: deal.clone(), pay_by: at },
        Fact::TransactionCancelled { deal, reason: "payment_lapsed" },
        Fact::StreamScheduled { stream: stream.clone(), scheduled_at: Some(at) },
        Fact::StreamStarted(stream.clone()),
        Fact::StreamEnded(stream.clone()),
        Fact::StreamCancelled(stream),
    ]
}

#[test]
fn every_kind_is_of_what_it_is_about_and_says_which_one() {
    let facts = facts();
    assert_eq!(facts.iter().map(Fact::kind).collect::<Vec<_>>(), EventKind::ALL);
    for fact in facts {
        let (kind, subject) = (fact.kind().slug(), fact.subject());
        assert!(kind.starts_with(&format!("{}.", subject.aggregate)), "{kind}: {subject:?}");
        let name = format!("{}_id", subject.aggregate);
        let said = fact.fields().into_iter().find(|(field, _)| *field == name).map(|(_, value)| value);
        assert_eq!(said, Some(Value::Id(subject.id)), "{kind}");
    }
}

#[test]
fn names_are_said_once_and_leave_room_for_what_every_event_has() {
    for fact in facts() {
        let fields = fact.fields();
        let names: BTreeSet<_> = fields.iter().map(|(name, _)| *name).chain(["kind", "created_at"]).collect();
        assert_eq!(names.len(), fields.len() + 2, "{:?}", fact.kind());
    }
}
