//! Leaving: an account is emptied of its person. The row stays, because payments point to it and its name must not come
//! back as somebody else.

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::{DisplayName, Role, Standing, User};
use crate::{
    contact::{Email, Username},
    id::UserId,
};

/// What leaving is decided by, as it is while the account and everything it sells are locked.
#[derive(Clone, Debug, PartialEq)]
pub struct ErasureContext {
    /// The account.
    pub user: User,
    /// Whether somebody still waits for money or goods in a deal of theirs, on either side of it.
    pub has_open_deal: bool,
}

/// Everything that leaving writes. What else there is about the person goes with it: listings are archived, offers
/// cancelled, sessions ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Erasure {
    /// What remains of the account.
    pub remains: User,
    /// The name that nobody can take again.
    pub retired: Username,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// Why an account cannot be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ErasureRefusal {
    /// It may read, not act.
    #[error("This account is suspended and cannot be deleted.")]
    Suspended,
    /// It was deleted before.
    #[error("This account was deleted.")]
    Closed,
    /// Money or goods are still on their way.
    #[error("A deal is still open; finish or cancel it first.")]
    DealOpen,
}

impl ErasureContext {
    /// Empties the account.
    pub fn erase(&self, now: DateTime<Utc>) -> Result<Erasure, ErasureRefusal> {
        let Self { user, has_open_deal } = self;
        match user.standing {
            Standing::Active => {}
            Standing::Suspended | Standing::Banned => return Err(ErasureRefusal::Suspended),
            Standing::Deleted { .. } => return Err(ErasureRefusal::Closed),
        }
        if *has_open_deal {
            return Err(ErasureRefusal::DealOpen);
        }
        let at = now.max(user.updated_at + TimeDelta::microseconds(1));
        let remains = User {
            id: user.id,
            email: Email::of_nobody(user.id),
            username: Username::of_nobody(user.id),
            phone: None,
            display_name: DisplayName::stored("Deleted account".to_owned()),
            bio: None,
            avatar_url: None,
            role: Role::Buyer,
            location: None,
            location_label: None,
            standing: Standing::Deleted { at },
            created_at: user.created_at,
            updated_at: at,
        };
        Ok(Erasure { remains, retired: user.username.clone(), at })
    }
}

impl Email {
    /// The address of a deleted account. It cannot be registered, so that nobody can take it before the account is gone.
    fn of_nobody(id: UserId) -> Self {
        Self::stored(format!("deleted-{}{}", id.as_uuid(), Self::NOBODY))
    }
}

impl Username {
    /// The name of a deleted account: as much of the end of its id as fits, which is where ids differ. It cannot be
    /// registered either.
    fn of_nobody(id: UserId) -> Self {
        let digits = id.as_uuid().simple().to_string();
        let end = digits.get(10..).unwrap_or_default();
        Self::stored(format!("{}{end}", Self::NOBODY))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        geo::GeoPoint,
        media::Picture,
        user::{Bio, PlaceLabel, Registration, RegistrationForm},
    };

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn ada() -> User {
        let form = RegistrationForm {
            email: "marked@example.com".to_owned(),
            username: "marked".to_owned(),
            password: "correct horse".to_owned(),
            phone: Some("+4930123456".to_owned()),
            display_name: Some("Marked".to_owned()),
            role: Some("seller".to_owned()),
        };
        let id = UserId::from_uuid(Uuid::from_u128(0x0190_163d_8694_739b_aea5_966c_26f8_ad91));
        User {
            bio: Some(Bio::parse("marked").unwrap()),
            avatar_url: Some(Picture::stored("https://example.com/marked.png".to_owned())),
            location: Some(GeoPoint::new(52.52, 13.405).unwrap()),
            location_label: Some(PlaceLabel::parse("marked").unwrap()),
            ..Registration::check(form).unwrap().open(id, now())
        }
    }

    fn context() -> ErasureContext {
        ErasureContext { user: ada(), has_open_deal: false }
    }

    #[test]
    fn nothing_of_the_person_remains() {
        let later = now() + TimeDelta::seconds(1);
        let erasure = context().erase(later).unwrap();
        let remains = erasure.remains;
        assert_eq!(erasure.retired.as_ref(), "marked");
        assert_eq!(remains.email.as_ref(), "deleted-0190163d-8694-739b-aea5-966c26f8ad91@deleted.invalid");
        assert_eq!(remains.username.as_ref(), "deleted-94739baea5966c26f8ad91");
        assert_eq!(remains.display_name.as_ref(), "Deleted account");
        assert_eq!((remains.phone, remains.bio, remains.avatar_url), (None, None, None));
        assert_eq!((remains.location, remains.location_label), (None, None));
        assert_eq!(remains.standing, Standing::Deleted { at: later });
        assert_eq!((remains.id, remains.created_at), (ada().id, ada().created_at));
    }

    #[test]
    fn an_open_deal_is_finished_first() {
        let dealing = ErasureContext { has_open_deal: true, ..context() };
        assert_eq!(dealing.erase(now()), Err(ErasureRefusal::DealOpen));
    }

    #[test]
    fn only_active_accounts_are_deleted() {
        for (standing, refusal) in [
            (Standing::Suspended, ErasureRefusal::Suspended),
            (Standing::Banned, ErasureRefusal::Suspended),
            (Standing::Deleted { at: now() }, ErasureRefusal::Closed),
        ] {
            let context = ErasureContext { user: User { standing, ..ada() }, ..context() };
            assert_eq!(context.erase(now()), Err(refusal));
        }
    }

    #[test]
    fn what_deleted_accounts_are_called_nobody_can_register() {
        let remains = context().erase(now()).unwrap().remains;
        assert_eq!(Email::parse(remains.email.as_ref()).unwrap_err().code, "reserved");
        assert_eq!(Username::parse(remains.username.as_ref()).unwrap_err().code, "reserved");
        assert_eq!(Username::parse("Deleted-x").unwrap_err().code, "reserved");
        assert_eq!(Email::parse("x@DELETED.invalid").unwrap_err().code, "reserved");
    }
}
