//! Makes pictures out of uploads, and keeps them in a folder or with an S3-compatible provider: the ports `ImageWorkshop`
//! and `MediaStore`, on the crates `image` and `object_store`.

mod colour;
mod develop;
mod file;
mod kind;
mod place;
mod store;
mod workshop;

pub use place::{MediaPlace, PlaceError, S3Access};
pub use store::ObjectMedia;
pub use workshop::Workshop;
