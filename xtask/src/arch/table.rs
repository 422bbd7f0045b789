//! The table: each crate of the workspace, what it is for, and what it may depend on.

/// What a crate may depend on.
pub(super) struct Crate {
    pub(super) name: &'static str,
    /// What the crate is, as the reason for what it may not.
    pub(super) why: &'static str,
    /// Crates of the workspace.
    pub(super) inner: &'static [&'static str],
    /// Crates of the registry.
    pub(super) outer: &'static [&'static str],
    /// What its tests may use besides: crates of the workspace, and fenced crates. Other crates of the registry are
    /// free to tests.
    pub(super) tests: &'static [&'static str],
}

/// Technologies that belong to one layer, and that not even a test of another may use.
#[rustfmt::skip]
pub(super) const FENCED: &[&str] = &[
    "axum", "axum-extra", "bb8", "diesel", "diesel-async", "diesel_migrations", "diesel_full_text_search",
    "hyper", "hyper-util", "postgis_diesel", "postgres", "sqlx", "tokio-postgres", "tower", "tower-http",
    "utoipa", "utoipa-axum",
];

/// Innermost first. A table reads better than one dependency a line.
#[rustfmt::skip]
pub(super) const CRATES: &[Crate] = &[
    Crate {
        name: "souk-domain",
        why: "the domain is pure functions and values, without I/O, async, serialisation or a database",
        inner: &[],
        outer: &["chrono", "hmac", "iso_currency", "sha2", "thiserror", "uuid"],
        tests: &[],
    },
    Crate {
        name: "souk-ports",
        why: "ports say what the application needs, and name no technology",
        inner: &["souk-domain"],
        outer: &["async-trait", "chrono", "mockall", "thiserror", "uuid"],
        tests: &["souk-testkit"],
    },
    Crate {
        name: "souk-application",
        why: "the application knows ports, not what is behind them",
        inner: &["souk-domain", "souk-ports"],
        outer: &["chrono", "thiserror", "tokio", "tracing"],
        tests: &["souk-testkit"],
    },
    Crate {
        name: "souk-postgres-adapter",
        why: "an adapter fills ports with one technology, and knows neither the application nor other adapters",
        inner: &["souk-domain", "souk-ports"],
        outer: &[
            "async-trait", "bb8", "chrono", "diesel", "diesel-async", "diesel_migrations", "futures-util",
            "postgis_diesel", "rustls", "rustls-native-certs", "serde_json", "sha2", "thiserror", "tokio",
            "tokio-postgres", "tokio-postgres-rustls", "tracing", "uuid",
        ],
        tests: &["souk-testkit"],
    },
    Crate {
        name: "souk-system-adapter",
        why: "an adapter fills ports with one technology, and knows neither the application nor other adapters",
        inner: &["souk-domain", "souk-ports"],
        outer: &[
            "argon2", "async-trait", "base64", "chrono", "getrandom", "hmac", "jsonwebtoken", "secrecy",
            "serde", "sha2", "thiserror", "tokio", "uuid",
        ],
        tests: &["souk-testkit"],
    },
    Crate {
        name: "souk-mail-adapter",
        why: "an adapter fills ports with one technology, and knows neither the application nor other adapters",
        inner: &["souk-domain", "souk-ports"],
        outer: &["async-trait", "lettre", "secrecy", "thiserror", "tokio", "tracing"],
        tests: &["souk-testkit"],
    },
    Crate {
        name: "souk-media-adapter",
        why: "an adapter fills ports with one technology, and knows neither the application nor other adapters",
        inner: &["souk-domain", "souk-ports"],
        outer: &[
            "async-trait", "blurhash", "bytes", "fast_image_resize", "futures-util", "image", "moxcms", "object_store",
            "secrecy", "thiserror", "tokio", "tracing",
        ],
        // The S3-compatible server of its tests is served by hyper.
        tests: &["souk-testkit", "hyper", "hyper-util"],
    },
    Crate {
        name: "souk-stripe-adapter",
        why: "an adapter fills ports with one technology, and knows neither the application nor other adapters",
        inner: &["souk-domain", "souk-ports"],
        outer: &[
            "async-trait", "form_urlencoded", "reqwest", "secrecy", "serde", "serde_json", "thiserror", "tokio",
        ],
        tests: &["souk-testkit"],
    },
    Crate {
        name: "souk-demo",
        why: "demo data comes in through the application, as any user's would",
        inner: &["souk-domain", "souk-ports", "souk-application"],
        outer: &["async-trait", "chrono", "thiserror", "uuid"],
        tests: &["souk-testkit"],
    },
    Crate {
        name: "souk-http",
        why: "the web layer translates, and its main.rs puts the crates together; it speaks no SQL",
        inner: &[
            "souk-domain", "souk-ports", "souk-application", "souk-postgres-adapter",
            "souk-system-adapter", "souk-mail-adapter", "souk-media-adapter", "souk-stripe-adapter", "souk-demo",
        ],
        outer: &[
            "async-trait", "axum", "base64", "bytes", "chrono", "clap", "form_urlencoded", "futures-util",
            "governor", "hmac", "http-body-util", "humantime", "hyper", "hyper-util", "metrics",
            "metrics-exporter-prometheus", "mimalloc", "rustix", "scalar_api_reference", "secrecy", "serde",
            "serde_json", "serde_path_to_error", "serde_urlencoded", "sha2", "socket2", "thiserror",
            "tokio", "tower", "tower-http", "tracing", "tracing-subscriber", "utoipa", "utoipa-axum",
            "uuid",
        ],
        tests: &["souk-testkit"],
    },
    Crate {
        name: "souk-testkit",
        why: "test helpers are used by every layer, so they know only the innermost two",
        inner: &["souk-domain", "souk-ports"],
        outer: &["async-trait", "chrono", "form_urlencoded", "mailin", "tokio", "tokio-postgres", "uuid"],
        tests: &[],
    },
    Crate {
        name: "souk-e2e",
        why: "journeys see the marketplace from outside, through its binary and its API",
        inner: &["souk-testkit"],
        outer: &["reqwest", "serde_json", "tokio"],
        tests: &[],
    },
    Crate {
        name: "xtask",
        why: "development tasks stay light and know nothing of the product",
        inner: &[],
        outer: &["anyhow", "clap", "proc-macro2", "rustix", "serde_json", "signal-hook"],
        tests: &[],
    },
];
