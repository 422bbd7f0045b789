//! Reading a stored file, a piece at a time.

use std::io::{self, Read};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream::BoxStream};
use object_store::GetResultPayload;
use souk_ports::{PortError, media::MediaBytes};
use tokio::task::spawn_blocking;

use crate::store::trouble;

/// How much of a file is read at once from a disk: enough for most thumbnails.
const PIECE: usize = 128 << 10;

/// Reads what a store has opened.
pub(crate) fn reader(payload: GetResultPayload) -> Box<dyn MediaBytes> {
    match payload {
        GetResultPayload::File(file, _) => Box::new(Disk(Some(file))),
        GetResultPayload::Stream(stream) => Box::new(Remote(stream)),
    }
}

/// A file on a disk; none once its end was reached.
struct Disk(Option<std::fs::File>);

/// A file with a provider.
struct Remote(BoxStream<'static, object_store::Result<Bytes>>);

#[async_trait]
impl MediaBytes for Disk {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, PortError> {
        let Some(file) = self.0.take() else { return Ok(None) };
        // A thread of its own, since disks make one wait.
        let read = spawn_blocking(move || piece(file)).await;
        let read = read.map_err(io::Error::other).and_then(|read| read);
        let (file, piece) = read.map_err(|error| PortError::Unavailable(format!("media: {error}")))?;
        self.0 = file;
        Ok((!piece.is_empty()).then_some(piece))
    }
}

/// The next piece of a file, and the file, if there may be more.
fn piece(file: std::fs::File) -> io::Result<(Option<std::fs::File>, Vec<u8>)> {
    let mut piece = Vec::new();
    let limit = u64::try_from(PIECE).unwrap_or(u64::MAX);
    let mut part = file.take(limit);
    part.read_to_end(&mut piece)?;
    let more = piece.len() == PIECE;
    Ok((more.then(|| part.into_inner()), piece))
}

#[async_trait]
impl MediaBytes for Remote {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, PortError> {
        let piece = self.0.next().await.transpose().map_err(|error| trouble(&error))?;
        Ok(piece.map(Vec::from))
    }
}
