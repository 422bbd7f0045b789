//! E-mail against a real mail server on a loopback port.

#![expect(
    clippy::unwrap_used,
    reason = "this is all test, but clippy only knows that of functions marked as one"
)]

use std::{net::TcpListener, time::Duration};

use secrecy::SecretString;
use souk_domain::contact::Email;
use souk_mail_adapter::{SmtpError, SmtpMail, SmtpSettings};
use souk_ports::{
    PortError,
    message::{Mail, MailMessage},
};
use souk_testkit::smtp::SmtpServer;

fn settings(url: &str) -> SmtpSettings {
    SmtpSettings {
        url: SecretString::from(url),
        from: "Souk Loop <no-reply@souk.example>".to_owned(),
        timeout: Duration::from_secs(10),
    }
}

fn message() -> MailMessage {
    MailMessage {
        to: Email::parse("ada@example.com").unwrap(),
        subject: "Your code".to_owned(),
        text: "123456\n\n.\n.dots stay dots\n".to_owned(),
    }
}

#[tokio::test]
async fn what_is_sent_arrives() {
    let server = SmtpServer::start();
    let mail = SmtpMail::new(&settings(&server.url())).unwrap();
    mail.send(&message()).await.unwrap();
    let letter = server.letter_to("ada@example.com", 1).await;
    assert_eq!(letter.from, "no-reply@souk.example");
    assert_eq!(letter.to, ["ada@example.com"]);
    assert_eq!(letter.header("From"), Some("\"Souk Loop\" <no-reply@souk.example>"));
    assert_eq!(letter.header("To"), Some("ada@example.com"));
    assert_eq!(letter.header("Subject"), Some("Your code"));
    assert_eq!(letter.text().replace("\r\n", "\n").trim_end(), message().text.trim_end());
    assert_eq!(letter.code(), Some("123456"));
}

#[tokio::test]
async fn text_of_any_language_arrives_and_its_subject_stays_one_header() {
    let server = SmtpServer::start();
    let mail = SmtpMail::new(&settings(&server.url())).unwrap();
    let subject = "Größe ".repeat(40);
    mail.send(&MailMessage { subject, text: "مرحبا".to_owned(), ..message() }).await.unwrap();
    let letter = server.letter_to("ada@example.com", 1).await;
    assert!(letter.header("Subject").unwrap().starts_with("=?utf-8?"), "{}", letter.raw);
    assert_eq!(letter.header_names().iter().filter(|name| **name == "Subject").count(), 1);
}

#[tokio::test]
async fn a_line_break_adds_neither_a_header_nor_a_recipient() {
    let server = SmtpServer::start();
    let mail = SmtpMail::new(&settings(&server.url())).unwrap();
    for subject in
        ["Hi\r\nBcc: eve@example.com", "Hi\nBcc: eve@example.com", "Hi\rBcc: eve@example.com", "Hi\0"]
    {
        let refused = mail.send(&MailMessage { subject: subject.to_owned(), ..message() }).await;
        assert!(matches!(refused, Err(PortError::Unexpected(_))), "{subject:?}");
    }
    for to in [
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@example.com>\r\nRCPT TO:<eve@example.com",
        "ada@example.com, eve@example.com",
        "ada@example.com\nDATA",
    ] {
        let refused = mail.send(&MailMessage { to: Email::stored(to.to_owned()), ..message() }).await;
        assert!(matches!(refused, Err(PortError::Unexpected(_))), "{to:?}");
    }
    // A body may look like the end of one and like commands; it stays a body.
    let text = "first\r\n.\r\nMAIL FROM:<eve@example.com>\r\nRCPT TO:<eve@example.com>\r\n".to_owned();
    mail.send(&MailMessage { text, ..message() }).await.unwrap();
    server.letter_to("ada@example.com", 1).await;
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    assert!(letters.iter().all(|letter| letter.to == ["ada@example.com"] && letter.header("Bcc").is_none()));
}

#[tokio::test]
async fn where_encryption_is_required_nothing_goes_out_without_it() {
    let server = SmtpServer::start();
    let plain = server.url();
    for url in [format!("{plain}?tls=required"), plain.replace("smtp:", "smtps:")] {
        let refused = SmtpMail::new(&settings(&url)).unwrap().send(&message()).await;
        assert!(refused.is_err(), "{url}");
    }
    assert_eq!(server.letters(), []);
}

#[tokio::test]
async fn a_refusal_is_no_trouble_of_the_moment_and_does_not_repeat_the_address() {
    let server = SmtpServer::start();
    server.refuse_recipients();
    let refused = SmtpMail::new(&settings(&server.url())).unwrap().send(&message()).await.unwrap_err();
    assert!(matches!(refused, PortError::Unexpected(_)), "{refused}");
    assert!(!refused.to_string().contains("ada"), "{refused}");
}

#[tokio::test]
async fn a_server_that_is_away_or_says_nothing_is_unavailable() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    // Connections are queued by the system, and nobody ever answers.
    let brief =
        SmtpSettings { timeout: Duration::from_millis(100), ..settings(&format!("smtp://{address}")) };
    let mail = SmtpMail::new(&brief).unwrap();
    assert!(matches!(mail.send(&message()).await, Err(PortError::Unavailable(_))));
    drop(free);
    assert!(matches!(mail.send(&message()).await, Err(PortError::Unavailable(_))));
}

#[tokio::test]
async fn settings_that_cannot_work_are_told_at_the_start_without_the_password() {
    for url in ["mail.example", "http://mail.example", "smtp://u:hunter2@mail.example?tls=maybe", ""] {
        let error = SmtpMail::new(&settings(url)).unwrap_err();
        assert!(matches!(error, SmtpError::Url(_)), "{url}");
        assert!(
            error.to_string().contains("SOUK_SMTP_URL") && !error.to_string().contains("hunter2"),
            "{error}"
        );
    }
    for from in ["", "Souk Loop", "Souk Loop <no-reply>", "a@b.example\r\nBcc: c@d.example"] {
        let error = SmtpMail::new(&SmtpSettings { from: from.to_owned(), ..settings("smtp://localhost") });
        assert!(matches!(error.unwrap_err(), SmtpError::From(_)), "{from:?}");
    }
}
