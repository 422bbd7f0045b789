//! Where files are kept: a folder, or a bucket of an S3-compatible provider.

use std::path::PathBuf;

use secrecy::SecretString;
use thiserror::Error;

/// Where files are kept.
#[derive(Clone, Debug)]
pub enum MediaPlace {
    /// In a folder, which is made when it is first needed.
    Folder(PathBuf),
    /// In a bucket.
    Bucket {
        /// Its name.
        bucket: String,
        /// What all keys begin with; may be empty.
        prefix: String,
        /// How it is reached.
        access: S3Access,
    },
}

/// How an S3-compatible provider is reached.
#[derive(Clone, Debug, Default)]
pub struct S3Access {
    /// `us-east-1` when left out.
    pub region: Option<String>,
    /// Amazon's own when left out.
    pub endpoint: Option<String>,
    /// Who we are there. Left out: whoever the machine is that we run on.
    pub access_key_id: Option<String>,
    /// What proves it.
    pub secret_access_key: Option<SecretString>,
    /// For keys that are lent for a while.
    pub session_token: Option<SecretString>,
}

/// An address that names no place for files.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "it must be a folder such as file:///var/lib/souk/media, or a bucket such as s3://bucket or s3://bucket/prefix"
)]
pub struct PlaceError;

impl MediaPlace {
    /// Reads `file:///absolute/folder`, `file:relative/folder` or `s3://bucket/prefix`. Nothing is looked up.
    pub fn parse(url: &str, access: S3Access) -> Result<Self, PlaceError> {
        if let Some(folder) = url.strip_prefix("file:") {
            let folder = match folder.strip_prefix("//") {
                Some(absolute) if absolute.starts_with('/') => absolute,
                // `file://folder` would be a host to others.
                Some(_) => return Err(PlaceError),
                None => folder,
            };
            return if folder.is_empty() { Err(PlaceError) } else { Ok(Self::Folder(folder.into())) };
        }
        let (bucket, prefix) = {
            let rest = url.strip_prefix("s3://").ok_or(PlaceError)?;
            rest.split_once('/').unwrap_or((rest, ""))
        };
        let prefix = prefix.trim_end_matches('/');
        let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
        if bucket.is_empty() || !(prefix.is_empty() || prefix.split('/').all(is_plain)) {
            return Err(PlaceError);
        }
        Ok(Self::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned(), access })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<String, PlaceError> {
        MediaPlace::parse(url, S3Access::default()).map(|place| match place {
            MediaPlace::Folder(folder) => format!("folder {}", folder.display()),
            MediaPlace::Bucket { bucket, prefix, .. } => format!("bucket {bucket}, prefix {prefix}"),
        })
    }

    #[test]
    fn folders_and_buckets_are_told_apart() {
        for (url, place) in [
            ("file:///var/lib/souk", "folder /var/lib/souk"),
            ("file:/var/lib/souk", "folder /var/lib/souk"),
            ("file:media", "folder media"),
            ("s3://shop", "bucket shop, prefix "),
            ("s3://shop/", "bucket shop, prefix "),
            ("s3://shop/a/b/", "bucket shop, prefix a/b"),
        ] {
            assert_eq!(parse(url).as_deref(), Ok(place), "{url}");
        }
        for url in
            ["", "media", "file:", "file://", "file://host/x", "s3://", "s3:///x", "s3://a/../b", "gs://shop"]
        {
            assert_eq!(parse(url), Err(PlaceError), "{url}");
        }
    }
}
