//! Threads, against mocked ports.

use chrono::TimeDelta;
use souk_domain::{
    contact::Username,
    conversation::{Counterpart, MessageBody, MessageText, Opening, Side, WritableType},
    media::Picture,
    session::Pseudonym,
    user::{DisplayName, Standing},
};
use souk_ports::{
    conversation::MockConversationRepository,
    media::{MockImageWorkshop, MockMediaRepository, MockMediaStore},
    session::MockPseudonyms,
};
use souk_testkit::{
    build::{self, conversation_id, message_id, user_id},
    fixed::{self, CountingIds, FixedClock},
};

use super::*;

fn quota(most: u32) -> Quota {
    Quota { most, window: TimeDelta::minutes(1) }
}

/// Threads on this store, with these limits.
fn conversations(repository: MockConversationRepository, limits: ConversationLimits) -> Conversations {
    let mut pseudonyms = MockPseudonyms::new();
    // The first byte tells what was counted, the second of whom.
    pseudonyms.expect_of().returning(|name| {
        let mut bytes = [0; 32];
        let of = name.rsplit('-').next().map_or(0, |digits| digits.bytes().last().unwrap());
        bytes.iter_mut().zip([name.as_bytes()[0], of]).for_each(|(byte, of)| *byte = of);
        Pseudonym(bytes)
    });
    let clock = Arc::new(FixedClock);
    let mut pictures = MockMediaRepository::new();
    // Picture 9 is somebody else's.
    pictures.expect_claim().returning(|owner, ids, now| {
        assert_eq!((owner, now), (user_id(1), fixed::now()));
        Ok(ids.iter().copied().filter(|id| *id != build::media_id(9)).collect())
    });
    let media = MediaLibrary::new(
        Arc::new(pictures),
        Arc::new(MockImageWorkshop::new()),
        Arc::new(MockMediaStore::new()),
        Arc::new(FixedClock),
        Arc::new(CountingIds::default()),
    );
    Conversations::new(
        Arc::new(repository),
        media,
        Arc::new(pseudonyms),
        limits,
        clock,
        Arc::new(CountingIds::default()),
    )
}

fn limits() -> ConversationLimits {
    ConversationLimits { conversations: Some(quota(5)), messages: Some(quota(20)) }
}

/// What an allowance is counted under: of what and of whom.
fn counted(allowance: Option<Allowance>) -> Option<(u8, u8, u32)> {
    allowance.map(|allowance| (allowance.of.0[0], allowance.of.0[1], allowance.quota.most))
}

fn conversation(id: ConversationId) -> Conversation {
    Conversation {
        id,
        buyer: user_id(1),
        seller: user_id(2),
        side: Side::Buyer,
        counterpart: Counterpart {
            id: user_id(2),
            username: Username::stored("bob".to_owned()),
            display_name: DisplayName::stored("Bob".to_owned()),
            avatar_url: None,
            is_gone: false,
        },
        product: None,
        last_message: None,
        last_message_at: None,
        last_seq: 0,
        read_seq: 0,
        counterpart_read_seq: 0,
        archived_at: None,
        created_at: fixed::now(),
    }
}

fn form(content: &str) -> MessageForm {
    MessageForm { kind: WritableType::Text, content: Some(content.to_owned()), media: vec![] }
}

#[tokio::test]
async fn a_thread_is_opened_as_the_rule_says_and_counted() {
    let mut repository = MockConversationRepository::new();
    repository.expect_open().times(1).returning(|buyer, topic, decide, allowance, once| {
        assert_eq!((buyer, topic), (user_id(1), Topic::Seller(user_id(2))));
        assert_eq!((counted(allowance), once.is_none()), (Some((b'n', b'1', 5)), true));
        let context = OpeningContext {
            buyer,
            seller: user_id(2),
            product: None,
            buyer_standing: Standing::Active,
            seller_standing: Standing::Active,
            is_blocked: false,
            existing: None,
        };
        let blocked = OpeningContext { is_blocked: true, ..context.clone() };
        assert_eq!(decide(blocked), Err(ConversationRefusal::Blocked));
        let Ok(Opening::New(new)) = decide(context) else { panic!("it is not opened") };
        assert_eq!((new.id, new.at), (conversation_id(1), fixed::now()));
        Ok(Opened { conversation: conversation(new.id), is_new: true })
    });
    let opened = conversations(repository, limits()).open(user_id(1), None, Some(user_id(2)), None).await;
    assert!(opened.unwrap().is_new);
}

