//! The rules of threads.

use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    event::EventKind,
    id::{MessageId, OfferId},
};

/// A picture of ours, as clients name it.
const PICTURE: &str = "https://souk.example/media/0190163d-8694-739b-aea5-966c26f8ad91/image";

fn user(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

fn thread(n: u128) -> ConversationId {
    ConversationId::from_uuid(Uuid::from_u128(n))
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn context() -> OpeningContext {
    OpeningContext {
        buyer: user(1),
        seller: user(2),
        product: Some((ProductId::from_uuid(Uuid::from_u128(3)), ProductState::Available)),
        buyer_standing: Standing::Active,
        seller_standing: Standing::Active,
        is_blocked: false,
        existing: None,
    }
}

fn form(kind: WritableType, content: Option<&str>, media: &[&str]) -> MessageForm {
    let media = media.iter().map(|url| (*url).to_owned()).collect();
    MessageForm { kind, content: content.map(str::to_owned), media }
}

fn faults(form: &MessageForm) -> Vec<String> {
    draft(form).unwrap_err().iter().map(|wrong| format!("{} {}", wrong.field, wrong.code)).collect()
}

#[test]
fn a_thread_is_opened_once() {
    let product = context().product.map(|(product, _)| product);
    let new = NewConversation { id: thread(9), buyer: user(1), seller: user(2), product, at: now() };
    assert_eq!(context().open(thread(9), now()), Ok(Opening::New(new)));
    let again = OpeningContext { existing: Some(thread(8)), ..context() };
    assert_eq!(again.open(thread(9), now()), Ok(Opening::Existing(thread(8))));
}

#[test]
fn a_thread_that_is_there_is_found_whatever_has_happened_since() {
    let at = now();
    let later = OpeningContext {
        existing: Some(thread(8)),
        product: context().product.map(|(id, _)| (id, ProductState::Archived { at, sold: None })),
        buyer_standing: Standing::Suspended,
        seller_standing: Standing::Deleted { at },
        is_blocked: true,
        ..context()
    };
    assert_eq!(later.open(thread(9), now()), Ok(Opening::Existing(thread(8))));
}

#[test]
fn whom_or_what_one_cannot_talk_to_or_about() {
    let at = now();
    let about = |state| OpeningContext { product: context().product.map(|(id, _)| (id, state)), ..context() };
    let open = |context: &OpeningContext| context.open(thread(9), now());
    assert_eq!(open(&OpeningContext { seller: user(1), ..context() }), Err(ConversationRefusal::OwnAccount));
    for sold in [None, Some(at)] {
        assert_eq!(open(&about(ProductState::Archived { at, sold })), Err(ConversationRefusal::NotThere));
    }
    for state in [ProductState::Available, ProductState::Reserved, ProductState::Sold { at }] {
        assert!(open(&about(state)).is_ok());
    }
    let with = |seller_standing| OpeningContext { seller_standing, ..context() };
    assert_eq!(open(&with(Standing::Deleted { at })), Err(ConversationRefusal::NotThere));
    assert_eq!(open(&with(Standing::Banned)), Err(ConversationRefusal::CounterpartGone));
    assert!(open(&with(Standing::Suspended)).is_ok());
    let blocked = OpeningContext { is_blocked: true, ..context() };
    assert_eq!(open(&blocked), Err(ConversationRefusal::Blocked));
    let suspended = OpeningContext { buyer_standing: Standing::Suspended, ..context() };
    assert_eq!(open(&suspended), Err(ConversationRefusal::Suspended));
}

#[test]
fn who_may_write_to_whom() {
    let at = now();
    let write = |writer, reader, is_blocked| Correspondence { writer, reader, is_blocked }.may_write();
    assert_eq!(write(Standing::Active, Standing::Active, false), Ok(()));
    assert_eq!(write(Standing::Active, Standing::Suspended, false), Ok(()));
    assert_eq!(write(Standing::Active, Standing::Active, true), Err(ConversationRefusal::Blocked));
    for standing in [Standing::Suspended, Standing::Banned, Standing::Deleted { at }] {
        assert_eq!(write(standing, Standing::Active, false), Err(ConversationRefusal::Suspended));
    }
    for standing in [Standing::Banned, Standing::Deleted { at }] {
        assert_eq!(write(Standing::Active, standing, false), Err(ConversationRefusal::CounterpartGone));
    }
}

#[test]
fn a_text_has_words_and_nothing_else() {
    let body = draft(&form(WritableType::Text, Some("  Still\nthere? "), &[])).unwrap();
    assert_eq!(body, MessageBody::Text(MessageText::stored("Still\nthere?".to_owned())));
    assert_eq!(faults(&form(WritableType::Text, None, &[])), ["content required"]);
    assert_eq!(faults(&form(WritableType::Text, Some(" \n "), &[])), ["content required"]);
    assert_eq!(faults(&form(WritableType::Text, Some("a\0"), &[])), ["content invalid_character"]);
    let long = "ä".repeat(2_001);
    assert_eq!(faults(&form(WritableType::Text, Some(&long), &[])), ["content too_long"]);
    assert!(draft(&form(WritableType::Text, Some(&"ä".repeat(2_000)), &[])).is_ok());
    let both = form(WritableType::Text, Some("x"), &[PICTURE]);
    assert_eq!(faults(&both), ["media not_allowed"]);
}

#[test]
fn a_picture_message_has_one_to_ten_pictures_and_words_if_it_likes() {
    let url = PICTURE;
    let picture = Picture::Own(Picture::parse(url).unwrap());
    let body = draft(&form(WritableType::Image, None, &[url])).unwrap();
    assert_eq!(body, MessageBody::Image { pictures: vec![picture], caption: None });
    let body = draft(&form(WritableType::Image, Some("Front"), &[url; 10])).unwrap();
    assert_eq!((body.pictures().len(), body.text().map(AsRef::as_ref)), (10, Some("Front")));
    assert_eq!(faults(&form(WritableType::Image, None, &[])), ["media required"]);
    assert_eq!(faults(&form(WritableType::Image, None, &[url; 11])), ["media too_many"]);
    let wrong = form(WritableType::Image, Some(""), &[url, "ftp://x", "https://example.com/1.jpg", "a\0"]);
    assert_eq!(
        faults(&wrong),
        ["content required", "media[1] invalid_format", "media[2] foreign_media", "media[3] invalid_format"]
    );
}

#[test]
fn a_message_tells_both_sides_of_itself() {
    let body = draft(&form(WritableType::Text, Some("Hello"), &[])).unwrap();
    let id = MessageId::from_uuid(Uuid::from_u128(7));
    let new = NewMessage { id, conversation: thread(9), sender: user(1), body, at: now() };
    let message = new.numbered(4);
    assert_eq!((message.seq, message.sender, message.read_at), (4, Some(user(1)), None));
    let event = message.event(vec![user(1), user(2)]);
    assert_eq!((event.fact.kind(), event.at), (EventKind::MessageCreated, now()));
    let Fact::MessageCreated(facts) = event.fact else { panic!("another kind") };
    assert_eq!((facts.seq, facts.message_type, facts.content.as_deref()), (4, "text", Some("Hello")));
}

#[test]
fn an_offer_is_posted_by_whoever_made_it_and_a_note_by_nobody() {
    let offer = OfferId::from_uuid(Uuid::from_u128(5));
    let post = |notice| Post {
        conversation: thread(9),
        message: MessageId::from_uuid(Uuid::from_u128(7)),
        buyer: user(1),
        seller: user(2),
        product: ProductId::from_uuid(Uuid::from_u128(3)),
        notice,
        at: now(),
    };
    let made = post(Notice::Offer { offer, by: user(1), note: None }).posted(thread(8), 3);
    assert_eq!((made.message.conversation, made.message.seq), (thread(8), 3));
    assert_eq!((made.message.sender, made.message.body.offer()), (Some(user(1)), Some(offer)));
    assert_eq!(made.event.audience, [user(1), user(2)]);
    let note = post(Notice::System(MessageText::stored("Sold.".to_owned()))).posted(thread(8), 4);
    assert_eq!((note.message.sender, note.message.body.kind()), (None, MessageType::System));
}

#[test]
fn nobody_reads_what_was_not_written() {
    let reading = Reading { last_seq: 3, read_seq: 1 };
    assert_eq!(reading.up_to(4), Err(ConversationRefusal::BeyondLast { last_seq: 3 }));
    assert_eq!(reading.up_to(3).map(Reading::unread_count), Ok(0));
    let event = reading.event(thread(9), user(1), user(2), now());
    assert_eq!(
        event.fact,
        Fact::ConversationRead { conversation_id: thread(9), reader_id: user(1), seq: 1, unread_count: 2 }
    );
}

#[test]
fn one_talks_about_a_listing_or_with_a_person() {
    let product = ProductId::from_uuid(Uuid::from_u128(3));
    assert_eq!(Topic::check(Some(product), None), Ok(Topic::Product(product)));
    assert_eq!(Topic::check(None, Some(user(2))), Ok(Topic::Seller(user(2))));
    for (product, seller, field, code) in
        [(None, None, "product_id", "required"), (Some(product), Some(user(2)), "seller_id", "not_allowed")]
    {
        let wrong = Topic::check(product, seller).unwrap_err();
        let wrong: Vec<_> = wrong.iter().map(|wrong| (&*wrong.field, wrong.code)).collect();
        assert_eq!(wrong, [(field, code)]);
    }
}

#[test]
fn a_full_allowance_says_when_to_come_back() {
    let quota = Quota { most: 20, window: TimeDelta::minutes(1) };
    let allowance = Allowance { of: Pseudonym([1; 32]), quota };
    assert_eq!(allowance.wait(Some(now() - TimeDelta::seconds(20)), now()), 40);
    assert_eq!(allowance.wait(None, now()), 1);
}

proptest! {
    #[test]
    fn reading_only_moves_forward_and_twice_is_once(
        last in 0..1_000_i64, read in 0..1_000_i64, marks in prop::collection::vec(0..1_000_i64, 0..20),
    ) {
        let mut reading = Reading { last_seq: last, read_seq: read.min(last) };
        for seq in marks.into_iter().filter(|seq| *seq <= last) {
            let after = reading.up_to(seq).unwrap();
            prop_assert!(after.read_seq >= reading.read_seq && after.read_seq >= seq);
            prop_assert_eq!(after.up_to(seq), Ok(after));
            prop_assert!((0..=last).contains(&after.unread_count()));
            reading = after;
        }
    }
}
