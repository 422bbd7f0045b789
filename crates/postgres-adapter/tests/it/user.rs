//! Accounts: what is written is read, and there is one of each.

use souk_domain::{
    contact::{Email, Identifier, Phone},
    geo::GeoPoint,
    media::Picture,
    user::{Bio, PlaceLabel, Role, Standing, User, UserTaken},
};
use souk_ports::{
    InsertError,
    user::{Credentials, UserRepository},
};
use souk_testkit::build;
use tokio::task::JoinSet;

use crate::support::{Ground, credentials};

#[tokio::test]
async fn an_account_is_found_as_it_was_written_by_whatever_it_is_called() {
    let ground = Ground::new().await;
    let mut written = credentials(1, "Ada");
    written.user = User {
        phone: Some(Phone::parse("+4930123456").unwrap()),
        bio: Some(Bio::parse("Counts.").unwrap()),
        avatar_url: Some(Picture::stored("https://example.com/ada.png".to_owned())),
        role: Role::Both,
        location: Some(GeoPoint::new(52.52, 13.405).unwrap()),
        location_label: Some(PlaceLabel::parse("Berlin").unwrap()),
        ..written.user
    };
    ground.users().insert(&written, &build::session(1, written.user.id)).await.unwrap();
    for identifier in ["ADA@example.com", "aDa", "+49 30 123456"] {
        let identifier = Identifier::parse(identifier).unwrap();
        let found = ground.users().find_credentials(&identifier).await.unwrap();
        assert_eq!(found, Some(written.clone()), "{identifier:?}");
    }
    assert_eq!(ground.users().find(written.user.id).await.unwrap(), Some(written.user));
    assert_eq!(ground.users().find(build::user_id(2)).await.unwrap(), None);
    assert_eq!(ground.count("sessions").await, 1);
}

#[tokio::test]
async fn every_standing_survives() {
    let ground = Ground::new().await;
    let at = souk_testkit::fixed::now();
    for (n, standing) in [Standing::Active, Standing::Suspended, Standing::Banned, Standing::Deleted { at }]
        .into_iter()
        .enumerate()
    {
        let n = u128::try_from(n).unwrap() + 1;
        let mut written = credentials(n, &format!("user{n}"));
        written.user.standing = standing;
        ground.users().insert(&written, &build::session(n, written.user.id)).await.unwrap();
        assert_eq!(ground.users().find(written.user.id).await.unwrap().unwrap().standing, standing);
    }
}

#[tokio::test]
async fn what_is_taken_is_told_and_nothing_is_written() {
    let ground = Ground::new().await;
    let phone = Phone::parse("+4930123456").unwrap();
    let mut first = credentials(1, "ada");
    first.user.phone = Some(phone.clone());
    ground.users().insert(&first, &build::session(1, first.user.id)).await.unwrap();
    let attempt = async |change: fn(&mut User, Phone)| {
        let mut second = credentials(2, "bob");
        change(&mut second.user, phone.clone());
        ground.users().insert(&second, &build::session(2, second.user.id)).await
    };
    let email = attempt(|user, _| user.email = Email::parse("ADA@EXAMPLE.COM").unwrap()).await;
    assert_eq!(email, Err(InsertError::Taken(UserTaken::Email)));
    let username =
        attempt(|user, _| user.username = souk_domain::contact::Username::parse("ADA").unwrap()).await;
    assert_eq!(username, Err(InsertError::Taken(UserTaken::Username)));
    let number = attempt(|user, phone| user.phone = Some(phone)).await;
    assert_eq!(number, Err(InsertError::Taken(UserTaken::Phone)));
    assert_eq!((ground.count("users").await, ground.count("sessions").await), (1, 1));
}

#[tokio::test]
async fn of_64_who_want_one_address_at_once_one_gets_it() {
    let ground = Ground::new().await;
    let mut rivals = JoinSet::new();
    for n in 1..=64 {
        let users = ground.users();
        rivals.spawn(async move {
            let address = if n % 2 == 0 { "ada@example.com" } else { "ADA@Example.Com" };
            let rival = credentials(n, &format!("rival{n}"));
            let user = User { email: Email::parse(address).unwrap(), ..rival.user };
            let rival = Credentials { user, ..rival };
            users.insert(&rival, &build::session(n, rival.user.id)).await
        });
    }
    let outcomes = rivals.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(
        outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(InsertError::Taken(UserTaken::Email))))
    );
    assert_eq!(ground.count("users").await, 1);
}
