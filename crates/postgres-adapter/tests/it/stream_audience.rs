//! Audiences: every count is the count of rows however many come at once, whoever stops watching is soon gone, and
//! nobody says more than they may.

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    id::{CommentId, StreamId, UserId},
    page::{Limit, Page},
    session::Pseudonym,
    stream::{
        AudienceWindow, Comment, CommentContext, CommentPosition, CommentRefusal, CommentRemoval,
        CommentText, Participant, StreamContext, StreamRefusal, StreamStatus,
    },
};
use souk_ports::{
    DecideError,
    block::BlockRepository,
    stream::{AudienceRepository, StreamRepository},
};
use souk_postgres_adapter::{PgAudiences, PgBlocks};
use souk_testkit::build;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{stream::later, support::Ground};

fn window() -> AudienceWindow {
    AudienceWindow::new(TimeDelta::seconds(45))
}

fn viewer(n: u128) -> Pseudonym {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(n.to_be_bytes()).for_each(|(byte, of)| *byte = of);
    Pseudonym(bytes)
}

fn comment_id(n: u128) -> CommentId {
    CommentId::from_uuid(Uuid::from_u128(n))
}

impl Ground {
    fn audiences(&self) -> PgAudiences {
        PgAudiences::new(self.pool.clone())
    }

    /// A sign of life; how many watch.
    async fn watch(&self, stream: StreamId, n: u128, at: DateTime<Utc>) -> i64 {
        let watched = self.audiences().heartbeat(stream, &viewer(n), window(), at).await.unwrap();
        watched.unwrap().viewers
    }

    async fn count_viewers(&self, at: DateTime<Utc>) -> u64 {
        self.audiences().count_viewers(window(), at).await.unwrap()
    }

    async fn say(
        &self,
        n: u128,
        stream: StreamId,
        user: UserId,
        at: DateTime<Utc>,
    ) -> Result<Comment, DecideError<CommentRefusal>> {
        say(&self.audiences(), n, stream, user, at).await
    }

    /// What a reader sees, three at a time.
    async fn read(&self, stream: StreamId, reader: Option<UserId>) -> Vec<u128> {
        let (mut seen, mut after): (Vec<u128>, Option<CommentPosition>) = (vec![], None);
        loop {
            let limit = Limit::new(3).unwrap();
            let page = self.audiences().list_comments(stream, reader, after, limit).await.unwrap();
            let Page { items, next } = page.unwrap();
            seen.extend(items.iter().map(|comment| comment.id.as_uuid().as_u128()));
            after = next;
            if after.is_none() {
                return seen;
            }
        }
    }
}

async fn say(
    audiences: &PgAudiences,
    n: u128,
    stream: StreamId,
    user: UserId,
    at: DateTime<Utc>,
) -> Result<Comment, DecideError<CommentRefusal>> {
    let text = CommentText::parse("Nice").unwrap();
    let decide = |context: CommentContext| context.comment(comment_id(n), stream, text.clone(), at);
    audiences.comment(stream, user, &decide, None).await
}

#[tokio::test]
async fn likes_and_shares_are_counted_right_however_many_toggle_at_once() {
    let ground = Ground::with_connections(16).await;
    let ada = ground.user(1, "ada").await.id;
    let id = ground.live(1, ada).await.id;
    let mut people = vec![];
    for n in 2..=9 {
        people.push(ground.user(n, &format!("fan{n}")).await.id);
    }
    let rivals = (0..64_usize).map(|n| {
        let (audiences, user) = (ground.audiences(), people[n % 8]);
        async move {
            let may = Participant::may_take_part;
            match n % 3 {
                0 => audiences.unlike(id, user, &Participant::may_withdraw).await,
                1 => audiences.like(id, user, later(60), &may).await,
                _ => audiences.share(id, user, later(60), &may).await,
            }
        }
    });
    let outcomes = ground.at_once("SELECT FROM streams FOR UPDATE", rivals).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let found = ground.found(id).await;
    assert_eq!(found.counts.likes, ground.count("stream_likes").await);
    assert_eq!(found.counts.shares, ground.count("stream_shares").await);
    // Each of the eight has shared, some several times; and then all like it, twice.
    assert_eq!(found.counts.shares, 8);
    for user in people.iter().chain(&people) {
        ground.audiences().like(id, *user, later(61), &Participant::may_take_part).await.unwrap();
    }
    let after = ground.found(id).await;
    assert_eq!((after.counts.likes, after.version()), (8, found.version()), "counts make no version");
}

