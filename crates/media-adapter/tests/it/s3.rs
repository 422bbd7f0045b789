//! Keeping files with an S3-compatible provider: a real one that serves from a folder, over real connections.

use std::{net::SocketAddr, path::Path};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use souk_domain::media::Rendition;
use souk_media_adapter::{MediaPlace, ObjectMedia, S3Access};
use souk_ports::{PortError, media::MediaStore};
use tokio::{net::TcpListener, task::JoinSet};

use crate::support::{id, keeps_files};

/// A provider with one bucket, `shop`, and one customer.
struct Provider {
    folder: tempfile::TempDir,
    address: SocketAddr,
    _serving: JoinSet<()>,
}

impl Provider {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("shop")).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single("souk", "the key of tests"));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                connections.spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    let _ = server.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { folder, address, _serving: serving }
    }

    fn store(&self, url: &str, secret: &str) -> ObjectMedia {
        let access = S3Access {
            region: Some("eu-central-1".to_owned()),
            endpoint: Some(format!("http://{}", self.address)),
            access_key_id: Some("souk".to_owned()),
            secret_access_key: Some(secret.to_owned().into()),
            session_token: None,
        };
        ObjectMedia::new(MediaPlace::parse(url, access).unwrap()).unwrap()
    }

    fn bucket(&self) -> std::path::PathBuf {
        self.folder.path().join("shop")
    }
}

fn is_there(file: impl AsRef<Path>) -> bool {
    file.as_ref().exists()
}

#[tokio::test]
async fn a_bucket_keeps_files_under_its_prefix_or_without_one() {
    let provider = Provider::open().await;
    keeps_files(&provider.store("s3://shop/a/b", "the key of tests")).await;
    assert!(is_there(provider.bucket().join("a/b").join(id(2).to_string()).join("image")));
    keeps_files(&provider.store("s3://shop", "the key of tests")).await;
    assert!(is_there(provider.bucket().join(id(2).to_string()).join("image")));
}

#[tokio::test]
async fn whoever_comes_to_the_bucket_itself_is_told_what_a_file_is_and_that_it_never_changes() {
    let provider = Provider::open().await;
    let store = provider.store("s3://shop", "the key of tests");
    store.put(id(1), Rendition::Image, b"jpeg".to_vec()).await.unwrap();
    // The provider writes down beside its files what it was told of them.
    let written = std::fs::read_dir(provider.folder.path()).unwrap().flatten();
    let told: String = written
        .filter(|entry| entry.path().is_file())
        .map(|entry| std::fs::read_to_string(entry.path()).unwrap_or_default())
        .collect();
    assert!(told.contains("image/jpeg") && told.contains("immutable"), "{told}");
}

#[tokio::test]
async fn a_provider_that_does_not_know_us_or_is_not_there_is_unavailable() {
    let provider = Provider::open().await;
    let stranger = provider.store("s3://shop", "another key");
    let refused = stranger.put(id(1), Rendition::Image, b"x".to_vec()).await;
    assert!(matches!(refused, Err(PortError::Unavailable(_))), "{refused:?}");
    assert!(!is_there(provider.bucket().join(id(1).to_string())));
    let closed = provider.store("s3://shop", "the key of tests");
    drop(provider);
    let refused = closed.put(id(1), Rendition::Image, b"x".to_vec()).await;
    assert!(matches!(refused, Err(PortError::Unavailable(_))), "{refused:?}");
}
