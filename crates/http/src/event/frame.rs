//! Events as lines of `text/event-stream`.

use chrono::SecondsFormat;
use souk_ports::event::Happening;

/// After how many milliseconds a client that lost us should come again.
const RETRY: u32 = 1_000;

/// What a stream begins with: where it begins, so that a client that is cut off before the first event misses nothing.
/// Without data it is no event.
pub(super) fn hello(id: &str) -> String {
    format!("retry: {RETRY}\nid: {id}\n\n")
}

/// Something happened. What there is to say is a JSON object on one line, and gets its kind and time put in front.
pub(super) fn event(id: &str, event: &Happening) -> String {
    let Happening { kind, payload, at, .. } = event;
    let at = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let said = payload.trim_start().strip_prefix('{').unwrap_or("}").trim_start();
    let comma = if said.starts_with('}') { "" } else { ", " };
    format!(
        "id: {id}\nevent: {kind}\ndata: {{\"type\": \"{kind}\", \"created_at\": \"{at}\"{comma}{said}\n\n"
    )
}

/// Nothing happened; perhaps it happened up to another place.
pub(super) fn heartbeat(id: Option<&str>) -> String {
    match id {
        Some(id) => format!(": heartbeat\nid: {id}\n\n"),
        None => ": heartbeat\n\n".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use souk_ports::event::EventPosition;

    use super::*;

    fn happening(payload: &str) -> Happening {
        Happening {
            position: EventPosition([].as_slice().into()),
            kind: "offer.accepted".to_owned(),
            payload: payload.to_owned(),
            audience: vec![],
            at: DateTime::from_timestamp_micros(1_500_000).unwrap(),
        }
    }

    #[test]
    fn an_event_is_flat_json_on_one_line_under_its_kind() {
        for (payload, expected) in [
            (
                r#"{"seq": 7, "content": "a\nb"}"#,
                r#"{"type": "offer.accepted", "created_at": "1970-01-01T00:00:01.500Z", "seq": 7, "content": "a\nb"}"#,
            ),
            ("{}", r#"{"type": "offer.accepted", "created_at": "1970-01-01T00:00:01.500Z"}"#),
        ] {
            let frame = event("abc", &happening(payload));
            let lines: Vec<_> = frame.split('\n').collect();
            let data = format!("data: {expected}");
            assert_eq!(lines, ["id: abc", "event: offer.accepted", &data, "", ""]);
            serde_json::from_str::<serde_json::Value>(expected).unwrap();
        }
    }

    #[test]
    fn what_is_no_event_has_no_data() {
        for frame in [hello("abc"), heartbeat(Some("abc")), heartbeat(None)] {
            assert!(
                frame.ends_with("\n\n") && !frame.contains("data") && !frame.contains("event:"),
                "{frame}"
            );
        }
    }
}
