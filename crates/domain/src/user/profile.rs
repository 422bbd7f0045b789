//! What people say and change about themselves.

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::{Bio, DisplayName, PlaceLabel, Role, Standing, User, registration::self_chosen};
use crate::{
    contact::Phone,
    edit::{Change, Expected},
    geo::GeoPoint,
    id::MediaId,
    media::Picture,
    product::PlaceForm,
    violation::Violations,
};

/// What somebody wants to be different about their account, unchecked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfileForm {
    /// Cannot be cleared.
    pub display_name: Change<String>,
    /// See [`User::bio`].
    pub bio: Change<String>,
    /// See [`User::avatar_url`].
    pub avatar_url: Change<String>,
    /// See [`User::phone`].
    pub phone: Change<String>,
    /// Cannot be cleared.
    pub role: Change<String>,
    /// See [`User::location`].
    pub location: Change<PlaceForm>,
    /// See [`User::location_label`].
    pub location_label: Change<String>,
}

/// A form that was found good.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileChange {
    display_name: Option<DisplayName>,
    bio: Change<Bio>,
    avatar_url: Change<Picture>,
    phone: Change<Phone>,
    role: Option<Role>,
    location: Change<GeoPoint>,
    location_label: Change<PlaceLabel>,
}

/// What a change is decided by, as it is while the account is locked.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileContext {
    /// The account.
    pub user: User,
    /// Whether any listing of theirs is available or reserved.
    pub has_listings_up: bool,
}

/// Everything that a change writes.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileUpdate {
    /// The account as it is from now on; as it was if nothing changed.
    pub user: User,
    /// Whether the phone number is another one, so that nothing proves it is theirs.
    pub voids_phone_verification: bool,
}

/// Why an account cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProfileRefusal {
    /// It may read, not act.
    #[error("This account is suspended and cannot be changed.")]
    Suspended,
    /// It was deleted.
    #[error("This account was deleted.")]
    Closed,
    /// It is not the version that the change was made for.
    #[error("The account has changed since you read it.")]
    Stale,
    /// Administrators are made and unmade elsewhere.
    #[error("An administrator's role cannot be changed here.")]
    AdminRole,
    /// Giving up selling with things still for sale.
    #[error("Take your listings down before you give up selling.")]
    ListingsUp,
    /// Somebody else has the phone number.
    #[error("An account with this phone number exists.")]
    PhoneTaken,
}

impl User {
    /// Counts its versions: no two have the same, a later one has a higher.
    pub fn version(&self) -> i64 {
        self.updated_at.timestamp_micros()
    }
}

