//! A connection on which a test says exactly what is sent, and when it breaks.

use std::{net::SocketAddr, time::Duration};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use super::{Answer, PATIENCE, Person};

/// A connection to a server.
pub(crate) struct Raw(BufReader<TcpStream>);

impl Raw {
    /// Connects.
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self::try_connect(address).await.expect("the server takes connections")
    }

    /// Connects if somebody listens.
    pub(crate) async fn try_connect(address: SocketAddr) -> std::io::Result<Self> {
        let stream = timeout(PATIENCE, TcpStream::connect(address)).await??;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Connects, with little room for what the server sends before it is read.
    pub(crate) async fn narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4 << 10).expect("an option that every system has");
        Self(BufReader::new(socket.connect(address).await.expect("the server takes connections")))
    }

    /// Sends bytes. That the other side has gone is not ours to mind: the answer, or its absence, tells.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }

    /// Leaves without waiting for anything, as a process that crashed does.
    pub(crate) fn abort(self) {
        self.0.get_ref().set_zero_linger().expect("an option that every system has");
    }

    /// Waits until an answer begins to arrive.
    pub(crate) async fn begun(&mut self) {
        let begun = timeout(PATIENCE, self.0.fill_buf()).await.expect("an answer in time");
        assert!(!begun.expect("an answer").is_empty(), "the connection ended");
    }

    /// The next answer; `None` if the connection ends before it began.
    ///
    /// # Panics
    /// If it ends in the middle of one.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        let read = timeout(PATIENCE, self.read());
        read.await.unwrap_or_else(|_| panic!("neither an answer nor an end within {PATIENCE:?}"))
    }

    /// Waits until the other side ends the connection.
    pub(crate) async fn closed(&mut self, limit: Duration) {
        let mut rest = Vec::new();
        // A reset is an end as well.
        let ended = timeout(limit, self.0.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "the connection was not closed within {limit:?}");
    }

    async fn read(&mut self) -> Option<Answer> {
        let status = self.line().await?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
        let mut headers = HeaderMap::new();
        loop {
            let line = self.line().await.expect("a whole head");
            let Some((name, value)) = line.split_once(':') else { break };
            let name = HeaderName::try_from(name).expect("a header's name");
            headers.append(name, HeaderValue::try_from(value.trim()).expect("a header's value"));
        }
        let length = headers.get("content-length").map_or("0", |length| length.to_str().expect("a number"));
        let mut body = vec![0; length.parse().expect("a number")];
        self.0.read_exact(&mut body).await.expect("a whole body");
        Some(Answer { status, headers, body })
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.0.read_line(&mut line).await {
            Ok(length) if length > 0 => Some(line.trim_end().to_owned()),
            Ok(_) | Err(_) => None,
        }
    }
}

/// The bytes of a request to publish, under a key.
pub(crate) fn publishing(address: SocketAddr, seller: &Person, key: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /v1/products HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\nidempotency-key: {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        seller.token,
        body.len()
    )
    .into_bytes()
}
