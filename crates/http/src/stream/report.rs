//! What media servers say of video: as forms (nginx-rtmp) and as JSON (`MediaMTX`), each by its own names. What else they
//! say is left alone.

use std::sync::Arc;

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use souk_domain::{
    id::StreamId,
    stream::{IngestRefusal, PublisherId},
};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    extract::{FUSE, json},
    problem::Problem,
};

/// What a media server shows to prove that it is ours. Compared by hash, so that the time it takes tells nothing.
#[derive(Clone)]
pub struct IngestSecret(Option<Arc<[u8; 32]>>);

/// The parameters of an address that a media server was given.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct IngestParameters {
    /// `SOUK_INGEST_SECRET`, if it is set.
    pub(super) secret: Option<String>,
}

/// What a media server says of somebody's video. What is not listed here is left alone.
#[derive(Default, Deserialize, ToSchema)]
pub(super) struct VideoReport {
    /// nginx-rtmp: the show's id.
    #[schema(example = "0190163d-8694-739b-aea5-966c26f8ad91")]
    name: Option<String>,
    /// nginx-rtmp: the show's key.
    key: Option<String>,
    /// nginx-rtmp: the connection.
    clientid: Option<String>,
    /// `MediaMTX`: a path that ends in the show's id.
    #[schema(example = "live/0190163d-8694-739b-aea5-966c26f8ad91")]
    path: Option<String>,
    /// `MediaMTX`: `key=…`.
    query: Option<String>,
    /// `MediaMTX`: the connection.
    id: Option<String>,
    /// `MediaMTX`: what is asked for. Anybody may watch; whatever else is not publishing is refused.
    action: Option<String>,
}

impl IngestSecret {
    /// Takes the secret; without one, whoever knows a show's key may report of it.
    pub fn new(secret: Option<&SecretString>) -> Self {
        Self(secret.map(|secret| Arc::new(Sha256::digest(secret.expose_secret()).into())))
    }

    pub(super) fn check(&self, shown: Option<&str>) -> Result<(), Problem> {
        let Some(secret) = &self.0 else { return Ok(()) };
        let shown: [u8; 32] = Sha256::digest(shown.unwrap_or_default()).into();
        if shown == **secret {
            Ok(())
        } else {
            Err(Problem::forbidden("This is not the secret of a media server."))
        }
    }
}

/// What is asked for.
pub(super) enum Wish {
    /// To send video.
    Publish(Video),
    /// To watch.
    Watch,
}

/// Whose video it is.
pub(super) struct Video {
    pub(super) stream: StreamId,
    pub(super) key: String,
    pub(super) publisher: PublisherId,
}

impl VideoReport {
    pub(super) fn wish(self) -> Result<Wish, Problem> {
        match self.action.as_deref() {
            None | Some("publish") => self.video().map(Wish::Publish).ok_or(IngestRefusal::WrongKey.into()),
            Some("read" | "playback") => Ok(Wish::Watch),
            Some(_) => Err(Problem::forbidden("Media servers ask here who may publish and watch.")),
        }
    }

    /// `None`: it names no show, or no key.
    fn video(self) -> Option<Video> {
        let path = self.path.as_deref().and_then(|path| path.rsplit('/').next());
        let stream: Uuid = self.name.as_deref().or(path)?.parse().ok()?;
        let in_query = || {
            let query = self.query.as_deref().unwrap_or_default();
            let mut pairs = form_urlencoded::parse(query.trim_start_matches('?').as_bytes());
            pairs.find(|(name, _)| name == "key").map(|(_, key)| key.into_owned())
        };
        let key = self.key.clone().or_else(in_query)?;
        let connection = self.clientid.or(self.id).unwrap_or_default();
        let publisher = PublisherId::parse(&connection).ok()?;
        Some(Video { stream: StreamId::from_uuid(stream), key, publisher })
    }
}

/// A form or JSON.
pub(super) struct Report(pub(super) VideoReport);

impl<S: Send + Sync> FromRequest<S> for Report {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, FUSE).await.map_err(|_| Problem::unreadable_body())?;
        if says_form(&parts.headers) {
            let report = serde_urlencoded::from_bytes(&body)
                .map_err(|_| Problem::bad_request("malformed_form", "The body is not a form."))?;
            Ok(Self(report))
        } else {
            json(&parts.headers, &body).map(Self)
        }
    }
}

fn says_form(headers: &HeaderMap) -> bool {
    const FORM: &str = "application/x-www-form-urlencoded";
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = said.and_then(|said| said.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(FORM)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190163d-8694-739b-aea5-966c26f8ad91";

    fn video(form: &str) -> Option<(String, String, String)> {
        let report: VideoReport = serde_urlencoded::from_str(form).unwrap();
        let Ok(Wish::Publish(video)) = report.wish() else { return None };
        Some((video.stream.to_string(), video.key, video.publisher.into_string()))
    }

    #[expect(clippy::unnecessary_wraps, reason = "to be compared with what may not be there")]
    fn found(key: &str, publisher: &str) -> Option<(String, String, String)> {
        Some((ID.to_owned(), key.to_owned(), publisher.to_owned()))
    }

    #[test]
    fn each_media_server_is_read_by_its_own_names() {
        let of_nginx = format!(
            "app=live&flashver=FMLE/3.0&swfurl=&tcurl=rtmp://127.0.0.1:1935/live&pageurl=&addr=127.0.0.1&clientid=5\
             &call=publish&name={ID}&type=live&key=secret"
        );
        assert_eq!(video(&of_nginx), found("secret", "5"));
        let of_mediamtx =
            format!("action=publish&path=live/{ID}&query=a%3Db%26key%3Dsecret&id=c3&protocol=rtmp");
        assert_eq!(video(&of_mediamtx), found("secret", "c3"));
        assert_eq!(video(&format!("path={ID}&query=%3Fkey%3Dsecret")), found("secret", ""));
    }

    #[test]
    fn what_names_no_show_or_no_key_is_refused() {
        let long = "9".repeat(256);
        for form in [
            String::new(),
            format!("name={ID}"),
            "key=secret".to_owned(),
            "name=show&key=secret".to_owned(),
            format!("name={ID}&key=secret&clientid=a%00b"),
            format!("name={ID}&key=secret&clientid={long}"),
            format!("name={ID}&key=secret&action=api"),
        ] {
            assert_eq!(video(&form), None, "{form}");
        }
    }

    #[test]
    fn a_secret_that_is_set_must_be_shown() {
        let secret = IngestSecret::new(Some(&"s".repeat(32).into()));
        assert!(secret.check(Some(&"s".repeat(32))).is_ok());
        assert_eq!(secret.check(Some("s")).unwrap_err().status(), 403);
        assert!(secret.check(None).is_err());
        assert!(IngestSecret::new(None).check(None).is_ok());
    }
}
