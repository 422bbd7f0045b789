//! What is measured: operations of the API, and the SQL that does the same.

/// An operation.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// How people and files call it; `ceilings/NAME.sql` does the same.
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    /// With places to fill in braces.
    pub(super) path: &'static str,
    pub(super) body: Option<&'static str>,
    /// The rows that fill the places.
    pub(super) data: Option<&'static str>,
    /// SQL that brings back what a run consumes; rows are then used once each.
    pub(super) reset: Option<&'static str>,
    /// The share of the database's limit to reach.
    pub(super) target: Option<f64>,
}

const READ: Endpoint = Endpoint {
    name: "",
    method: "GET",
    path: "",
    body: None,
    data: Some("user.tsv"),
    reset: None,
    target: None,
};

const WRITE: Endpoint = Endpoint { method: "POST", ..READ };

/// All of them.
pub(super) const ENDPOINTS: [Endpoint; 11] = [
    Endpoint { name: "livez", path: "/livez", data: None, ..READ },
    Endpoint {
        name: "product",
        path: "/v1/products/{product}",
        data: Some("product.tsv"),
        target: Some(0.55),
        ..READ
    },
    Endpoint {
        name: "feed",
        path: "/v1/products?feed_type={feed}&available=true&limit=20",
        target: Some(0.50),
        ..READ
    },
    Endpoint {
        name: "feed_category",
        path: "/v1/products?feed_type={feed}&category={category}&available=true&limit=20",
        target: Some(0.50),
        ..READ
    },
    Endpoint {
        name: "nearby",
        path: "/v1/products/nearby?latitude={latitude}&longitude={longitude}&radius_m=5000&limit=20",
        target: Some(0.75),
        ..READ
    },
    Endpoint {
        name: "nearby_category",
        path: "/v1/products/nearby?latitude={latitude}&longitude={longitude}&radius_m=5000&limit=20&category={category}",
        target: Some(0.80),
        ..READ
    },
    Endpoint { name: "inbox", path: "/v1/conversations?archived=false&limit=20", target: Some(0.80), ..READ },
    Endpoint {
        name: "messages",
        path: "/v1/conversations/{conversation}/messages?limit=30",
        data: Some("conversation.tsv"),
        target: Some(0.50),
        ..READ
    },
    Endpoint {
        name: "post_message",
        path: "/v1/conversations/{conversation}/messages",
        body: Some(r#"{"message_type":"text","content":"hello number {number}, is this still available?"}"#),
        data: Some("conversation.tsv"),
        target: Some(0.70),
        ..WRITE
    },
    Endpoint {
        name: "post_offer",
        path: "/v1/products/{product}/offers",
        body: Some(r#"{"amount_minor":{amount_minor},"message":"would you take this?"}"#),
        data: Some("offerable.tsv"),
        reset: Some("offer_reset.sql"),
        target: Some(0.65),
        ..WRITE
    },
    Endpoint {
        name: "accept_offer",
        path: "/v1/offers/{offer}/accept",
        data: Some("acceptable.tsv"),
        reset: Some("accept_reset.sql"),
        target: Some(0.60),
        ..WRITE
    },
];

/// Those that somebody names, or all.
pub(super) fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Endpoint>> {
    if names.is_empty() {
        return Ok(ENDPOINTS.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            ENDPOINTS.iter().find(|endpoint| endpoint.name == name).ok_or_else(|| {
                let known: Vec<_> = ENDPOINTS.iter().map(|endpoint| endpoint.name).collect();
                anyhow::anyhow!(
                    "nothing that is measured is called `{name}`; there are: {}",
                    known.join(", ")
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_sql_that_does_the_same() {
        let folder = crate::workspace::root().join("xtask/bench/ceilings");
        for endpoint in &ENDPOINTS {
            let sql = crate::workspace::read(&folder.join(format!("{}.sql", endpoint.name))).unwrap();
            assert_eq!(sql.contains("--PLACE"), endpoint.path.contains("{latitude}"), "{}", endpoint.name);
            assert_eq!(sql.contains(":per"), endpoint.reset.is_some(), "{}", endpoint.name);
        }
        assert_eq!(crate::workspace::files_below(&folder).unwrap().len(), ENDPOINTS.len());
    }

    #[test]
    fn a_name_that_is_none_is_told_with_those_there_are() {
        assert_eq!(chosen(&[]).unwrap().len(), ENDPOINTS.len());
        assert_eq!(chosen(&["feed".to_owned()]).unwrap()[0].name, "feed");
        let error = chosen(&["fed".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("`fed`") && error.contains("feed_category"), "{error}");
    }
}
