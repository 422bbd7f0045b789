//! The payment provider.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use axum::http::Uri;
use clap::Args;
use secrecy::SecretString;

use super::{
    ConfigError, secret,
    units::{duration, web_address},
};

pub(super) const KEY_ID: &str = "stripe_secret_key";

/// The payment provider as given.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Payments")]
pub struct PaymentsArgs {
    /// The secret key of the Stripe account, `sk_…` or a restricted `rk_…` that may write Connect accounts and account
    /// links. Unset: sellers cannot be introduced to Stripe, and who asks for it is told so (503)
    #[arg(long, env = "STRIPE_SECRET_KEY", value_name = "SECRET", hide_env_values = true,
        value_parser = secret::parse)]
    stripe_secret_key: Option<SecretString>,
    /// A file that holds `STRIPE_SECRET_KEY`, instead of the variable itself
    #[arg(long, env = "STRIPE_SECRET_KEY_FILE", value_name = "FILE", value_parser = secret::path)]
    stripe_secret_key_file: Option<PathBuf>,
    /// Where Stripe's API is. Something else is for tests; `http://` is taken on this machine only, for the key
    /// travels there
    #[arg(long, env = "STRIPE_API_BASE", value_name = "URL", default_value = "https://api.stripe.com",
        value_parser = api_base)]
    stripe_api_base: String,
    /// How long Stripe may take for one call. A seller's first waits for two calls, within `SOUK_REQUEST_DEADLINE`
    #[arg(long, env = "STRIPE_TIMEOUT", value_name = "DURATION", default_value = "4s", value_parser = duration)]
    stripe_timeout: Duration,
    /// The page of your app for sellers who are done with Stripe's pages. Unset: `/onboarding/done` under
    /// `SOUK_PUBLIC_URL`
    #[arg(long, env = "SOUK_ONBOARDING_RETURN_URL", value_name = "URL", value_parser = page)]
    onboarding_return_url: Option<String>,
    /// The page of your app for sellers whose link was too old; it should ask for another. Unset: `/onboarding/again`
    /// under `SOUK_PUBLIC_URL`
    #[arg(long, env = "SOUK_ONBOARDING_REFRESH_URL", value_name = "URL", value_parser = page)]
    onboarding_refresh_url: Option<String>,
}

/// The payment provider.
#[derive(Clone, Debug)]
pub struct Payments {
    /// Stripe's secret key; `None`: there is no provider.
    pub key: Option<SecretString>,
    /// Where Stripe's API is.
    pub api_base: String,
    /// How long a call may take.
    pub timeout: Duration,
    /// Where sellers come back to; `None`: a page under our own address.
    pub return_url: Option<String>,
    /// Where sellers with an old link come to; `None`: a page under our own address.
    pub refresh_url: Option<String>,
}

impl PaymentsArgs {
    /// Judges them.
    pub fn resolve(self) -> Result<Payments, ConfigError> {
        let given = |url: Option<String>| url.filter(|url| !url.is_empty());
        Ok(Payments {
            key: secret::resolve("STRIPE_SECRET_KEY", self.stripe_secret_key, self.stripe_secret_key_file)?,
            api_base: self.stripe_api_base,
            timeout: self.stripe_timeout,
            return_url: given(self.onboarding_return_url),
            refresh_url: given(self.onboarding_refresh_url),
        })
    }
}

/// An address to which a secret key may be sent.
fn api_base(text: &str) -> Result<String, String> {
    let address = web_address(text)?;
    let uri: Uri = address.parse().map_err(|_| "is no web address".to_owned())?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if uri.scheme_str() == Some("http") && !is_here {
        return Err("must begin with https://, since the secret key travels there".to_owned());
    }
    Ok(address)
}

/// A page, whose address may have a query.
fn page(text: &str) -> Result<String, String> {
    if !text.is_empty() {
        web_address(text.split_once('?').map_or(text, |(address, _)| address))?;
    }
    Ok(text.to_owned())
}
