//! How long it takes to be told no, with and without an account: `cargo bench -p souk-http --bench timing`, with
//! `SOUK_TEST_DATABASE_URL` as the tests have it.
//!
//! Figures for people, not a test: on a busy machine anything can take anything. What matters is that the two columns
//! cannot be told apart: the last one says how often, of two answers, the one about an account is the slower. Half
//! the time means that timing tells nothing.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot be made has nothing better to do than to end"
)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use souk_application::{
    Attempts, Courier, PasswordKeeper, Sessions, SignIn,
    session::{Origin, TokenLifetimes},
};
use souk_domain::user::Password;
use souk_mail_adapter::LogSms;
use souk_ports::{
    Clock,
    message::{Mail, MailMessage},
    session::Passwords,
    user::{Credentials, UserRepository},
};
use souk_postgres_adapter::{
    Connector, PgAttempts, PgPasswords, PgPool, PgSessions, PgUsers, PoolSettings,
    migrations::{fingerprint, up},
};
use souk_system_adapter::{
    Argon2Passwords, HmacAccessTokens, HmacPseudonyms, HmacRefreshTokens, KeyPair, RandomResetTokens,
    SystemClock, TimeOrderedIds,
};
use souk_testkit::{build, database::TestDatabase};

/// How often each is measured.
const ROUNDS: u32 = 400;

/// Time for what goes on in the background after an answer, so that it does not disturb the next measurement.
const REST: Duration = Duration::from_millis(20);

#[tokio::main]
async fn main() {
    let database =
        TestDatabase::create(&fingerprint(), async |url: String| up(&url, None, |_| {}).await.map(|_| ()))
            .await;
    let settings = PoolSettings {
        max_size: 8,
        min_idle: 4,
        acquire_timeout: Duration::from_secs(5),
        max_lifetime: Duration::from_hours(1),
    };
    let pool = PgPool::new(Connector::new(&database.url(), None).unwrap(), settings);
    let users: Arc<dyn UserRepository> = Arc::new(PgUsers::new(pool.clone()));
    let passwords: Arc<dyn Passwords> = Arc::new(Argon2Passwords::new().unwrap());
    open_accounts(&*users, &*passwords).await;

    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let pseudonyms = Arc::new(HmacPseudonyms::new(&[1; 32]));
    let attempts = Attempts::new(Arc::new(PgAttempts::new(pool.clone())), pseudonyms, Arc::clone(&clock));
    let keys = KeyPair::single([2; 32]);
    let sign_in = SignIn::new(
        Arc::new(HmacAccessTokens::new(&keys)),
        Arc::new(HmacRefreshTokens::new(&keys)),
        Arc::new(TimeOrderedIds),
        TokenLifetimes { access: TimeDelta::minutes(15), session: TimeDelta::days(30) },
    );
    let sessions = Sessions::new(
        Arc::clone(&users),
        Arc::new(PgSessions::new(pool.clone())),
        Arc::clone(&passwords),
        attempts.clone(),
        Arc::clone(&clock),
        sign_in,
    );
    let keeper = PasswordKeeper::new(
        users,
        Arc::new(PgPasswords::new(pool)),
        passwords,
        Arc::new(RandomResetTokens),
        attempts,
        Courier::new(Arc::new(Nobody), Arc::new(LogSms)),
        clock,
    );

    println!("{ROUNDS} rounds each                  median      p95   account is slower");
    compare("log-in", async |email: String| {
        sessions.log_in(&email, "a wrong password".to_owned(), Origin::default()).await.unwrap_err();
    })
    .await;
    compare("password reset", async |email: String| keeper.request_reset(&email).await.unwrap()).await;
}

/// Takes mail and forgets it.
struct Nobody;

#[async_trait::async_trait]
impl Mail for Nobody {
    async fn send(&self, _: &MailMessage) -> Result<(), souk_ports::PortError> {
        Ok(())
    }
}

async fn open_accounts(users: &dyn UserRepository, passwords: &dyn Passwords) {
    let password = Password::choose("the right password".to_owned()).unwrap();
    let password_hash = passwords.hash(&password).await.unwrap();
    for n in 1..=ROUNDS {
        let user = build::user(n.into(), &format!("known{n:04}"));
        let session = build::session(n.into(), user.id);
        let credentials = Credentials { user, password_hash: password_hash.clone() };
        users.insert(&credentials, &session).await.unwrap();
    }
}

/// Measures what is done with addresses that have an account and such as have none, by turns.
async fn compare(what: &str, work: impl AsyncFn(String)) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for n in 1..=ROUNDS {
        // Which comes first changes, so that neither always finds the caches as the other left them.
        let known_first = n.is_multiple_of(2);
        for is_known in [known_first, !known_first] {
            let name = if is_known { "known" } else { "other" };
            let begun = Instant::now();
            work(format!("{name}{n:04}@example.com")).await;
            if is_known { &mut known } else { &mut unknown }.push(begun.elapsed());
            tokio::time::sleep(REST).await;
        }
    }
    let slower: usize =
        known.iter().map(|known| unknown.iter().filter(|unknown| known > unknown).count()).sum();
    let percent = 100 * slower / (known.len() * unknown.len());
    for (name, times) in [("account", &mut known), ("no account", &mut unknown)] {
        times.sort_unstable();
        let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
        println!("{what:>14}, {name:<10} {:>12.2?} {:>8.2?}   {percent} %", at(50), at(95));
    }
}
