//! Files in a folder or a bucket, under keys such as `0190163d-8694-739b-aea5-966c26f8ad91/thumbnail`. A key is made of an
//! id and a word of ours, so that no name that somebody invents can lead anywhere else.

use std::{path::PathBuf, time::Duration};

use async_trait::async_trait;
use object_store::{
    Attribute, Attributes, BackoffConfig, ClientOptions, Error, GetOptions, ObjectStore, ObjectStoreExt,
    PutOptions, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    local::LocalFileSystem,
    path::Path,
};
use secrecy::ExposeSecret;
use souk_domain::{id::MediaId, media::Rendition, slug::Slug};
use souk_ports::{
    PortError,
    media::{MediaFile, MediaStore},
};
use tokio::sync::OnceCell;

use crate::{
    file,
    place::{MediaPlace, S3Access},
};

/// What every file is.
const JPEG: &str = "image/jpeg";
/// A file never changes, whoever serves it: a browser that comes to the bucket itself should know that too.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// How long one request to a provider may take.
const REQUEST_WITHIN: Duration = Duration::from_secs(10);
/// How long a request is tried again when the provider is away for the moment.
const RETRY_WITHIN: Duration = Duration::from_secs(8);

/// Keeps files with whatever `object_store` knows how to reach.
pub struct ObjectMedia(Place);

enum Place {
    /// A folder, opened when first needed: a server whose disk is not there yet can do everything else.
    Folder {
        path: PathBuf,
        opened: OnceCell<LocalFileSystem>,
    },
    Bucket {
        store: Box<AmazonS3>,
        prefix: Path,
    },
}

impl ObjectMedia {
    /// In this place. Nothing is reached yet.
    pub fn new(place: MediaPlace) -> Result<Self, PortError> {
        Ok(Self(match place {
            MediaPlace::Folder(path) => Place::Folder { path, opened: OnceCell::new() },
            MediaPlace::Bucket { bucket, prefix, access } => {
                let prefix = Path::parse(prefix).map_err(|error| PortError::Unexpected(error.to_string()))?;
                let store = Box::new(s3(&bucket, access).map_err(|error| trouble(&error))?);
                Place::Bucket { store, prefix }
            }
        }))
    }

    /// The store, and the key of a file in it.
    async fn at(&self, id: MediaId, rendition: Rendition) -> Result<(&dyn ObjectStore, Path), PortError> {
        let (store, prefix): (&dyn ObjectStore, Path) = match &self.0 {
            Place::Folder { path, opened } => {
                (opened.get_or_try_init(|| open_folder(path.clone())).await?, Path::default())
            }
            Place::Bucket { store, prefix } => (&**store, prefix.clone()),
        };
        Ok((store, prefix.join(id.to_string()).join(rendition.slug())))
    }

    fn put_options(&self) -> PutOptions {
        let attributes = match &self.0 {
            // A folder has nowhere to write them down.
            Place::Folder { .. } => Attributes::new(),
            Place::Bucket { .. } => {
                Attributes::from_iter([(Attribute::ContentType, JPEG), (Attribute::CacheControl, FOR_EVER)])
            }
        };
        attributes.into()
    }
}

#[async_trait]
impl MediaStore for ObjectMedia {
    async fn put(&self, id: MediaId, rendition: Rendition, jpeg: Vec<u8>) -> Result<(), PortError> {
        let (store, key) = self.at(id, rendition).await?;
        let put = store.put_opts(&key, jpeg.into(), self.put_options()).await;
        put.map(|_| ()).map_err(|error| trouble(&error))
    }

    async fn open(&self, id: MediaId, rendition: Rendition) -> Result<Option<MediaFile>, PortError> {
        let (store, key) = self.at(id, rendition).await?;
        match store.get_opts(&key, GetOptions::default()).await {
            Ok(found) => Ok(Some(MediaFile {
                length: found.range.end - found.range.start,
                bytes: file::reader(found.payload),
            })),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(trouble(&error)),
        }
    }

    async fn remove(&self, id: MediaId) -> Result<(), PortError> {
        for rendition in Rendition::ALL {
            let (store, key) = self.at(id, *rendition).await?;
            match store.delete(&key).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(trouble(&error)),
            }
        }
        Ok(())
    }
}

/// Opens a folder, and makes it if it is not there. What is written is on the disk, not only with the system, before
/// anybody is told so.
async fn open_folder(path: PathBuf) -> Result<LocalFileSystem, PortError> {
    let made = tokio::fs::create_dir_all(&path).await;
    made.map_err(|error| PortError::Unavailable(format!("the folder for media: {error}")))?;
    let folder = LocalFileSystem::new_with_prefix(path).map_err(|error| trouble(&error))?;
    Ok(folder.with_fsync(true).with_automatic_cleanup(true))
}

fn s3(bucket: &str, access: S3Access) -> Result<AmazonS3, Error> {
    let S3Access { region, endpoint, access_key_id, secret_access_key, session_token } = access;
    // Whoever gives an address without TLS means it.
    let is_plain = endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
    let client = ClientOptions::new()
        .with_timeout(REQUEST_WITHIN)
        .with_connect_timeout(Duration::from_secs(2))
        .with_allow_http(is_plain);
    let retry =
        RetryConfig { backoff: BackoffConfig::default(), max_retries: 3, retry_timeout: RETRY_WITHIN };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(region.unwrap_or_else(|| "us-east-1".to_owned()))
        .with_client_options(client)
        .with_retry(retry);
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(id) = access_key_id {
        builder = builder.with_access_key_id(id);
    }
    if let Some(secret) = secret_access_key {
        builder = builder.with_secret_access_key(secret.expose_secret());
    }
    if let Some(token) = session_token {
        builder = builder.with_token(token.expose_secret());
    }
    builder.build()
}

/// Disks fill up and providers go away: hardly anything that goes wrong here lies at us.
#[expect(clippy::wildcard_enum_match_arm, reason = "the library may come to know more of them")]
pub(crate) fn trouble(error: &Error) -> PortError {
    match error {
        Error::InvalidPath { .. } | Error::NotImplemented { .. } | Error::NotSupported { .. } => {
            PortError::Unexpected(format!("media: {error}"))
        }
        _ => PortError::Unavailable(format!("media: {error}")),
    }
}
