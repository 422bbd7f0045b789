//! Edits: what changes, what stays, and the rules that hold of the whole.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::product::listing::tests::product;

fn user(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

fn key() -> BlurKey {
    BlurKey::new([1; 32])
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_900_000_000, 0).unwrap()
}

fn point(latitude: f64, longitude: f64) -> GeoPoint {
    GeoPoint::new(latitude, longitude).unwrap()
}

/// The bike of 450 €, in Berlin, on the community feed, with all its thresholds.
fn context() -> EditContext {
    let mut product = product(user(1));
    product.terms = OfferTerms {
        min_offer: Some(20_000),
        auto_accept: Some(44_000),
        auto_decline: Some(10_000),
        ..product.terms
    };
    let pickup = Some(point(52.52, 13.405));
    EditContext { product, pickup, standing: Standing::Active, has_pending_offers: false }
}

fn edit_of(context: &EditContext, form: EditForm) -> Result<Edited, ProductRefusal> {
    Edit::check(form).unwrap().edit(context, user(1), &Expected::Any, &key(), now())
}

fn edited(form: EditForm) -> Product {
    edit_of(&context(), form).unwrap().product
}

/// The fields and codes of what is wrong with the whole.
fn faults(form: EditForm) -> Vec<String> {
    match edit_of(&context(), form) {
        Err(ProductRefusal::Invalid(wrong)) => {
            wrong.iter().map(|wrong| format!("{} {}", wrong.field, wrong.code)).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_empty_edit_changes_nothing_not_even_the_version() {
    let before = context();
    let after = edit_of(&before, EditForm::default()).unwrap();
    assert_eq!(after, Edited { product: before.product.clone(), pickup: before.pickup });
    // Nor does one that says what is so already.
    let same = EditForm { title: Change::Set(" Trek road bike ".to_owned()), ..EditForm::default() };
    assert_eq!(edited(same), before.product);
}

#[test]
fn what_is_said_changes_and_the_rest_stays() {
    let before = context().product;
    let form = EditForm {
        title: Change::Set("Trek touring bike".to_owned()),
        price_minor: Change::Set(46_000),
        condition: Change::Set(Condition::Fair),
        images: Change::Set(vec!["0190163d-8694-739b-aea5-966c26f8ad91".to_owned()]),
        video_url: Change::Set("https://example.com/v.mp4".to_owned()),
        ..EditForm::default()
    };
    let after = edited(form);
    assert_eq!((after.version, after.updated_at), (2, now()));
    let undone = Product {
        title: before.title.clone(),
        price: before.price,
        condition: before.condition,
        images: before.images.clone(),
        video_url: before.video_url.clone(),
        version: before.version,
        updated_at: before.updated_at,
        ..after.clone()
    };
    assert_eq!(undone, before);
    assert_eq!(
        (after.title.as_ref(), after.price.minor(), after.images.len()),
        ("Trek touring bike", 46_000, 1)
    );
}

#[test]
fn what_may_be_left_out_can_be_cleared_and_the_rest_cannot() {
    let cleared = EditForm {
        location: Change::Clear,
        location_label: Change::Clear,
        images: Change::Clear,
        video_url: Change::Clear,
        thumbnail_url: Change::Clear,
        offers_enabled: Change::Clear,
        min_offer_minor: Change::Clear,
        auto_accept_minor: Change::Clear,
        auto_decline_minor: Change::Clear,
        location_precision: Change::Clear,
        ..EditForm::default()
    };
    let after = edit_of(&context(), cleared).unwrap();
    assert_eq!((after.product.place, after.pickup), (None, None));
    let none = OfferTerms { enabled: true, min_offer: None, auto_accept: None, auto_decline: None };
    assert_eq!(after.product.terms, none);
    let impossible = EditForm {
        title: Change::Clear,
        description: Change::Clear,
        category: Change::Clear,
        feed: Change::Clear,
        condition: Change::Clear,
        price_minor: Change::Clear,
        currency: Change::Clear,
        ..EditForm::default()
    };
    let wrong = Edit::check(impossible).unwrap_err();
    let wrong: Vec<_> = wrong.iter().map(|wrong| (wrong.field.as_ref(), wrong.code)).collect();
    let fields = ["title", "description", "category", "feed_type", "condition", "price_minor", "currency"];
    assert_eq!(wrong, fields.map(|field| (field, "required")));
}

#[test]
fn thresholds_are_judged_by_the_price_as_it_will_be() {
    let price = |minor| EditForm { price_minor: Change::Set(minor), ..EditForm::default() };
    assert_eq!(faults(price(43_999)), ["auto_accept_minor out_of_range"]);
    assert_eq!(
        faults(price(9_999)),
        ["min_offer_minor out_of_range", "auto_accept_minor out_of_range", "auto_decline_minor out_of_range"]
    );
    let with_it = EditForm { auto_accept_minor: Change::Set(43_999), ..price(43_999) };
    assert_eq!(edited(with_it).terms.auto_accept, Some(43_999));
    let crossed = EditForm { auto_decline_minor: Change::Set(44_000), ..EditForm::default() };
    assert_eq!(faults(crossed), ["auto_decline_minor out_of_range"]);
}

#[test]
fn on_discover_there_are_no_offers_and_no_thresholds() {
    let to_discover = EditForm { feed: Change::Set(Feed::Discover), ..EditForm::default() };
    let thresholds =
        ["min_offer_minor not_allowed", "auto_accept_minor not_allowed", "auto_decline_minor not_allowed"];
    assert_eq!(faults(to_discover.clone()), thresholds);
    let cleared = EditForm {
        min_offer_minor: Change::Clear,
        auto_accept_minor: Change::Clear,
        auto_decline_minor: Change::Clear,
        ..to_discover
    };
    let mut context = context();
    context.product = edited(cleared.clone());
    assert!(!context.product.terms.enabled);
    let insisting = EditForm { offers_enabled: Change::Set(true), ..cleared };
    assert_eq!(faults(insisting), ["offers_enabled not_allowed"]);
    // Back on community, offers are taken as usual there.
    let back = EditForm { feed: Change::Set(Feed::Community), ..EditForm::default() };
    assert!(edit_of(&context, back).unwrap().product.terms.enabled);
}

#[test]
fn the_currency_stays_while_offers_wait_in_it() {
    let dollars = EditForm { currency: Change::Set("USD".to_owned()), ..EditForm::default() };
    assert_eq!(edited(dollars.clone()).price.currency().code(), "USD");
    let waiting = EditContext { has_pending_offers: true, ..context() };
    assert_eq!(edit_of(&waiting, dollars), Err(ProductRefusal::OffersPending));
    let euros = EditForm { currency: Change::Set("EUR".to_owned()), ..EditForm::default() };
    assert_eq!(edit_of(&waiting, euros).unwrap().product, waiting.product);
}

#[test]
fn only_what_is_up_is_edited_by_its_seller_in_the_version_they_saw() {
    let form = || EditForm { title: Change::Set("New".to_owned()), ..EditForm::default() };
    let by = |context: &EditContext, actor, expected: &Expected| {
        Edit::check(form())
            .unwrap()
            .edit(context, actor, expected, &key(), now())
            .map(|after| after.product.version)
    };
    let up = context();
    assert_eq!(by(&up, user(1), &Expected::OneOf(vec![1])), Ok(2));
    assert_eq!(by(&up, user(1), &Expected::OneOf(vec![2])), Err(ProductRefusal::Stale));
    assert_eq!(by(&up, user(2), &Expected::OneOf(vec![2])), Err(ProductRefusal::NotSeller));
    let suspended = EditContext { standing: Standing::Suspended, ..up.clone() };
    assert_eq!(by(&suspended, user(1), &Expected::Any), Err(ProductRefusal::AccountSuspended));
    let at = now();
    for (state, refusal) in [
        (ProductState::Reserved, ProductRefusal::Reserved),
        (ProductState::Sold { at }, ProductRefusal::Sold),
        (ProductState::Archived { at, sold: None }, ProductRefusal::Archived),
    ] {
        let mut context = up.clone();
        context.product.state = state;
        assert_eq!(by(&context, user(1), &Expected::Any), Err(refusal));
        assert_eq!(by(&context, user(1), &Expected::OneOf(vec![9])), Err(ProductRefusal::Stale));
    }
    let mut down = up;
    down.product.state = ProductState::Archived { at, sold: None };
    assert_eq!(by(&down, user(2), &Expected::Any), Err(ProductRefusal::NotVisible));
}

fn at(latitude: f64, longitude: f64) -> EditForm {
    EditForm { location: Change::Set(PlaceForm { latitude, longitude }), ..EditForm::default() }
}

#[test]
fn the_public_point_moves_with_the_cell_and_not_within_it() {
    let before = context();
    let far = edit_of(&before, at(48.14, 11.58)).unwrap();
    assert_ne!(far.product.place, before.product.place);
    assert_eq!(far.pickup, Some(point(48.14, 11.58)));
    // A few metres further on: the exact place is another, and nobody sees it.
    let near = edit_of(&before, at(52.520_05, 13.405_05)).unwrap();
    assert_eq!(near.product.place, before.product.place);
    assert_eq!((near.pickup, near.product.version), (Some(point(52.520_05, 13.405_05)), 2));
}

#[test]
fn how_exactly_a_place_is_shown_can_be_changed_without_saying_it_again() {
    let show = |precision| EditForm { location_precision: Change::Set(precision), ..EditForm::default() };
    let before = context();
    let exact = edit_of(&before, show(Precision::Exact)).unwrap();
    let place = exact.product.place.unwrap();
    assert_eq!((place.point, place.precision), (point(52.52, 13.405), Precision::Exact));
    let mut shown = before.clone();
    shown.product = exact.product;
    let blurred = edit_of(&shown, show(Precision::Approximate)).unwrap();
    assert_eq!(blurred.product.place, before.product.place);
    // What was public was exact, even where nothing else is kept of it.
    shown.pickup = None;
    assert_eq!(edit_of(&shown, show(Precision::Approximate)).unwrap().pickup, before.pickup);
    let lost = EditContext { pickup: None, ..before.clone() };
    assert!(matches!(edit_of(&lost, show(Precision::Exact)), Err(ProductRefusal::Invalid(_))));
    // Without a place there is nothing to show.
    let nowhere = edit_of(&before, EditForm { location: Change::Clear, ..EditForm::default() }).unwrap();
    let nowhere = EditContext { product: nowhere.product, pickup: None, ..before };
    assert_eq!(edit_of(&nowhere, show(Precision::Exact)).unwrap().product, nowhere.product);
}

fn change<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Change<T>> {
    prop_oneof![Just(Change::Keep), Just(Change::Clear), value.prop_map(Change::Set)]
}

proptest! {
    /// Whatever is edited in whatever order, what comes of it could have been published as it is.
    #[test]
    fn every_edit_leaves_a_listing_that_could_have_been_published(
        edits in proptest::collection::vec((
            change(0..60_000_i64), change(any::<bool>()), change(0..60_000_i64), change(0..60_000_i64),
            change(0..60_000_i64), change(prop_oneof![Just(Feed::Discover), Just(Feed::Community)]),
        ), 1..8)
    ) {
        let mut context = context();
        for (price_minor, offers_enabled, min_offer_minor, auto_accept_minor, auto_decline_minor, feed) in edits {
            let form = EditForm {
                feed, price_minor, offers_enabled, min_offer_minor, auto_accept_minor, auto_decline_minor,
                ..EditForm::default()
            };
            let Ok(edit) = Edit::check(form) else { continue };
            let before = context.product.clone();
            let Ok(after) = edit.edit(&context, user(1), &Expected::Any, &key(), now()) else { continue };
            let Product { feed, price, terms, version, .. } = after.product.clone();
            let again = OfferTerms::check(
                feed, price, Some(terms.enabled), terms.min_offer, terms.auto_accept, terms.auto_decline,
            );
            prop_assert_eq!(again, Ok(terms));
            prop_assert_eq!(version - before.version, i32::from(after.product != before));
            context.product = after.product;
        }
    }

    /// However a seller moves about, the public point is the one that the cell of the exact place has.
    #[test]
    fn the_public_point_is_always_that_of_the_exact_place(
        moves in proptest::collection::vec((52.0..53.0f64, 13.0..14.0f64, any::<bool>()), 1..6)
    ) {
        let mut context = context();
        for (latitude, longitude, is_exact) in moves {
            let precision = if is_exact { Precision::Exact } else { Precision::Approximate };
            let form = EditForm { location_precision: Change::Set(precision), ..at(latitude, longitude) };
            let after = edit_of(&context, form).unwrap();
            let exact = point(latitude, longitude);
            prop_assert_eq!(after.pickup, Some(exact));
            let point = exact.public(precision, user(1), &key());
            prop_assert_eq!(after.product.place, Some(Place { point, precision }));
            (context.product, context.pickup) = (after.product, after.pickup);
        }
    }
}