#[tokio::test]
async fn a_block_of_either_side_keeps_somebody_from_taking_part() {
    let ground = Ground::new().await;
    let (ada, bob, eve) =
        (ground.user(1, "ada").await.id, ground.user(2, "bob").await.id, ground.user(3, "eve").await.id);
    let id = ground.live(1, ada).await.id;
    let blocks = PgBlocks::new(ground.pool.clone());
    let may = Participant::may_take_part;
    ground.audiences().like(id, bob, later(2), &may).await.unwrap();
    blocks.block(ada, bob, later(3)).await.unwrap();
    blocks.block(eve, ada, later(3)).await.unwrap();
    let blocked = DecideError::Refused(StreamRefusal::Blocked);
    for user in [bob, eve] {
        assert_eq!(ground.audiences().like(id, user, later(4), &may).await, Err(blocked.clone()));
        assert_eq!(ground.audiences().share(id, user, later(4), &may).await, Err(blocked.clone()));
        let refusal = DecideError::Refused(CommentRefusal::Stream(StreamRefusal::Blocked));
        assert_eq!(ground.say(1, id, user, later(4)).await, Err(refusal));
    }
    ground.audiences().unlike(id, bob, &Participant::may_withdraw).await.unwrap();
    assert_eq!(ground.found(id).await.counts.likes, 0);
    let missing = ground.audiences().like(build::stream_id(9), bob, later(4), &may).await;
    assert_eq!(missing, Err(DecideError::NotFound));
}

#[tokio::test]
async fn whoever_comes_is_counted_at_once_and_whoever_stays_away_is_gone() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await.id;
    let id = ground.live(1, ada).await.id;
    assert_eq!(ground.watch(id, 1, later(2)).await, 1);
    assert_eq!(ground.watch(id, 2, later(2)).await, 2);
    assert_eq!(ground.watch(id, 1, later(3)).await, 2, "somebody who is there does not come");
    let found = ground.found(id).await;
    assert_eq!((found.viewers(), found.counts.peak, found.views()), (2, 2, 2));
    assert_eq!(ground.count_viewers(later(20)).await, 0, "nothing has changed");

    // The second stays; the first was last written down at 2 s, and so is gone at 47 s.
    ground.watch(id, 2, later(40)).await;
    assert_eq!(ground.count_viewers(later(46)).await, 0);
    assert_eq!(ground.count_viewers(later(47)).await, 1);
    let found = ground.found(id).await;
    assert_eq!((found.viewers(), found.counts.peak, found.views()), (1, 2, 2));
    assert_eq!(ground.watch(id, 1, later(48)).await, 2, "they are back, for another look");
    assert_eq!(ground.found(id).await.views(), 3);

    ground.streams().change(id, &|show: StreamContext| show.end(ada, None, later(49))).await.unwrap();
    let ended = ground.found(id).await;
    assert_eq!((ended.viewers(), ended.views()), (0, 3));
    let watched = ground.audiences().heartbeat(id, &viewer(1), window(), later(50)).await.unwrap();
    assert_eq!(watched.unwrap().status, StreamStatus::Ended);
    assert_eq!(ground.count_viewers(later(50)).await, 1);
    let after = ground.found(id).await;
    assert_eq!((after.viewers(), after.views(), after.counts.peak), (0, 3, 2));
    assert_eq!(ground.count("stream_viewers").await, 0);
    let missing = ground.audiences().heartbeat(build::stream_id(9), &viewer(1), window(), later(50)).await;
    assert_eq!(missing, Ok(None));
}

#[tokio::test]
async fn a_sign_of_life_is_written_down_only_when_the_one_before_is_old() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await.id;
    let id = ground.live(1, ada).await.id;
    let client = ground.database.connect().await;
    let rows = async || -> String {
        let sql = "SELECT string_agg(t.ctid::text, ' ') || ' ' || (SELECT ctid::text FROM streams) FROM stream_viewers t";
        client.query_one(sql, &[]).await.unwrap().get(0)
    };
    ground.watch(id, 1, later(10)).await;
    let before = rows().await;
    for second in 11..20 {
        ground.watch(id, 1, later(second)).await;
    }
    assert_eq!(rows().await, before);
    // Nor does a server whose clock is behind take anything back.
    ground.watch(id, 1, later(0)).await;
    assert_eq!(rows().await, before);
    ground.watch(id, 1, later(20)).await;
    assert_ne!(rows().await, before);
}

#[tokio::test]
async fn nobody_waits_for_a_crowded_show_and_everybody_is_counted() {
    let ground = Ground::with_connections(16).await;
    let ada = ground.user(1, "ada").await.id;
    let id = ground.live(1, ada).await.id;
    // Somebody else holds the show's row for as long as all of them come, over two servers.
    let holder = ground.database.connect().await;
    holder.batch_execute("BEGIN; SELECT FROM streams FOR UPDATE").await.unwrap();
    let servers = [ground.audiences(), PgAudiences::new(ground.another_pool())];
    let mut crowd = JoinSet::new();
    for n in 0..64_u128 {
        let server = servers[usize::from(n % 2 == 1)].clone();
        crowd.spawn(async move {
            server.heartbeat(id, &viewer(n), window(), later(2)).await.unwrap().unwrap().viewers
        });
    }
    assert_eq!(crowd.join_all().await, [1; 64], "each counts themself beside those who were counted");
    holder.batch_execute("COMMIT").await.unwrap();
    // Two servers count at once; the numbers are as if one had.
    let counts =
        servers.map(|server| tokio::spawn(async move { server.count_viewers(window(), later(3)).await }));
    for count in counts {
        count.await.unwrap().unwrap();
    }
    let found = ground.found(id).await;
    assert_eq!((found.viewers(), found.counts.peak, found.views()), (64, 64, 64));
    let leaving = (0..8).map(|_| {
        let server = ground.audiences();
        async move { server.count_viewers(window(), later(60)).await }
    });
    let counts: JoinSet<_> = leaving.collect();
    assert!(counts.join_all().await.iter().all(Result::is_ok));
    ground.count_viewers(later(60)).await;
    let found = ground.found(id).await;
    assert_eq!((found.viewers(), found.counts.peak, found.views()), (0, 64, 64));
}

