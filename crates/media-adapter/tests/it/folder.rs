//! Keeping files in a folder.

use souk_domain::media::Rendition;
use souk_media_adapter::{MediaPlace, ObjectMedia};
use souk_ports::{PortError, media::MediaStore};

use crate::support::{id, keeps_files};

#[tokio::test]
async fn a_folder_keeps_files_and_is_made_when_it_is_needed() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("not/there/yet");
    let store = ObjectMedia::new(MediaPlace::Folder(folder.clone())).unwrap();
    assert!(!folder.exists());
    keeps_files(&store).await;
    let file = folder.join(id(2).to_string()).join("image");
    assert_eq!(std::fs::read(file).unwrap(), b"the same again");
    assert!(!folder.join(id(1).to_string()).exists(), "nothing is left of what was removed");
}

#[tokio::test]
async fn a_place_that_cannot_be_written_to_is_unavailable() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    std::fs::write(&file, b"in the way").unwrap();
    let store = ObjectMedia::new(MediaPlace::Folder(file.join("media"))).unwrap();
    let refused = store.put(id(1), Rendition::Image, b"x".to_vec()).await;
    assert!(matches!(refused, Err(PortError::Unavailable(_))), "{refused:?}");
}
