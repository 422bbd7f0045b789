//! The parts that speak with the world outside: mail, the payment provider, where pictures are kept.

use std::sync::Arc;

use souk_application::{Courier, MediaLibrary};
use souk_http::{
    config::{Config, Mail as MailSettings},
    media::MediaUrls,
};
use souk_mail_adapter::{LogMail, LogSms, SmtpError, SmtpMail, SmtpSettings};
use souk_media_adapter::{MediaPlace, ObjectMedia, S3Access, Workshop};
use souk_ports::{Clock, IdSource, message::Mail, payments::Payments};
use souk_postgres_adapter::{PgMedia, PgPool};
use souk_stripe_adapter::{StripeError, StripePayments, StripeSettings};

use crate::commands::Failure;

/// Who sends messages: over SMTP if there is a mail server, else into the log. Text messages have no provider yet.
pub(super) fn courier(settings: &MailSettings) -> Result<Courier, SmtpError> {
    let mail: Arc<dyn Mail> = if let Some(url) = &settings.smtp_url {
        let (url, from) = (url.clone(), settings.from.clone());
        Arc::new(SmtpMail::new(&SmtpSettings { url, from, timeout: settings.timeout })?)
    } else {
        tracing::warn!(
            "SOUK_SMTP_URL is not set: e-mail is written to the log, codes included; for development only"
        );
        Arc::new(LogMail)
    };
    Ok(Courier::new(mail, Arc::new(LogSms)))
}

/// The payment provider, if there is one.
pub(super) fn payments(config: &Config) -> Result<Option<Arc<dyn Payments>>, StripeError> {
    let (settings, server) = (&config.payments, &config.server);
    let Some(key) = settings.key.clone() else { return Ok(None) };
    let own = |page: &str| {
        let ours = server.public_url.clone().unwrap_or_else(|| format!("http://{}", server.addr));
        format!("{ours}/onboarding/{page}")
    };
    let provider = StripePayments::new(&StripeSettings {
        key,
        api_base: settings.api_base.clone(),
        timeout: settings.timeout,
        return_url: settings.return_url.clone().unwrap_or_else(|| own("done")),
        refresh_url: settings.refresh_url.clone().unwrap_or_else(|| own("again")),
    })?;
    Ok(Some(Arc::new(provider)))
}

/// Pictures, and where they are kept.
pub(super) fn media(
    config: &Config,
    pool: &PgPool,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn IdSource>,
) -> Result<MediaLibrary, Failure> {
    let settings = &config.media;
    let provider = settings.provider.clone();
    let access = S3Access {
        region: provider.region,
        endpoint: provider.endpoint,
        access_key_id: provider.access_key_id,
        secret_access_key: provider.secret_access_key,
        session_token: provider.session_token,
    };
    let place =
        MediaPlace::parse(&settings.url, access).map_err(|error| format!("SOUK_MEDIA_URL: {error}"))?;
    let library = MediaLibrary::new(
        Arc::new(PgMedia::new(pool.clone())),
        Arc::new(Workshop::new()),
        Arc::new(ObjectMedia::new(place)?),
        Arc::clone(clock),
        Arc::clone(ids),
    );
    Ok(library.limited(config.server.rate_limits))
}

/// The addresses that pictures are seen at.
pub(super) fn media_urls(config: &Config, public_url: &str) -> MediaUrls {
    match &config.media.public_url {
        Some(elsewhere) => MediaUrls::below(elsewhere),
        None => MediaUrls::below(&format!("{public_url}/media")),
    }
}
