//! The turns that a show can take, whatever is done to it in whatever order.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

/// What can be done to a show.
#[derive(Clone, Copy, Debug)]
enum Act {
    Start,
    End,
    Cancel,
    Publish,
    Unpublish,
    Retitle,
}

fn acts() -> impl Strategy<Value = Vec<(Act, Duration)>> {
    let act = prop_oneof![
        Just(Act::Start),
        Just(Act::End),
        Just(Act::Cancel),
        Just(Act::Publish),
        Just(Act::Unpublish),
        Just(Act::Retitle),
    ];
    // Up to three hours between acts, so that resumptions come in time and too late.
    prop::collection::vec((act, (0..10_800_u64).prop_map(Duration::from_secs)), 0..20)
}

proptest! {
    #[test]
    fn whatever_is_done_a_show_takes_only_the_turns_of_the_rule(acts in acts()) {
        let (mut stream, mut publishing, mut at) = (announced(), None, now());
        for (act, pause) in acts {
            at += pause;
            let before = stream.clone();
            let show = context(stream.clone());
            let transition = match act {
                Act::Start => show.start(ada(), at).ok(),
                Act::End => show.end(ada(), None, at).ok(),
                Act::Cancel => show.cancel(ada(), at).ok(),
                Act::Retitle => {
                    let patch = StreamPatch { title: Change::Set(at.to_string()), ..StreamPatch::default() };
                    let change = StreamChange::check(patch, at).unwrap();
                    show.change(ada(), change, &Expected::Any, at).ok()
                }
                Act::Publish | Act::Unpublish => {
                    let ingest = ingest(stream.clone(), publishing.clone());
                    let decided = if matches!(act, Act::Publish) {
                        ingest.publish(publisher(1, "5"), None, at)
                    } else {
                        ingest.unpublish(&publisher(1, "5"), at)
                    };
                    decided.ok().and_then(|decision| {
                        publishing = decision.publisher;
                        decision.transition
                    })
                }
            };
            let Some(transition) = transition else { continue };
            stream = transition.stream;
            let turn = (before.state, stream.state);
            let is_allowed = match turn {
                (before, after) if before == after => true,
                (StreamState::Scheduled, StreamState::Live { since }) => since == at,
                (StreamState::Scheduled, StreamState::Cancelled) => true,
                (StreamState::Live { since }, StreamState::Ended { since: kept, at: end }) => {
                    since == kept && end == at
                }
                (StreamState::Ended { since, at: end }, StreamState::Live { since: kept }) => {
                    since == kept && at - end <= RESUMABLE_FOR
                }
                _ => false,
            };
            prop_assert!(is_allowed, "{turn:?}");
            prop_assert_eq!(transition.events.len(), usize::from(before.state != stream.state));
            prop_assert!(stream.version() >= before.version());
            prop_assert!(stream == before || stream.version() > before.version());
        }
    }
}
