//! Turns what serde says into a machine word and a sentence for people.
//!
//! serde has no error codes, only sentences of a few fixed forms. They are told apart here and said again without the
//! names of Rust types. A sentence of another form (a new serde, a custom message) still yields a proper 422; only its
//! code is the general one. Tests of the extractors hold every form.

use crate::problem::FieldError;

/// What is wrong with the field at `path` (as `serde_path_to_error` gives it; `.` is the whole document).
pub(super) fn field_error(path: &str, message: &str) -> FieldError {
    let message = message.split(" at line ").next().unwrap_or(message);
    let at = |name: &str| child(path, name);

    if let Some(name) = quoted_after(message, "unknown field ") {
        FieldError::new(at(name), "unknown_field", "There is no such field.")
    } else if let Some(name) = quoted_after(message, "missing field ") {
        FieldError::new(at(name), "required", "Must be given.")
    } else if let Some(name) = quoted_after(message, "duplicate field ") {
        FieldError::new(at(name), "duplicate_field", "Must be given only once.")
    } else if message.starts_with("unknown variant ") {
        let detail = message.split_once(", expected ").map_or_else(
            || "Is not one of the words allowed here.".to_owned(),
            |(_, words)| format!("Must be {}.", words.replace('`', "")),
        );
        FieldError::new(whole(path), "unknown_value", detail)
    } else if let Some((_, expected)) =
        message.strip_prefix("invalid type: ").and_then(|rest| rest.rsplit_once(", expected "))
    {
        FieldError::new(whole(path), "invalid_type", format!("Must be {}.", kind(expected)))
    } else if message == "expected value" {
        FieldError::new(whole(path), "invalid_type", "Must be of another type.")
    } else if message.contains("surrogate") || message.contains("hex escape") {
        FieldError::new(whole(path), "invalid_character", "Holds half a character (a lone surrogate).")
    } else if is_out_of_range(message) {
        FieldError::new(whole(path), "out_of_range", "Is out of range.")
    } else {
        FieldError::new(whole(path), "invalid_value", sentence(message))
    }
}

/// The name in backquotes that follows a prefix.
fn quoted_after<'m>(message: &'m str, prefix: &str) -> Option<&'m str> {
    message.strip_prefix(prefix)?.strip_prefix('`')?.split('`').next()
}

/// The path of a member. serde names a member that it stumbled over both in the message and, at times, in the path.
fn child(path: &str, name: &str) -> String {
    let parent = whole(path);
    if parent.is_empty() || parent == name {
        name.to_owned()
    } else if parent.strip_suffix(name).is_some_and(|parent| parent.ends_with('.')) {
        parent
    } else {
        format!("{parent}.{name}")
    }
}

/// `.` is how the path of the document itself is written; clients see an empty name.
fn whole(path: &str) -> String {
    if path == "." || path == "?" { String::new() } else { path.to_owned() }
}

fn is_out_of_range(message: &str) -> bool {
    message.starts_with("number out of range")
        || message.starts_with("number too large")
        || message.starts_with("number too small")
        || message.starts_with("invalid value: integer")
        || message == "must be a finite number"
}

/// What a Rust type is called by people who do not know Rust.
fn kind(expected: &str) -> &str {
    match expected {
        "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "f32" | "f64" | "a finite number" => "a number",
        "a boolean" => "true or false",
        "a string" | "a borrowed string" | "str" | "string or map" => "a string",
        "a sequence" => "a list",
        "unit" | "null" => "null",
        "a map" => "an object",
        _ if expected.starts_with("struct ") => "an object",
        _ if expected.starts_with("enum ") || expected.starts_with("variant ") => "a string",
        _ if expected.starts_with("a sequence") => "a list",
        _ if expected.contains("UUID") => "a UUID",
        _ if expected.contains("date") => "a date and time in the form of RFC 3339",
        _ => "of another type",
    }
}

/// Known messages of number and bool parsers in words that fit a form; others stay general, since they may hold type
/// names or echo what was sent.
fn sentence(message: &str) -> &'static str {
    match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "Must be a whole number."
        }
        "invalid float literal" | "cannot parse float from empty string" => "Must be a number.",
        "provided string was not `true` or `false`" => "Must be true or false.",
        _ if message.starts_with("UUID parsing failed") => "Must be a UUID.",
        _ if message.contains("premature end of input") || message.contains("input contains invalid") => {
            "Must be a date and time in the form of RFC 3339."
        }
        _ => "Is not valid.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_says(path: &str, message: &str, field: &str, code: &str, detail: &str) {
        let error = field_error(path, message);
        assert_eq!((&*error.field, error.code, &*error.detail), (field, code, detail));
    }

    #[test]
    fn the_forms_of_serde_are_told_apart() {
        assert_says(
            ".",
            "unknown field `role`, expected `a`",
            "role",
            "unknown_field",
            "There is no such field.",
        );
        assert_says(
            "role",
            "unknown field `role`, expected `a`",
            "role",
            "unknown_field",
            "There is no such field.",
        );
        assert_says("a.b", "missing field `c` at line 1 column 2", "a.b.c", "required", "Must be given.");
        assert_says("a.b", "duplicate field `b`", "a.b", "duplicate_field", "Must be given only once.");
        assert_says(
            "kind",
            "unknown variant `x`, expected one of `a`, `b`",
            "kind",
            "unknown_value",
            "Must be one of a, b.",
        );
        assert_says(
            "n",
            "invalid type: string \"a, expected b\", expected u32",
            "n",
            "invalid_type",
            "Must be a whole number.",
        );
        assert_says(
            ".",
            "invalid type: map, expected struct Offer",
            "",
            "invalid_type",
            "Must be an object.",
        );
        assert_says(
            "n",
            "invalid value: integer `-1`, expected u32",
            "n",
            "out_of_range",
            "Is out of range.",
        );
        assert_says("n", "something Rust<String> said", "n", "invalid_value", "Is not valid.");
    }
}