#[tokio::test]
async fn what_is_said_is_read_newest_first_without_those_the_reader_blocks() {
    let ground = Ground::new().await;
    let (ada, bob, eve) =
        (ground.user(1, "ada").await.id, ground.user(2, "bob").await.id, ground.user(3, "eve").await.id);
    let id = ground.live(1, ada).await.id;
    let said = ground.say(1, id, bob, later(10)).await.unwrap();
    assert_eq!((said.author.id, said.author.username.as_ref()), (bob, "bob"));
    for n in 2..=7 {
        // Several at the same moment, so that ids have to tell them apart.
        ground.say(n, id, if n % 2 == 0 { eve } else { bob }, later(11)).await.unwrap();
    }
    assert_eq!(ground.read(id, None).await, [7, 6, 5, 4, 3, 2, 1]);
    PgBlocks::new(ground.pool.clone()).block(bob, eve, later(12)).await.unwrap();
    assert_eq!(ground.read(id, Some(bob)).await, [7, 5, 3, 1]);
    assert_eq!(ground.read(id, Some(eve)).await, [7, 6, 5, 4, 3, 2, 1]);
    let limit = Limit::default();
    let page = ground.audiences().list_comments(id, None, None, limit).await.unwrap().unwrap();
    assert_eq!(page.items.last(), Some(&said));
    let missing = ground.audiences().list_comments(build::stream_id(9), None, None, limit).await;
    assert_eq!(missing, Ok(None));
    let silent = ground.announce(20, ada, build::stream_form()).await.id;
    assert!(ground.read(silent, None).await.is_empty());
    let refusal = CommentRefusal::Stream(StreamRefusal::NotLive);
    assert_eq!(ground.say(8, silent, bob, later(21)).await, Err(DecideError::Refused(refusal)));
}

#[tokio::test]
async fn what_was_said_is_taken_away_once_by_who_may() {
    let ground = Ground::with_connections(16).await;
    let (ada, bob, eve) =
        (ground.user(1, "ada").await.id, ground.user(2, "bob").await.id, ground.user(3, "eve").await.id);
    let id = ground.live(1, ada).await.id;
    for n in 1..=3 {
        ground.say(n, id, bob, later(10)).await.unwrap();
    }
    let remove = |n: u128, user: UserId| {
        let audiences = ground.audiences();
        async move {
            audiences.remove_comment(id, comment_id(n), user, later(11), &CommentRemoval::may_remove).await
        }
    };
    let refused = remove(1, eve).await;
    assert_eq!(refused, Err(DecideError::Refused(CommentRefusal::NotYours)));
    remove(1, ada).await.unwrap();
    let rivals = (0..8).map(|_| remove(2, bob));
    let outcomes = ground.at_once("SELECT FROM stream_comments FOR UPDATE", rivals).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(DecideError::NotFound))));
    assert_eq!(ground.read(id, None).await, [3]);
    assert_eq!(ground.found(id).await.counts.comments, 1);
    assert_eq!(remove(9, ada).await, Err(DecideError::NotFound));
}

#[tokio::test]
async fn nobody_says_more_than_twenty_things_a_minute_however_many_at_once() {
    let ground = Ground::with_connections(16).await;
    let (ada, bob) = (ground.user(1, "ada").await.id, ground.user(2, "bob").await.id);
    let (one, other) = (ground.live(1, ada).await.id, ground.live(2, bob).await.id);
    let rivals = (0..32_u32).map(|n| {
        let audiences = ground.audiences();
        let stream = if n % 2 == 0 { one } else { other };
        async move { say(&audiences, u128::from(n) + 1, stream, bob, later(10)).await }
    });
    let outcomes = ground.at_once("SELECT FROM users FOR UPDATE", rivals).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 20);
    let wait = TimeDelta::minutes(1);
    for refused in outcomes.into_iter().filter(Result::is_err) {
        assert_eq!(refused, Err(DecideError::Refused(CommentRefusal::TooMany { wait })));
    }
    let counted = ground.found(one).await.counts.comments + ground.found(other).await.counts.comments;
    assert_eq!((counted, ground.count("stream_comments").await), (20, 20));
    ground.say(99, one, bob, later(70)).await.unwrap();
}
