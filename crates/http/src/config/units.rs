//! Readers of values with units.

use std::time::Duration;

use axum::http::{HeaderValue, Uri};

/// A span of time such as `500ms`, `15m`, `1h 30m` or `30d`; never none at all.
pub fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration.is_zero() => Err("must be longer than nothing".to_owned()),
        Ok(duration) => Ok(duration),
        Err(error) => Err(format!("{error}; write it like 500ms, 15m or 30d")),
    }
}

/// A number of bytes, such as `65536`, `64KiB` or `1MiB`.
pub(super) fn bytes(text: &str) -> Result<usize, String> {
    let bad = || "write it like 65536, 64KiB or 1MiB".to_owned();
    let (number, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(end) => text.split_at_checked(end).ok_or_else(bad)?,
        None => (text, ""),
    };
    let factor = match unit.trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        _ => return Err(bad()),
    };
    let number: usize = number.parse().map_err(|_| bad())?;
    number.checked_mul(factor).filter(|bytes| *bytes > 0).ok_or_else(bad)
}

/// A web address without a slash at its end.
pub(super) fn web_address(text: &str) -> Result<String, String> {
    let bad = || "write it like https://souk.example.com".to_owned();
    let uri: Uri = text.parse().map_err(|_| bad())?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some();
    if is_web && uri.query().is_none() { Ok(text.trim_end_matches('/').to_owned()) } else { Err(bad()) }
}

/// An origin as browsers write it, or `*`.
pub(super) fn origin(text: &str) -> Result<HeaderValue, String> {
    if text != "*" {
        let address = web_address(text)?;
        let uri: Uri = address.parse().map_err(|_| "is not an origin".to_owned())?;
        if address != text || uri.path() != "/" {
            return Err(
                "write it like https://app.example.com, without a path or a slash at its end".to_owned()
            );
        }
    }
    HeaderValue::from_str(text).map_err(|_| "holds characters that no origin has".to_owned())
}

/// How many of something; never none at all.
pub(super) fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("must be a whole number above zero".to_owned()),
        Ok(count) => Ok(count),
    }
}
