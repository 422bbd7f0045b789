//! Just enough HTTP to ask a server whether it is ready.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

/// The status of `GET path`, or nothing if there is no answer (yet).
pub(crate) fn status(address: &str, path: &str) -> Option<u16> {
    let socket = address.to_socket_addrs().ok()?.next()?;
    let mut stream = TcpStream::connect_timeout(&socket, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut head = [0_u8; 12];
    stream.read_exact(&mut head).ok()?;
    std::str::from_utf8(&head).ok()?.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

/// Where to reach a server that listens on this address: a wildcard is reached on the loopback.
pub(crate) fn reachable(address: &str) -> String {
    match address.rsplit_once(':') {
        Some(("0.0.0.0" | "[::]" | "", port)) => format!("127.0.0.1:{port}"),
        Some(_) | None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    #[test]
    fn the_status_is_read_from_the_first_line() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0_u8; 512];
            let length = stream.read(&mut request).unwrap();
            stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        assert_eq!(status(&address, "/readyz"), Some(503));
        assert!(server.join().unwrap().starts_with("GET /readyz HTTP/1.1\r\n"));
        assert_eq!(status(&address, "/readyz"), None);
    }

    #[test]
    fn a_wildcard_is_reached_on_the_loopback() {
        assert_eq!(reachable("0.0.0.0:3000"), "127.0.0.1:3000");
        assert_eq!(reachable("192.0.2.1:80"), "192.0.2.1:80");
    }
}
