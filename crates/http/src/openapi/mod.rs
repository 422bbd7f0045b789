//! The description of the API, made from the routes themselves.
//!
//! Handlers describe what is theirs: success, and the refusals only they know. What holds for every operation (an
//! unreadable body, a missing token, an overloaded server) is added here, so that no handler can forget it.

pub mod documentation;

use utoipa::{
    Modify, OpenApi as _,
    openapi::{
        Components, Content, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder, Server,
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{
    problem::{Document, FieldError},
    word::SortWord,
};

/// The name of the security scheme; operations that need a token say `security(("bearer" = []))`.
const BEARER: &str = "bearer";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Souk Loop",
        description = "A marketplace: fixed-price shops and neighbours, listings near you, offers and deals.\n\n\
            Errors are RFC 9457 problem documents; `code` is the word to act on. Lists are paged by cursor. A POST \
            that creates something takes an `Idempotency-Key` and can then be repeated safely.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags((name = "Operations", description = "Probes for those who run the service.")),
    // Words that stand in parameters only are not found by themselves.
    components(schemas(Document, FieldError, SortWord)),
    modifiers(&SharedParts)
)]
struct Base;

/// Security scheme and responses that operations refer to.
struct SharedParts;

impl Modify for SharedParts {
    fn modify(&self, openapi: &mut OpenApi) {
        let components = openapi.components.get_or_insert_with(Components::new);
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The access token that registering, logging in or refreshing answers with."))
            .build();
        components.security_schemes.insert(BEARER.to_owned(), SecurityScheme::Http(bearer).into());
        for (_, name, description) in EVERYWHERE.iter().chain(WITH_INPUT).chain(WITH_BODY).chain(WITH_TOKEN) {
            components.responses.insert((*name).to_owned(), problem(description).into());
        }
    }
}

/// Status, name among the shared responses, description.
type Shared = (&'static str, &'static str, &'static str);

const EVERYWHERE: &[Shared] = &[
    ("500", "InternalError", "A defect on our side; tell us the X-Request-Id."),
    (
        "503",
        "Unavailable",
        "Overloaded, too slow, or the database is away; Retry-After says when to try again.",
    ),
];
const WITH_INPUT: &[Shared] = &[
    ("400", "BadRequest", "The request cannot be read: broken JSON, a malformed id or cursor."),
    ("422", "InvalidFields", "The request can be read but some fields are not valid; `errors` names them."),
];
const WITH_BODY: &[Shared] = &[
    ("408", "RequestTimeout", "The body did not arrive in time."),
    ("413", "BodyTooLarge", "The body is longer than the limit."),
    ("415", "UnsupportedMediaType", "The body is not of the type read here."),
];
const WITH_TOKEN: &[Shared] = &[("401", "Unauthenticated", "No access token, or not a valid one.")];

/// The document before routes are added.
pub(crate) fn base() -> OpenApi {
    Base::openapi()
}

/// The document with everything that holds for every operation.
pub(crate) fn complete(mut openapi: OpenApi, public_url: &str) -> OpenApi {
    openapi.servers = Some(vec![Server::new(public_url)]);
    for operation in openapi.paths.paths.values_mut().flat_map(operations) {
        add_shared(operation);
    }
    openapi
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

fn add_shared(operation: &mut Operation) {
    let has_body = operation.request_body.is_some();
    let has_input = has_body || operation.parameters.as_ref().is_some_and(|list| !list.is_empty());
    let has_token = operation.security.as_ref().is_some_and(|list| !list.is_empty());
    let shared = EVERYWHERE
        .iter()
        .chain(WITH_INPUT.iter().filter(|_| has_input))
        .chain(WITH_BODY.iter().filter(|_| has_body))
        .chain(WITH_TOKEN.iter().filter(|_| has_token));
    for (status, name, _) in shared {
        // What a handler says itself is more exact and stays.
        operation
            .responses
            .responses
            .entry((*status).to_owned())
            .or_insert_with(|| RefOr::Ref(Ref::from_response_name(*name)));
    }
}

/// A response with a problem document.
fn problem(description: &str) -> Response {
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", Content::new(Some(Ref::from_schema_name("Problem"))))
        .build()
}
