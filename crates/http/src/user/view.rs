//! An account as its own person sees it, and as others do.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_application::session::SignedIn;
use souk_domain::{
    user::{Bio, OwnProfile, PlaceLabel, PublicProfile, Standing, User},
    verification::{Proven, VerificationSummary, VerificationType},
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    media::MediaUrls,
    point::Point,
    word::{RoleWord, Word},
};

/// An account as its own person sees it, private parts included.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountView {
    /// Its id.
    pub id: Uuid,
    email: String,
    username: String,
    phone: Option<String>,
    display_name: String,
    bio: Option<String>,
    avatar_url: Option<String>,
    role: RoleWord,
    /// Exact; nobody else sees it.
    location: Option<Point>,
    location_label: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl AccountView {
    /// The account.
    pub fn of(user: User, urls: &MediaUrls) -> Self {
        Self {
            id: user.id.as_uuid(),
            email: user.email.into_string(),
            username: user.username.into_string(),
            phone: user.phone.map(souk_domain::contact::Phone::into_string),
            display_name: user.display_name.into_string(),
            bio: user.bio.map(Bio::into_string),
            avatar_url: user.avatar_url.map(|avatar| urls.of(avatar)),
            role: Word(user.role),
            location: user.location.map(Point::from),
            location_label: user.location_label.map(PlaceLabel::into_string),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// Whether an account may act.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// It may.
    Active,
    /// Not until it is reinstated.
    Suspended,
    /// Not ever.
    Banned,
    /// Its person has left.
    Deleted,
}

impl From<Standing> for AccountStatus {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Active => Self::Active,
            Standing::Suspended => Self::Suspended,
            Standing::Banned => Self::Banned,
            Standing::Deleted { .. } => Self::Deleted,
        }
    }
}

// Under these names the derives of utoipa take each for a type of its own, with a schema of its own.
type ProvenWord = Word<Proven>;
type VerificationTypeWord = Word<VerificationType>;

/// An account as its own person sees it, with what is verified of it.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnAccount)]
pub struct OwnAccountView {
    #[serde(flatten)]
    account: AccountView,
    status: AccountStatus,
    verification: VerificationView,
}

/// What is verified of a person, type by type.
#[derive(Serialize, ToSchema)]
#[schema(as = VerificationSummary)]
struct VerificationView {
    email: ProvenWord,
    phone: ProvenWord,
    government_id: ProvenWord,
    address: ProvenWord,
}

impl From<VerificationSummary> for VerificationView {
    fn from(summary: VerificationSummary) -> Self {
        Self {
            email: Word(summary.email),
            phone: Word(summary.phone),
            government_id: Word(summary.government_id),
            address: Word(summary.address),
        }
    }
}

impl OwnAccountView {
    /// The account.
    pub fn of(own: OwnProfile, urls: &MediaUrls) -> Self {
        Self {
            status: own.user.standing.into(),
            account: AccountView::of(own.user, urls),
            verification: own.verification.into(),
        }
    }
}

/// An account as everybody may see it.
#[derive(Serialize, ToSchema)]
#[schema(as = Profile)]
pub struct ProfileView {
    id: Uuid,
    username: String,
    display_name: String,
    bio: Option<String>,
    avatar_url: Option<String>,
    location_label: Option<String>,
    /// What is verified of them.
    verified: Vec<VerificationTypeWord>,
    counts: ProfileCounts,
    member_since: DateTime<Utc>,
}

/// How much somebody sells.
#[derive(Serialize, ToSchema)]
struct ProfileCounts {
    /// Things for sale, reserved ones included.
    #[schema(minimum = 0)]
    listings: i64,
    /// Things sold.
    #[schema(minimum = 0)]
    sold: i64,
}

impl ProfileView {
    /// The account.
    pub fn of(profile: PublicProfile, urls: &MediaUrls) -> Self {
        Self {
            id: profile.id.as_uuid(),
            username: profile.username.into_string(),
            display_name: profile.display_name.into_string(),
            bio: profile.bio.map(Bio::into_string),
            avatar_url: profile.avatar_url.map(|avatar| urls.of(avatar)),
            location_label: profile.location_label.map(PlaceLabel::into_string),
            verified: profile.verified.into_iter().map(Word).collect(),
            counts: ProfileCounts { listings: profile.listings, sold: profile.sold },
            member_since: profile.member_since,
        }
    }
}

/// An account and the tokens of a new session.
#[derive(Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub struct SignedInView {
    /// The account, as its own person sees it.
    pub user: AccountView,
    /// Goes into `Authorization: Bearer …` of every request.
    access_token: String,
    /// Brings the next pair; good once.
    refresh_token: String,
    /// How the access token is presented.
    #[schema(value_type = String, example = "Bearer")]
    token_type: &'static str,
    /// For how many seconds the access token is good.
    #[schema(example = 900)]
    expires_in: i64,
}

impl SignedInView {
    /// The account and its tokens.
    pub fn of(signed_in: SignedIn, urls: &MediaUrls) -> Self {
        Self {
            user: AccountView::of(signed_in.user, urls),
            access_token: signed_in.access_token,
            refresh_token: signed_in.refresh_token,
            token_type: "Bearer",
            expires_in: signed_in.expires_in.num_seconds(),
        }
    }
}
