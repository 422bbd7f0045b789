//! Publishing listings and finding them.

use std::sync::Arc;

use souk_domain::{
    geo::BlurKey,
    id::{ProductId, UserId},
    page::Page,
    product::{
        FeedPosition, Listing, ListingForm, NearbyPosition, NearbyProduct, NearbyQuery, Product,
        ProductQuery, ProductRefusal,
    },
    violation::Violations,
};
use souk_ports::{Clock, DecideError, IdSource, PortError, idempotency::Once, product::ProductRepository};
use thiserror::Error;

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

/// Listings.
#[derive(Clone)]
pub struct Products {
    repository: Arc<dyn ProductRepository>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    blur_key: BlurKey,
}

impl Products {
    /// Puts the parts together. `blur_key` must stay the same for the life of the data: with another, public points move.
    pub fn new(
        repository: Arc<dyn ProductRepository>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        blur_key: BlurKey,
    ) -> Self {
        Self { repository, clock, ids, blur_key }
    }

    /// Puts a listing up for sale; `once` makes a repeat of the same request harmless.
    pub async fn publish<'a>(
        &'a self,
        seller: UserId,
        form: &ListingForm,
        once: Option<&'a Once<'a, Product>>,
    ) -> Result<Product, PublishError> {
        let listing = Listing::check(form)?;
        let (id, now) = (ProductId::from_uuid(self.ids.next()), self.clock.now());
        let decide = |publisher| listing.clone().publish(id, publisher, &self.blur_key, now);
        Ok(self.repository.publish(seller, &decide, once).await?)
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
