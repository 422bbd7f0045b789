//! The operations as the server describes them, and a request to each that it could mean well.

use reqwest::Method;
use serde_json::{Map, Value, json};

/// An operation.
pub(super) struct Operation {
    pub(super) method: Method,
    /// With its parameters in braces.
    pub(super) path: String,
    pub(super) parameters: Vec<Parameter>,
    /// A document that it takes, if it takes any.
    pub(super) body: Option<Map<String, Value>>,
    /// The fields of the document, those inside others with a dot.
    pub(super) fields: Vec<String>,
}

/// A parameter of an operation.
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) place: Place,
    required: bool,
    sample: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Header,
}

/// All operations of a description.
pub(super) fn all(description: &Value) -> Vec<Operation> {
    let schemas = Schemas(description);
    let mut operations = Vec::new();
    for (path, methods) in object(&description["paths"]) {
        for (method, operation) in object(methods) {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let sample = (!schema.is_null()).then(|| schemas.sample("", schema));
            let mut fields = Vec::new();
            schemas.fields("", schema, &mut fields);
            operations.push(Operation {
                method: Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method"),
                path: path.clone(),
                parameters: parameters.map(|parameter| schemas.parameter(parameter)).collect(),
                body: sample.and_then(|sample| sample.as_object().cloned()),
                fields,
            });
        }
    }
    operations
}

impl Operation {
    /// Path and query of a request that has everything it needs, and `value` for one parameter.
    pub(super) fn target(&self, changed: Option<(&str, &str)>) -> String {
        let mut path = self.path.clone();
        let mut query = Vec::new();
        for parameter in &self.parameters {
            let change = changed.filter(|(name, _)| *name == parameter.name).map(|(_, value)| value);
            let value = change.unwrap_or(&parameter.sample);
            match parameter.place {
                Place::Path => path = path.replace(&format!("{{{}}}", parameter.name), value),
                Place::Query if parameter.required || change.is_some() => {
                    query.push(format!("{}={value}", parameter.name));
                }
                Place::Query | Place::Header => {}
            }
        }
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }

    /// The document with `raw` in the place of one field; whatever `raw` is, so that the whole may be no JSON at all.
    pub(super) fn document(&self, changed: Option<(&str, &str)>) -> String {
        const MARK: &str = "the value goes here";
        let mut document = Value::Object(self.body.clone().unwrap_or_default());
        let Some((field, raw)) = changed else { return document.to_string() };
        let mut place = &mut document;
        for name in field.split('.') {
            if !place.is_object() {
                *place = json!({});
            }
            place = &mut place[name];
        }
        *place = json!(MARK);
        document.to_string().replace(&format!("\"{MARK}\""), raw)
    }
}

/// Finds what a description refers to.
struct Schemas<'a>(&'a Value);

impl Schemas<'_> {
    fn parameter(&self, parameter: &Value) -> Parameter {
        let name = parameter["name"].as_str().expect("a parameter has a name").to_owned();
        let sample =
            parameter.get("example").cloned().unwrap_or_else(|| self.sample(&name, &parameter["schema"]));
        Parameter {
            place: match parameter["in"].as_str() {
                Some("path") => Place::Path,
                Some("query") => Place::Query,
                Some("header") => Place::Header,
                other => panic!("a parameter in {other:?}"),
            },
            required: parameter["required"] == true,
            sample: sample.as_str().map_or_else(|| sample.to_string(), str::to_owned),
            name,
        }
    }

    fn resolve<'b>(&'b self, schema: &'b Value) -> &'b Value {
        let mut schema = schema;
        loop {
            if let Some(reference) = schema["$ref"].as_str() {
                schema =
                    self.0.pointer(reference.trim_start_matches('#')).expect("what is referred to is there");
            } else if let Some(choice) = schema["oneOf"].as_array().or_else(|| schema["allOf"].as_array()) {
                schema = choice.first().expect("a choice");
            } else {
                return schema;
            }
        }
    }

    /// A value of this kind, as good as a description can tell.
    fn sample(&self, name: &str, schema: &Value) -> Value {
        let schema = self.resolve(schema);
        if let Some(example) = schema.get("example").or_else(|| schema["enum"].get(0)) {
            return example.clone();
        }
        let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
        match (kind, schema["format"].as_str(), name) {
            (Some("string"), Some("uuid"), _) => json!("00000000-0000-7000-8000-000000000000"),
            (Some("string"), Some("uri"), _) => json!("https://example.com/a.jpg"),
            (Some("string"), Some("date-time"), _) => json!("2030-01-01T00:00:00Z"),
            (Some("string"), Some("password"), _) => json!("correct horse battery"),
            (Some("string"), _, _) => {
                json!("a".repeat(schema["minLength"].as_u64().unwrap_or(1).try_into().expect("a length")))
            }
            (Some("integer" | "number"), _, _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
            (Some("boolean"), _, _) => json!(true),
            (Some("array"), _, _) => json!([]),
            _ => {
                let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let member = |name: &str| (name.to_owned(), self.sample(name, &schema["properties"][name]));
                Value::Object(required.map(member).collect())
            }
        }
    }

    fn fields(&self, prefix: &str, schema: &Value, found: &mut Vec<String>) {
        let schema = self.resolve(schema);
        if !schema["properties"].is_object() || prefix.matches('.').count() > 2 {
            return;
        }
        for (name, schema) in object(&schema["properties"]) {
            let path = format!("{prefix}{name}");
            self.fields(&format!("{path}."), schema, found);
            found.push(path);
        }
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
