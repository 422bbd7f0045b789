//! Somebody who follows events, as a client library reads them.

use reqwest::{Client, Response, header::AUTHORIZATION};
use serde_json::Value;
use tokio::time::timeout;

use super::{Api, PATIENCE, Person};

/// An answer that does not end by itself.
pub(crate) struct Following {
    response: Response,
    read: Vec<u8>,
    /// The newest id, whether of an event or not.
    pub(crate) last_id: String,
}

/// An event.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

impl Following {
    /// Follows from an id on, or from now; or is told why not: status and code.
    pub(crate) async fn try_begin(
        api: &Api,
        person: &Person,
        last_id: Option<&str>,
    ) -> Result<Self, (u16, String)> {
        // Without a limit for the whole answer.
        let client = Client::builder().no_proxy().build().expect("a client");
        let mut request = client
            .get(format!("http://{}/v1/events", api.address()))
            .header(AUTHORIZATION, format!("Bearer {}", person.token));
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let response = timeout(PATIENCE, request.send()).await.expect("an answer in time");
        let response = response.map_err(|_| (0, "no answer".to_owned()))?;
        let status = response.status().as_u16();
        if status != 200 {
            let problem: Value = response.json().await.expect("a problem document");
            return Err((status, problem["code"].as_str().unwrap_or_default().to_owned()));
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut following = Self { response, read: Vec::new(), last_id: String::new() };
        // Where it begins is said at once.
        let hello = timeout(PATIENCE, following.block()).await.expect("a beginning in time");
        assert_eq!(hello.map(|event| event.kind), Some(String::new()));
        assert!(!following.last_id.is_empty());
        Ok(following)
    }

    /// Follows from an id on, or from now.
    pub(crate) async fn begin(api: &Api, person: &Person, last_id: Option<&str>) -> Self {
        Self::try_begin(api, person, last_id).await.unwrap_or_else(|refusal| panic!("{refusal:?}"))
    }

    /// The next event; `None` if the answer ends.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        timeout(PATIENCE, async {
            loop {
                let event = self.block().await?;
                // Without data it is none.
                if !event.data.is_null() {
                    return Some(event);
                }
            }
        })
        .await
        .expect("an event or the end in time")
    }

    /// What stands before the next empty line.
    async fn block(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.read.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.read.drain(..end + 2).collect();
                return Some(self.parse(std::str::from_utf8(&block).expect("text")));
            }
            // A connection that is reset has ended as well.
            self.read.extend(self.response.chunk().await.ok()??);
        }
    }

    fn parse(&mut self, block: &str) -> Event {
        let mut event = Event { id: self.last_id.clone(), kind: String::new(), data: Value::Null };
        for (name, value) in block.lines().filter_map(|line| line.split_once(": ")) {
            match name {
                "id" => value.clone_into(&mut self.last_id),
                "event" => value.clone_into(&mut event.kind),
                "data" => event.data = serde_json::from_str(value).expect("JSON"),
                // A comment, or how soon to come again.
                _ => {}
            }
        }
        event.id.clone_from(&self.last_id);
        event
    }
}
