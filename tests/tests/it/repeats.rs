//! Clients that lose the connection, and repeat with the same key what they do not know to be done.

use crate::harness::{Person, Raw, Server, bike, count, database, publishing};

/// How a client loses its connection.
#[derive(Clone, Copy, Debug)]
enum Loss {
    /// It closes it.
    Close,
    /// It resets it, as a machine does that is switched off and on.
    Reset,
}

#[tokio::test]
async fn a_client_that_is_cut_off_and_repeats_publishes_once() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let seller = Person::register(&server.api, "seller").await;
    let address = server.api.address();
    let mut rounds = 0;
    // Cut somewhere in the head, somewhere in the body, a byte before the end, and most often when all is sent: that is
    // when the server is at work.
    for part in (1..8).chain([8; 16]) {
        for loss in [Loss::Close, Loss::Reset] {
            rounds += 1;
            let (key, body) = (format!("round-{rounds}"), bike(&format!("bike {rounds}")).to_string());
            let request = publishing(address, &seller, &key, &body);
            let sent = if part == 7 { request.len() - 1 } else { request.len() * part / 8 };
            let mut client = Raw::connect(address).await;
            client.send(&request[..sent]).await;
            match loss {
                Loss::Close => drop(client),
                Loss::Reset => client.abort(),
            }

            let mut again = Raw::connect(address).await;
            let answer = loop {
                again.send(&request).await;
                let answer = again.answer().await.expect("an answer");
                // The first may still be at work; then this is told to come back.
                if answer.status != 409 {
                    break answer.is(201);
                }
                assert_eq!(answer.refusal(409), "idempotency_key_in_use");
            };
            let published = format!("SELECT count(*) FROM products WHERE title = 'bike {rounds}'");
            assert_eq!(
                count(&database, &published).await,
                1,
                "{loss:?} after {sent} of {} bytes",
                request.len()
            );

            again.send(&request).await;
            let replay = again.answer().await.expect("an answer").is(201);
            assert_eq!(replay.header("idempotent-replayed"), "true");
            assert_eq!(replay.body, answer.body);
        }
    }
    assert_eq!(count(&database, "SELECT count(*) FROM products").await, rounds);
}
