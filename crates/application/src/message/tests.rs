//! Sending in the background, against mocked ports and a clock that runs when nothing else does.

use mockall::Sequence;
use souk_domain::contact::Email;
use souk_ports::message::{MockMail, MockSms};

use super::*;

fn message() -> MailMessage {
    MailMessage {
        to: Email::parse("ada@example.com").unwrap(),
        subject: "Your code".to_owned(),
        text: "123456".to_owned(),
    }
}

fn away() -> PortError {
    PortError::Unavailable("away".to_owned())
}

#[tokio::test]
async fn messages_are_sent_though_nobody_waits_for_them() {
    let (mut mail, mut sms) = (MockMail::new(), MockSms::new());
    mail.expect_send().times(1).withf(|sent| *sent == message()).returning(|_| Ok(()));
    sms.expect_send()
        .times(1)
        .withf(|to, text| to.as_ref() == "+4930123456" && text == "123456")
        .returning(|_, _| Ok(()));
    let courier = Courier::new(Arc::new(mail), Arc::new(sms));
    courier.mail(message());
    courier.text(Phone::parse("+4930123456").unwrap(), "123456".to_owned());
    courier.settled().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_was_away_for_a_moment_gets_the_message_all_the_same() {
    let mut mail = MockMail::new();
    let mut order = Sequence::new();
    mail.expect_send().times(2).in_sequence(&mut order).returning(|_| Err(away()));
    mail.expect_send().times(1).in_sequence(&mut order).returning(|_| Ok(()));
    let courier = Courier::new(Arc::new(mail), Arc::new(MockSms::new()));
    courier.mail(message());
    courier.settled().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stays_away_is_left_alone_and_a_refusal_is_not_repeated() {
    for (error, times) in [(away(), 3), (PortError::Unexpected("refused".to_owned()), 1)] {
        let mut mail = MockMail::new();
        mail.expect_send().times(times).returning(move |_| Err(error.clone()));
        let courier = Courier::new(Arc::new(mail), Arc::new(MockSms::new()));
        courier.mail(message());
        courier.settled().await;
    }
}

/// Never answers.
struct Hangs;

#[async_trait::async_trait]
impl Mail for Hangs {
    async fn send(&self, _message: &MailMessage) -> Result<(), PortError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_server_that_hangs_fills_the_places_and_no_more() {
    let courier = Courier::new(Arc::new(Hangs), Arc::new(MockSms::new()));
    for _ in 0..1_000 {
        courier.mail(message());
    }
    assert_eq!(courier.places.available_permits(), 0);
    let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    assert_eq!(tasks, usize::try_from(UNDER_WAY).unwrap());
}