#[tokio::test]
async fn a_topic_that_is_none_is_refused_before_the_store_is_asked() {
    let conversations = conversations(MockConversationRepository::new(), limits());
    for (product, seller) in [(None, None), (Some(build::product_id(1)), Some(user_id(2)))] {
        let refused = conversations.open(user_id(1), product, seller, None).await;
        assert!(matches!(refused, Err(ConversationError::Invalid(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn a_message_is_checked_then_sent_with_an_id_and_the_time() {
    let mut repository = MockConversationRepository::new();
    repository.expect_send().times(1).returning(|message, allowance, once| {
        assert_eq!((message.id, message.at), (message_id(1), fixed::now()));
        assert_eq!((message.conversation, message.sender), (conversation_id(7), user_id(1)));
        assert_eq!(message.body, MessageBody::Text(MessageText::stored("Hello".to_owned())));
        assert_eq!((counted(allowance), once.is_none()), (Some((b'm', b'1', 20)), true));
        Ok(message.numbered(3))
    });
    let conversations = conversations(repository, limits());
    let bad = conversations.send(user_id(1), conversation_id(7), &form(" "), None).await;
    assert!(matches!(bad, Err(ConversationError::Invalid(_))), "{bad:?}");
    let sent = conversations.send(user_id(1), conversation_id(7), &form(" Hello "), None).await.unwrap();
    assert_eq!(sent.seq, 3);
}

#[tokio::test]
async fn only_pictures_of_ones_own_are_sent() {
    let mut repository = MockConversationRepository::new();
    repository.expect_send().times(1).returning(|message, _, _| {
        assert_eq!(message.body.pictures(), [Picture::Own(build::media_id(8))]);
        Ok(message.numbered(1))
    });
    let conversations = conversations(repository, limits());
    let send = async |pictures: &[u128]| {
        let media = pictures.iter().map(|n| build::media_id(*n).to_string()).collect();
        let form = MessageForm { kind: WritableType::Image, content: None, media };
        conversations.send(user_id(1), conversation_id(7), &form, None).await
    };
    let Err(ConversationError::Invalid(wrong)) = send(&[8, 9]).await else { panic!("it was sent") };
    let wrong: Vec<_> = wrong.iter().map(|wrong| (&*wrong.field, wrong.code)).collect();
    assert_eq!(wrong, [("media[1]", "unknown_media")]);
    assert!(send(&[8]).await.is_ok());
}

#[tokio::test]
async fn without_limits_nothing_is_counted() {
    let mut repository = MockConversationRepository::new();
    repository.expect_send().times(1).returning(|message, allowance, _| {
        assert_eq!(allowance, None);
        Ok(message.numbered(1))
    });
    let unlimited = conversations(repository, ConversationLimits::default());
    unlimited.send(user_id(1), conversation_id(7), &form("Hello"), None).await.unwrap();
}

#[tokio::test]
async fn a_refusal_reaches_whoever_asked() {
    let full = ConversationRefusal::TooManyMessages { retry_after: 7 };
    let mut repository = MockConversationRepository::new();
    repository.expect_send().returning(move |_, _, _| Err(DecideError::Refused(full)));
    repository
        .expect_read()
        .withf(|_, _, seq, now| (*seq, *now) == (4, fixed::now()))
        .returning(|_, _, _, _| Err(DecideError::NotFound));
    let conversations = conversations(repository, limits());
    let refused = conversations.send(user_id(1), conversation_id(7), &form("Hello"), None).await;
    assert_eq!(refused, Err(ConversationError::Decide(DecideError::Refused(full))));
    assert_eq!(conversations.read(conversation_id(7), user_id(1), 4).await, Err(DecideError::NotFound));
}
