//! One connection: many requests, one after the other.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderValue, Request, header},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};
use tower::Service;

use super::{Drain, sending::Sending};
use crate::client::Peer;

/// How long a connection without a request is kept once draining has begun: time for a request that is on the wire, and
/// for the last bytes of an answer.
const LAST_CALL: Duration = Duration::from_millis(250);

/// How much of a request's header, and of an answer not yet sent, is kept in memory.
const BUFFER: usize = 64 << 10;

/// After how long a client that takes nothing of an answer counts as gone.
#[cfg(target_os = "linux")]
const STALLED: Duration = Duration::from_secs(30);

/// Answers the requests of one connection until the client, the header timeout or the drain ends it.
pub(super) async fn run(stream: TcpStream, router: Router, header_timeout: Duration, drain: Drain) {
    prepare(&stream);
    let peer = stream.peer_addr().ok().map(|address| Peer(address.ip().to_canonical()));
    let busy = Arc::new(AtomicBool::new(false));
    let (stream, sending) = Sending::watch(stream);
    let engaged = || busy.load(Ordering::Acquire) || sending.is_stalled();
    let service = service_fn(|mut request: Request<Incoming>| {
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        let (busy, drain) = (Busy::begin(&busy), drain.clone());
        let answer = router.clone().call(request);
        async move {
            let mut response = answer.await?;
            if drain.has_begun() {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            drop(busy);
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);

    // How a connection ends (timeout, reset, nonsense instead of HTTP) is the client's affair; nothing is logged.
    tokio::select! {
        biased;
        _ = connection.as_mut() => return,
        () = drain.begun() => {}
    }
    tokio::select! {
        biased;
        _ = connection.as_mut() => return,
        () = sleep(LAST_CALL) => {}
    }
    // hyper closes a connection that is idle and ends one that is busy after its answer; but it would go on waiting
    // for the rest of a header, so one that still has no request after another moment, nor an answer that its client
    // has yet to take, is dropped.
    connection.as_mut().graceful_shutdown();
    if !engaged() && timeout(LAST_CALL, connection.as_mut()).await.is_ok() {
        return;
    }
    if engaged() {
        let _ = connection.await;
    }
}

/// Marks a connection as having a request in work.
struct Busy(Arc<AtomicBool>);

impl Busy {
    fn begin(flag: &Arc<AtomicBool>) -> Self {
        flag.store(true, Ordering::Release);
        Self(Arc::clone(flag))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// No waiting for more to send; and a client whose machine or network has died is noticed, also while it is idle. Where
/// the system does not know an option, the connection works without.
fn prepare(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let probes = TcpKeepalive::new().with_time(Duration::from_mins(1)).with_interval(Duration::from_secs(15));
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_tcp_keepalive(&probes);
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_user_timeout(Some(STALLED));
}

/// What a client beyond the connection limit reads.
const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
content-type: application/problem+json\r\n\
content-length: 136\r\n\
retry-after: 1\r\n\
connection: close\r\n\r\n\
{\"type\":\"/problems/overloaded\",\"title\":\"Overloaded\",\"status\":503,\"detail\":\"Too many connections are open just now.\",\"code\":\"overloaded\"}";

/// Tells a client that there is no place for it. Its request is read and thrown away for a moment, since closing a
/// connection with unread data would reset it and take the answer along.
pub(super) async fn refuse(mut stream: TcpStream) {
    let farewell = async {
        stream.write_all(REFUSAL).await?;
        stream.shutdown().await?;
        let mut scrap = [0; 1024];
        while stream.read(&mut scrap).await? > 0 {}
        Ok::<(), std::io::Error>(())
    };
    let _ = timeout(Duration::from_secs(1), farewell).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canned_refusal_is_a_well_formed_response() {
        let text = std::str::from_utf8(REFUSAL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{}", body.len());
        let problem: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(problem["code"], "overloaded");
    }
}
