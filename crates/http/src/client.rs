//! Where a request comes from: the address of the client, behind however many proxies of ours, and how its device names
//! itself.

use std::{convert::Infallible, net::IpAddr};

use axum::{
    extract::FromRequestParts,
    http::{Extensions, HeaderMap, header, request::Parts},
};
use souk_domain::session::UserAgent;

/// The address at the other end of the connection; put on every request by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// How many proxies of ours stand before the server; put on every request by the router.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(pub usize);

/// The client's address, as far as it can be believed; `None` for a request that did not come over a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(address(&parts.headers, &parts.extensions)))
    }
}

/// Each proxy adds the address it sees to the end of `X-Forwarded-For`. Of that list only as many entries are true as
/// there are proxies of ours; the one before them is whatever the client chose to write.
pub(crate) fn address(headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
    let peer = extensions.get::<Peer>().map(|Peer(address)| *address);
    let proxies = extensions.get::<TrustedProxies>().copied().unwrap_or_default().0;
    let Some(from_the_end) = proxies.checked_sub(1) else { return peer };
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let addresses: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    addresses.into_iter().rev().nth(from_the_end).and_then(|address| address.parse().ok()).or(peer)
}

/// The `User-Agent`, cut to what is kept; `None` if there is none worth keeping.
pub(crate) struct UserAgentHeader(pub(crate) Option<UserAgent>);

impl<S: Send + Sync> FromRequestParts<S> for UserAgentHeader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let cut: Option<String> = agent.map(|agent| agent.chars().take(400).collect());
        Ok(Self(cut.and_then(|agent| UserAgent::parse(&agent).ok())))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn seen(forwarded: &[&'static str], proxies: usize) -> Option<IpAddr> {
        let mut extensions = Extensions::new();
        extensions.insert(Peer("10.0.0.1".parse().unwrap()));
        extensions.insert(TrustedProxies(proxies));
        let name = axum::http::HeaderName::from_static("x-forwarded-for");
        let headers = forwarded.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect();
        address(&headers, &extensions)
    }

    #[test]
    fn only_what_our_own_proxies_wrote_is_believed() {
        let is = |address: &str| Some(address.parse().unwrap());
        assert_eq!(seen(&["1.2.3.4"], 0), is("10.0.0.1"));
        assert_eq!(seen(&["6.6.6.6, 1.2.3.4"], 1), is("1.2.3.4"));
        assert_eq!(seen(&["6.6.6.6", "1.2.3.4, 10.0.0.2"], 2), is("1.2.3.4"));
        assert_eq!(seen(&["2001:db8::1"], 1), is("2001:db8::1"));
        // A proxy that wrote nothing, or nonsense: better one address for all than one of the client's choice.
        assert_eq!(seen(&[], 1), is("10.0.0.1"));
        assert_eq!(seen(&["unknown"], 1), is("10.0.0.1"));
    }
}