impl ProfileChange {
    /// Checks every field and names all that are wrong.
    pub fn check(form: ProfileForm) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let name = form.display_name.check(|text| DisplayName::parse(&text)).and_then(Change::never_empty);
        let display_name = wrong.keep("display_name", name);
        let bio = wrong.keep("bio", form.bio.check(|text| Bio::parse(&text)));
        let avatar = form.avatar_url.check(|text| Picture::anywhere(&text));
        let avatar_url = wrong.keep("avatar_url", avatar);
        let phone = wrong.keep("phone", form.phone.check(|text| Phone::parse(&text)));
        let role = form.role.check(|word| self_chosen(&word)).and_then(Change::never_empty);
        let role = wrong.keep("role", role);
        let point = form.location.check(|place| GeoPoint::new(place.latitude, place.longitude));
        let location = wrong.keep("location", point);
        let label = form.location_label.check(|text| PlaceLabel::parse(&text));
        let location_label = wrong.keep("location_label", label);
        let whole = (|| {
            Some(Self {
                display_name: display_name?,
                bio: bio?,
                avatar_url: avatar_url?,
                phone: phone?,
                role: role?,
                location: location?,
                location_label: location_label?,
            })
        })();
        wrong.or_else(whole)
    }

    /// Which picture of ours it shows, with the field that names it.
    pub fn media(&self) -> Vec<(String, MediaId)> {
        let Change::Set(avatar) = &self.avatar_url else { return Vec::new() };
        avatar.own().map(|id| ("avatar_url".to_owned(), id)).into_iter().collect()
    }

    /// Makes the change, if the account is still what it was made for.
    pub fn apply(
        self,
        context: &ProfileContext,
        expected: &Expected,
        now: DateTime<Utc>,
    ) -> Result<ProfileUpdate, ProfileRefusal> {
        let ProfileContext { user: before, has_listings_up } = context;
        match before.standing {
            Standing::Active => {}
            Standing::Suspended | Standing::Banned => return Err(ProfileRefusal::Suspended),
            Standing::Deleted { .. } => return Err(ProfileRefusal::Closed),
        }
        if !expected.allows(before.version()) {
            return Err(ProfileRefusal::Stale);
        }
        let role = self.role.unwrap_or(before.role);
        if role.is_admin() != before.role.is_admin() {
            return Err(ProfileRefusal::AdminRole);
        }
        if before.role.can_sell() && !role.can_sell() && *has_listings_up {
            return Err(ProfileRefusal::ListingsUp);
        }
        let mut user = User {
            display_name: self.display_name.unwrap_or_else(|| before.display_name.clone()),
            bio: self.bio.of(before.bio.clone()),
            avatar_url: self.avatar_url.of(before.avatar_url.clone()),
            phone: self.phone.of(before.phone.clone()),
            role,
            location: self.location.of(before.location),
            location_label: self.location_label.of(before.location_label.clone()),
            ..before.clone()
        };
        if user != *before {
            // Later than the version before even if the clock is not, so that no two versions look the same.
            user.updated_at = now.max(before.updated_at + TimeDelta::microseconds(1));
        }
        let voids_phone_verification = user.phone != before.phone;
        Ok(ProfileUpdate { user, voids_phone_verification })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        id::UserId,
        user::{Registration, RegistrationForm},
    };

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn ada() -> User {
        let form = RegistrationForm {
            email: "ada@example.com".to_owned(),
            username: "ada".to_owned(),
            password: "correct horse".to_owned(),
            phone: Some("+4930123456".to_owned()),
            role: Some("both".to_owned()),
            ..RegistrationForm::default()
        };
        Registration::check(form).unwrap().open(UserId::from_uuid(Uuid::from_u128(1)), now())
    }

    fn context() -> ProfileContext {
        ProfileContext { user: ada(), has_listings_up: false }
    }

    fn later() -> DateTime<Utc> {
        now() + TimeDelta::seconds(1)
    }

    fn picture() -> MediaId {
        MediaId::from_uuid("0190163d-8694-739b-aea5-966c26f8ad91".parse().unwrap())
    }

    fn set(text: &str) -> Change<String> {
        Change::Set(text.to_owned())
    }

    fn apply(form: ProfileForm, context: &ProfileContext) -> Result<ProfileUpdate, ProfileRefusal> {
        ProfileChange::check(form).unwrap().apply(context, &Expected::Any, later())
    }

    #[test]
    fn what_is_named_changes_and_the_rest_stays() {
        let form = ProfileForm {
            display_name: set("Ada L."),
            bio: set("Counts."),
            avatar_url: set("https://souk.example/media/0190163d-8694-739b-aea5-966c26f8ad91/image"),
            location: Change::Set(PlaceForm { latitude: 52.52, longitude: 13.405 }),
            location_label: set("Mitte, Berlin"),
            ..ProfileForm::default()
        };
        let update = apply(form, &context()).unwrap();
        assert!(!update.voids_phone_verification);
        let user = update.user;
        assert_eq!((user.display_name.as_ref(), user.phone.clone()), ("Ada L.", ada().phone));
        assert_eq!(user.location, Some(GeoPoint::new(52.52, 13.405).unwrap()));
        assert_eq!(user.updated_at, later());
        assert_eq!(user.avatar_url.as_ref().and_then(Picture::own), Some(picture()));

        let clear = ProfileForm {
            bio: Change::Clear,
            avatar_url: Change::Clear,
            phone: Change::Clear,
            location: Change::Clear,
            location_label: Change::Clear,
            ..ProfileForm::default()
        };
        let update = apply(clear, &ProfileContext { user, ..context() }).unwrap();
        assert!(update.voids_phone_verification);
        let user = update.user;
        assert_eq!((user.bio, user.avatar_url, user.phone), (None, None, None));
        assert_eq!((user.location, user.location_label), (None, None));
        assert_eq!(user.display_name.as_ref(), "Ada L.");
    }

    #[test]
    fn the_picture_of_a_change_is_the_one_that_is_set() {
        let media = |avatar_url| ProfileChange::check(ProfileForm { avatar_url, ..ProfileForm::default() });
        let set = media(set(&picture().to_string())).unwrap().media();
        assert_eq!(set, [("avatar_url".to_owned(), picture())]);
        for none in [Change::Keep, Change::Clear] {
            assert_eq!(media(none).unwrap().media(), []);
        }
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let form = ProfileForm {
            display_name: Change::Clear,
            bio: set(&"x".repeat(1001)),
            avatar_url: set("ftp://x"),
            phone: set("12"),
            role: set("admin"),
            location: Change::Set(PlaceForm { latitude: 91.0, longitude: 0.0 }),
            location_label: set(" "),
        };
        let wrong = ProfileChange::check(form).unwrap_err();
        let wrong: Vec<_> = wrong.iter().map(|one| (one.field.as_ref(), one.code)).collect();
        assert_eq!(
            wrong,
            [
                ("display_name", "required"),
                ("bio", "too_long"),
                ("avatar_url", "invalid_format"),
                ("phone", "invalid_format"),
                ("role", "unknown_value"),
                ("location", "out_of_range"),
                ("location_label", "required"),
            ]
        );
        let clear = ProfileForm { role: Change::Clear, ..ProfileForm::default() };
        assert_eq!(ProfileChange::check(clear).unwrap_err().iter().next().unwrap().field, "role");
    }

    #[test]
    fn a_change_of_nothing_is_no_new_version() {
        let same = ProfileForm { phone: set("+49 30 123456"), ..ProfileForm::default() };
        let update = apply(same, &context()).unwrap();
        assert_eq!(update, ProfileUpdate { user: ada(), voids_phone_verification: false });
    }

    #[test]
    fn a_new_version_is_later_than_the_one_before_whatever_the_clock_says() {
        let change = ProfileChange::check(ProfileForm { bio: set("x"), ..ProfileForm::default() }).unwrap();
        let early = now() - TimeDelta::days(1);
        let update = change.apply(&context(), &Expected::OneOf(vec![ada().version()]), early).unwrap();
        assert!(update.user.version() > ada().version());
    }

    #[test]
    fn a_change_of_another_version_is_stale() {
        let change = ProfileChange::check(ProfileForm::default()).unwrap();
        let seen = Expected::OneOf(vec![ada().version() - 1]);
        assert_eq!(change.apply(&context(), &seen, later()), Err(ProfileRefusal::Stale));
    }

    #[test]
    fn only_active_accounts_change() {
        for (standing, refusal) in [
            (Standing::Suspended, ProfileRefusal::Suspended),
            (Standing::Banned, ProfileRefusal::Suspended),
            (Standing::Deleted { at: now() }, ProfileRefusal::Closed),
        ] {
            let context = ProfileContext { user: User { standing, ..ada() }, ..context() };
            assert_eq!(apply(ProfileForm::default(), &context), Err(refusal));
        }
    }

    #[test]
    fn selling_is_given_up_only_once_nothing_is_for_sale() {
        let buyer = || ProfileForm { role: set("buyer"), ..ProfileForm::default() };
        assert_eq!(apply(buyer(), &context()).unwrap().user.role, Role::Buyer);
        let selling = ProfileContext { has_listings_up: true, ..context() };
        assert_eq!(apply(buyer(), &selling), Err(ProfileRefusal::ListingsUp));
        let seller = ProfileForm { role: set("seller"), ..ProfileForm::default() };
        assert_eq!(apply(seller, &selling).unwrap().user.role, Role::Seller);
    }

    #[test]
    fn an_admin_stays_one() {
        let admin = ProfileContext { user: User { role: Role::Admin, ..ada() }, ..context() };
        let both = ProfileForm { role: set("both"), ..ProfileForm::default() };
        assert_eq!(apply(both, &admin), Err(ProfileRefusal::AdminRole));
        let bio = ProfileForm { bio: set("x"), ..ProfileForm::default() };
        assert_eq!(apply(bio, &admin).unwrap().user.role, Role::Admin);
    }
}
