//! Where pictures are kept and seen, and how many may be uploaded at once.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use secrecy::SecretString;

use super::{
    ConfigError, secret,
    units::{duration, web_address},
};

pub(super) const SECRET_KEY_ID: &str = "aws_secret_access_key";
pub(super) const SESSION_TOKEN_ID: &str = "aws_session_token";

/// Where pictures are kept and seen as given.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Media")]
pub struct MediaArgs {
    /// Where uploaded pictures are kept: a folder (`file:///var/lib/souk/media`; `file:media` is relative to where the
    /// server was started) or a bucket (`s3://bucket/prefix`). Servers on one database must share it
    #[arg(long, env = "SOUK_MEDIA_URL", value_name = "URL", default_value = "file:souk-media")]
    media_url: String,
    /// The address below which clients see pictures, where a CDN or the bucket itself serves them. Unset: `/media` under
    /// `SOUK_PUBLIC_URL`
    #[arg(long, env = "SOUK_MEDIA_PUBLIC_URL", value_name = "URL", value_parser = optional_web_address)]
    media_public_url: Option<String>,
    /// How long an upload may take in all, instead of `SOUK_REQUEST_DEADLINE`
    #[arg(long, env = "SOUK_UPLOAD_DEADLINE", value_name = "DURATION", default_value = "30s",
        value_parser = duration)]
    upload_deadline: Duration,
    /// How many uploads may be under way at once, each of them 10 MB of memory; further ones are answered 503
    #[arg(long, env = "SOUK_MAX_UPLOADS", value_name = "COUNT", default_value = "16",
        value_parser = clap::value_parser!(u16).range(1..))]
    max_uploads: u16,
    /// Who the server is at the bucket's provider. Unset: whoever the machine is that it runs on
    #[arg(long, env = "AWS_ACCESS_KEY_ID", value_name = "ID")]
    aws_access_key_id: Option<String>,
    /// What proves it
    #[arg(long, env = "AWS_SECRET_ACCESS_KEY", value_name = "SECRET", hide_env_values = true,
        value_parser = secret::parse)]
    aws_secret_access_key: Option<SecretString>,
    /// A file that holds `AWS_SECRET_ACCESS_KEY`, instead of the variable itself
    #[arg(long, env = "AWS_SECRET_ACCESS_KEY_FILE", value_name = "FILE", value_parser = secret::path)]
    aws_secret_access_key_file: Option<PathBuf>,
    /// What belongs to keys that are lent for a while
    #[arg(long, env = "AWS_SESSION_TOKEN", value_name = "SECRET", hide_env_values = true,
        value_parser = secret::parse)]
    aws_session_token: Option<SecretString>,
    /// The bucket's region. Unset: `us-east-1`
    #[arg(long, env = "AWS_REGION", value_name = "REGION")]
    aws_region: Option<String>,
    /// The address of an S3-compatible provider; `http://` only on a network of your own. Unset: Amazon's
    #[arg(long, env = "AWS_ENDPOINT_URL", value_name = "URL", value_parser = optional_web_address)]
    aws_endpoint_url: Option<String>,
}

/// Where pictures are kept and seen.
#[derive(Clone, Debug)]
pub struct Media {
    /// Where they are kept.
    pub url: String,
    /// Where they are seen, without a slash at its end; `None`: with us.
    pub public_url: Option<String>,
    /// How long an upload may take.
    pub upload_deadline: Duration,
    /// Uploads at once.
    pub max_uploads: usize,
    /// The bucket's provider.
    pub provider: Provider,
}

/// The bucket's provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Who we are there.
    pub access_key_id: Option<String>,
    /// What proves it.
    pub secret_access_key: Option<SecretString>,
    /// What belongs to lent keys.
    pub session_token: Option<SecretString>,
    /// Where the bucket is.
    pub region: Option<String>,
    /// Where the provider is.
    pub endpoint: Option<String>,
}

/// What is set to nothing, as Compose and many shells do it, is not set.
fn optional_web_address(text: &str) -> Result<String, String> {
    if text.is_empty() { Ok(String::new()) } else { web_address(text) }
}

impl MediaArgs {
    /// Judges them.
    pub fn resolve(self) -> Result<Media, ConfigError> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let provider = Provider {
            access_key_id: given(self.aws_access_key_id),
            secret_access_key: secret::resolve(
                "AWS_SECRET_ACCESS_KEY",
                self.aws_secret_access_key,
                self.aws_secret_access_key_file,
            )?,
            session_token: secret::resolve("AWS_SESSION_TOKEN", self.aws_session_token, None)?,
            region: given(self.aws_region),
            endpoint: given(self.aws_endpoint_url),
        };
        Ok(Media {
            url: self.media_url,
            public_url: given(self.media_public_url),
            upload_deadline: self.upload_deadline,
            max_uploads: self.max_uploads.into(),
            provider,
        })
    }
}
