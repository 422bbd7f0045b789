//! Whether an answer is on its way that the client does not take as fast as we send it.
//!
//! Our own work is done by then, and hyper does not tell; but a connection in that state must not be dropped, or the
//! client gets half an answer.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// Tells whether the last attempt to send found no room.
pub(super) struct Sending(Arc<AtomicBool>);

/// A connection that notes it.
pub(super) struct Watched {
    stream: TcpStream,
    stalled: Arc<AtomicBool>,
}

impl Sending {
    /// The same connection, and somebody who knows how its sending goes.
    pub(super) fn watch(stream: TcpStream) -> (Watched, Self) {
        let stalled = Arc::new(AtomicBool::new(false));
        (Watched { stream, stalled: Arc::clone(&stalled) }, Self(stalled))
    }

    /// Whether there is more to send than the client has taken.
    pub(super) fn is_stalled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Watched {
    fn noted<T>(&self, written: Poll<T>) -> Poll<T> {
        self.stalled.store(written.is_pending(), Ordering::Release);
        written
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.noted(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
