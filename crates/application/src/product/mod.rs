//! Listings: publishing, editing and taking them down, finding them, liking them, and counting who looks.

mod maps;
mod views;

pub use maps::Maps;
pub use views::Views;

use std::sync::Arc;

use souk_domain::{
    edit::Expected,
    geo::BlurKey,
    id::{MediaId, ProductId, UserId},
    page::{Limit, Page},
    product::{
        Edit, EditForm, FeedPosition, LikePosition, LikedProduct, Listing, ListingForm, NearbyPosition,
        NearbyProduct, NearbyQuery, Product, ProductQuery, ProductRefusal,
    },
    violation::Violations,
};
use souk_ports::{Clock, DecideError, IdSource, PortError, idempotency::Once, product::ProductRepository};
use thiserror::Error;

use crate::media::{ClaimError, MediaLibrary, unknown};

#[cfg(test)]
mod tests;

/// Why a listing cannot be published.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PublishError {
    /// The form is not good.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// It was good, and still is not published.
    #[error(transparent)]
    Decide(#[from] DecideError<ProductRefusal>),
}

impl From<ClaimError> for PublishError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Unknown(violations) => violations.into(),
            ClaimError::Port(error) => Self::Decide(error.into()),
        }
    }
}

/// Why a listing is not edited.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EditError {
    /// The form is not good.
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// It was good, and still is not carried out.
    #[error(transparent)]
    Decide(#[from] DecideError<ProductRefusal>),
}

impl From<ClaimError> for EditError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Unknown(violations) => violations.into(),
            ClaimError::Port(error) => Self::Decide(error.into()),
        }
    }
}

/// Listings.
#[derive(Clone)]
pub struct Products {
    repository: Arc<dyn ProductRepository>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    blur_key: BlurKey,
    media: Option<MediaLibrary>,
}

impl Products {
    /// Puts the parts together. `blur_key` must stay the same for the life of the data: with another, public points move.
    pub fn new(
        repository: Arc<dyn ProductRepository>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        blur_key: BlurKey,
    ) -> Self {
        Self { repository, clock, ids, blur_key, media: None }
    }

    /// With pictures that listings can show; without them there are none.
    #[must_use]
    pub fn with_media(self, media: MediaLibrary) -> Self {
        Self { media: Some(media), ..self }
    }

    /// Notes that somebody's listing shows these pictures, which must be their own.
    async fn claim(&self, seller: UserId, named: &[(String, MediaId)]) -> Result<(), ClaimError> {
        match &self.media {
            Some(media) => media.claim(seller, named).await,
            None => Ok(unknown(named.iter().map(|(field, _)| field.as_str()))?),
        }
    }

    /// Puts a listing up for sale; `once` makes a repeat of the same request harmless.
    pub async fn publish<'a>(
        &'a self,
        seller: UserId,
        form: &ListingForm,
        once: Option<&'a Once<'a, Product>>,
    ) -> Result<Product, PublishError> {
        let listing = Listing::check(form)?;
        self.claim(seller, &listing.media()).await?;
        let (id, now) = (ProductId::from_uuid(self.ids.next()), self.clock.now());
        let decide = |publisher| listing.clone().publish(id, publisher, &self.blur_key, now);
        Ok(self.repository.publish(seller, &decide, once).await?)
    }

    /// Edits a listing of somebody's, if it is still one of the versions they expect.
    pub async fn edit(
        &self,
        actor: UserId,
        id: ProductId,
        form: EditForm,
        expected: &Expected,
    ) -> Result<Product, EditError> {
        let edit = Edit::check(form)?;
        self.claim(actor, &edit.media()).await?;
        let now = self.clock.now();
        let decide = |context: &_| edit.clone().edit(context, actor, expected, &self.blur_key, now);
        Ok(self.repository.edit(id, &decide).await?)
    }

    /// Takes a listing of somebody's down; again and again, if they like.
    pub async fn archive(&self, actor: UserId, id: ProductId) -> Result<(), DecideError<ProductRefusal>> {
        let now = self.clock.now();
        self.repository.archive(id, &|context| context.archive(actor, now)).await
    }

    /// Likes a listing on somebody's behalf; again and again, if they like.
    pub async fn like(&self, actor: UserId, id: ProductId) -> Result<(), DecideError<ProductRefusal>> {
        let found = self.repository.like(id, actor, self.clock.now()).await?;
        found.ok_or(DecideError::NotFound)?.like(actor).map_err(DecideError::Refused)
    }

    /// Takes a like back, if there is one.
    pub async fn unlike(&self, actor: UserId, id: ProductId) -> Result<(), DecideError<ProductRefusal>> {
        let found = self.repository.unlike(id, actor).await?.ok_or(DecideError::NotFound)?;
        found.context.unlike(actor, found.has_liked).map_err(DecideError::Refused)
    }

    /// What somebody likes, newest like first.
    pub async fn list_liked(
        &self,
        user: UserId,
        after: Option<LikePosition>,
        limit: Limit,
    ) -> Result<Page<LikedProduct, LikePosition>, PortError> {
        self.repository.list_liked(user, after, limit).await
    }

    /// The listing with this id, if `viewer` may see it.
    pub async fn find(&self, id: ProductId, viewer: Option<UserId>) -> Result<Option<Product>, PortError> {
        Ok(self.repository.find(id).await?.filter(|product| product.is_visible_to(viewer)))
    }

    /// A page of a feed.
    pub async fn list(&self, query: &ProductQuery) -> Result<Page<Product, FeedPosition>, PortError> {
        self.repository.list(query).await
    }

    /// What is available near a point, nearest first.
    pub async fn list_nearby(
        &self,
        query: &NearbyQuery,
    ) -> Result<Page<NearbyProduct, NearbyPosition>, PortError> {
        self.repository.list_nearby(query).await
    }
}
