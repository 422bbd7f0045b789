//! Settings as a start would read them, but from flags, since tests share their environment.

use std::{io::Write, time::Duration};

use clap::{CommandFactory, FromArgMatches, Parser};
use secrecy::ExposeSecret;

use super::*;

#[derive(Debug, Parser)]
struct Program {
    #[command(flatten)]
    serve: ServeArgs,
}

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const URL: &str = "postgres://souk@localhost/souk";

fn parse(arguments: &[&str]) -> Result<Program, clap::Error> {
    Program::try_parse_from([&["souk"], arguments].concat())
}

fn resolve(arguments: &[&str]) -> Result<Config, ConfigError> {
    parse(arguments).unwrap().serve.resolve()
}

fn good(more: &[&str]) -> Config {
    resolve(&[&["--token-secret", SECRET, "--database-url", URL], more].concat()).unwrap()
}

#[test]
fn the_defaults_are_those_documented() {
    let Config { streams, server, tokens, database, mail, media, payments, events, conversations, .. } =
        good(&[]);
    assert_eq!((conversations.messages_a_minute, conversations.conversations_an_hour), (20, 5));
    assert_eq!((events.retention, events.max_streams), (Duration::from_hours(24 * 7), 8_000));
    assert_eq!(server.addr.to_string(), "127.0.0.1:3000");
    assert_eq!(server.ops_addr.to_string(), "127.0.0.1:3001");
    assert_eq!((server.public_url, server.cors_origins.len()), (None, 0));
    assert_eq!(server.request_deadline, Duration::from_secs(5));
    assert_eq!(server.header_timeout, Duration::from_secs(9));
    assert_eq!(server.body_limit, 1 << 20);
    assert_eq!(tokens.access_ttl, Duration::from_mins(15));
    assert_eq!(tokens.session_ttl, Duration::from_hours(24 * 30));
    assert_eq!((database.pool_max_size, database.pool_min_idle), (30, 20));
    assert_eq!(database.pool_acquire_timeout, Duration::from_millis(500));
    assert_eq!(database.url.expose_secret(), URL);
    assert!(mail.smtp_url.is_none());
    assert_eq!(
        (streams.viewer_window, streams.viewers_every),
        (Duration::from_secs(45), Duration::from_secs(5))
    );
    assert!(
        streams.ingest_url.is_none() && streams.ingest_secret.is_none() && streams.playback_url.is_none()
    );
    assert_eq!((media.url.as_str(), media.public_url), ("file:souk-media", None));
    assert_eq!((media.upload_deadline, media.max_uploads), (Duration::from_secs(30), 16));
    assert!(media.provider.access_key_id.is_none() && media.provider.endpoint.is_none());
    assert_eq!(
        (mail.from.as_str(), mail.timeout),
        ("Souk Loop <no-reply@localhost>", Duration::from_secs(10))
    );
    assert!(payments.key.is_none() && payments.return_url.is_none() && payments.refresh_url.is_none());
    assert_eq!(
        (payments.api_base.as_str(), payments.timeout),
        ("https://api.stripe.com", Duration::from_secs(4))
    );
}

#[test]
fn the_figures_of_offers_are_those_of_the_rules_and_can_be_told_otherwise() {
    let offers = good(&[]).offers;
    let hours = |hours| Duration::from_hours(hours);
    assert_eq!((offers.ttl, offers.ttl_min, offers.ttl_max), (hours(48), hours(1), hours(5 * 24)));
    assert_eq!((offers.per_product, offers.pay_within), (3, hours(24)));
    assert_eq!((offers.fee_bps, offers.sweep_every), (1_000, Duration::from_secs(5)));
    let told = good(&["--offers-per-product=4000000000", "--fee-bps=0", "--offer-ttl=2s"]).offers;
    assert_eq!((told.per_product, told.fee_bps, told.ttl), (4_000_000_000, 0, Duration::from_secs(2)));
    for bad in ["--fee-bps=10001", "--fee-bps=-1", "--offers-per-product=0", "--sweep-every=0s"] {
        assert!(parse(&[bad]).is_err(), "{bad}");
    }
}

#[test]
fn a_missing_or_empty_secret_ends_the_start_with_advice() {
    for arguments in [&["--database-url", URL][..], &["--database-url", URL, "--token-secret", ""]] {
        let message = resolve(arguments).unwrap_err().to_string();
        assert!(message.contains("SOUK_TOKEN_SECRET") && message.contains("openssl"), "{message}");
    }
    let message = resolve(&["--token-secret", SECRET]).unwrap_err().to_string();
    assert!(message.contains("DATABASE_URL") && message.contains("cargo xtask dev"), "{message}");
}

#[test]
fn a_short_secret_ends_the_start_and_is_not_repeated() {
    let short = "hunter2hunter2hunter2hunter2hunt";
    let error = resolve(&["--database-url", URL, "--token-secret", &short[1..]]).unwrap_err();
    assert!(matches!(error, ConfigError::TooShort { length: 31, minimum: 32, .. }));
    assert!(!error.to_string().contains("hunter2"));
}

#[test]
fn secrets_come_from_files_without_their_last_line_break() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{SECRET}").unwrap();
    let path = file.path().to_str().unwrap();
    let config = resolve(&["--database-url", URL, "--token-secret-file", path]).unwrap();
    assert_eq!(config.tokens.secret.expose_secret(), SECRET);

    let twice = resolve(&["--database-url", URL, "--token-secret-file", path, "--token-secret", SECRET]);
    assert!(matches!(twice.unwrap_err(), ConfigError::GivenTwice { .. }));
    let nowhere = resolve(&["--database-url", URL, "--token-secret-file", "/nowhere"]).unwrap_err();
    assert!(nowhere.to_string().contains("SOUK_TOKEN_SECRET_FILE"), "{nowhere}");
}

#[test]
fn locations_have_a_secret_of_their_own_if_one_is_given() {
    assert_eq!(good(&[]).tokens.location_secret.expose_secret(), SECRET);
    let other = "fedcba9876543210fedcba9876543210";
    let tokens = good(&["--location-secret", other]).tokens;
    assert_eq!((tokens.secret.expose_secret(), tokens.location_secret.expose_secret()), (SECRET, other));
    let short = resolve(&["--token-secret", SECRET, "--database-url", URL, "--location-secret", "short"]);
    assert!(matches!(short.unwrap_err(), ConfigError::TooShort { variable: "SOUK_LOCATION_SECRET", .. }));
}

#[test]
fn the_token_secret_is_changed_only_once_locations_have_a_secret_of_their_own() {
    let other = "fedcba9876543210fedcba9876543210";
    assert!(good(&[]).tokens.previous_secret.is_none());
    let previous = ["--token-secret-previous", other];
    let tokens = good(&[&previous[..], &["--location-secret", other]].concat()).tokens;
    assert_eq!(tokens.previous_secret.unwrap().expose_secret(), other);
    let given = [&["--token-secret", SECRET, "--database-url", URL], &previous[..]].concat();
    let error = resolve(&given).unwrap_err().to_string();
    assert!(error.contains("SOUK_LOCATION_SECRET"), "{error}");
    let short = resolve(&[&given[..4], &["--token-secret-previous", "short"]].concat()).unwrap_err();
    assert!(matches!(short, ConfigError::TooShort { variable: "SOUK_TOKEN_SECRET_PREVIOUS", .. }));
}

#[test]
fn settings_never_show_their_secrets() {
    let shown = format!(
        "{:?}",
        good(&["--smtp-url", "smtp://souk:hunter2@localhost", "--stripe-secret-key", "sk_live_hunter2"])
    );
    assert!(!shown.contains(SECRET) && !shown.contains(URL) && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn secrets_on_the_command_line_are_refused() {
    let matches = Program::command().get_matches_from(["souk", "--smtp-url", "smtp://localhost"]);
    let error = refuse_secrets_on_command_line(&matches).unwrap_err();
    assert!(error.to_string().contains("SOUK_SMTP_URL_FILE"), "{error}");
    let matches = Program::command().get_matches_from(["souk", "--token-secret", SECRET]);
    let error = refuse_secrets_on_command_line(&matches).unwrap_err();
    assert!(error.to_string().contains("SOUK_TOKEN_SECRET_FILE"), "{error}");
    let matches = Program::command().get_matches_from(["souk", "--addr", "[::1]:80"]);
    assert!(refuse_secrets_on_command_line(&matches).is_ok());
    assert!(Program::from_arg_matches(&matches).is_ok());
}

#[test]
fn values_with_units_are_read() {
    let server = good(&[
        "--body-limit=64KiB",
        "--request-deadline=1m 30s",
        "--public-url=https://souk.example.com/",
        "--cors-origins=https://a.example, https://b.example:8443",
    ])
    .server;
    assert_eq!(server.body_limit, 64 << 10);
    assert_eq!(server.request_deadline, Duration::from_secs(90));
    assert_eq!(server.public_url.as_deref(), Some("https://souk.example.com"));
    assert_eq!(server.cors_origins, ["https://a.example", "https://b.example:8443"]);
    assert_eq!(good(&["--cors-origins=*"]).server.cors_origins, ["*"]);
    let unset = good(&["--cors-origins=", "--public-url="]).server;
    assert_eq!((unset.public_url, unset.cors_origins.len()), (None, 0));
}

#[test]
fn the_key_of_stripe_travels_under_tls_or_stays_on_this_machine() {
    for base in [
        "https://api.stripe.com",
        "https://stripe.example:8443/mirror",
        "http://localhost:12111",
        "http://127.0.0.9:80",
        "http://[::1]:1",
    ] {
        assert_eq!(good(&[&format!("--stripe-api-base={base}/")]).payments.api_base, base);
    }
    for base in [
        "http://api.stripe.com",
        "http://localhost.example",
        "http://10.0.0.1",
        "http://[fe80::1]",
        "http://127.0.0.1.example",
        "http://127.0.0.1@api.example",
        "ftp://localhost",
        "stripe",
        "",
    ] {
        assert!(parse(&[&format!("--stripe-api-base={base}")]).is_err(), "{base}");
    }
}

#[test]
fn sellers_come_back_to_pages_that_may_be_set() {
    let payments =
        good(&["--onboarding-return-url=https://app.example/done?tab=pay", "--onboarding-refresh-url="]);
    assert_eq!(payments.payments.return_url.as_deref(), Some("https://app.example/done?tab=pay"));
    assert_eq!(payments.payments.refresh_url, None);
    assert!(parse(&["--onboarding-return-url=javascript:alert(1)"]).is_err());
}

#[test]
fn a_pool_made_smaller_keeps_fewer_connections() {
    assert_eq!(good(&["--pool-max-size=8"]).database.pool_min_idle, 8);
}

#[test]
fn values_that_cannot_work_are_refused() {
    for bad in [
        "--addr=localhost",
        "--request-deadline=5",
        "--request-deadline=0s",
        "--header-timeout=soon",
        "--body-limit=0",
        "--body-limit=1GB",
        "--body-limit=99999999999999999999",
        "--max-in-flight=0",
        "--pool-max-size=0",
        "--access-token-ttl=16m",
        "--public-url=souk.example.com",
        "--public-url=ftp://souk.example.com",
        "--cors-origins=https://a.example/app",
        "--cors-origins=https://a.example/",
        "--cors-origins=a.example",
    ] {
        assert!(parse(&[bad]).is_err(), "{bad}");
    }
}
