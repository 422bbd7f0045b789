//! Text that people write: trimmed, bounded, free of control characters.

use crate::violation::Fault;

/// One line of `MIN` to `MAX` characters (Unicode scalar values), trimmed, without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<const MIN: usize, const MAX: usize>(String);

/// Up to `MAX` characters over any number of lines, trimmed; of control characters only line breaks and tabs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<const MAX: usize>(String);

/// An address on the web: `http` or `https`, with a host, 2,048 bytes at most. It is shown, never fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebUrl(String);

impl<const MIN: usize, const MAX: usize> Line<MIN, MAX> {
    /// Trims and checks.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        if text.chars().any(char::is_control) {
            return Err(Fault::new(
                "invalid_character",
                "Control characters and line breaks are not allowed.",
            ));
        }
        bounded(text, MIN, MAX).map(Self)
    }

    /// Takes text that was checked when it was written. Not checked again, so that a stricter rule of today does not
    /// make yesterday's text unreadable.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The bare text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MAX: usize> Block<MAX> {
    /// Trims and checks.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(Fault::new(
                "invalid_character",
                "Control characters other than line breaks are not allowed.",
            ));
        }
        bounded(text, 0, MAX).map(Self)
    }

    /// Takes text that was checked when it was written. Not checked again, so that a stricter rule of today does not
    /// make yesterday's text unreadable.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The bare text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl WebUrl {
    const MAX_BYTES: usize = 2048;

    /// Checks the form only; nothing is looked up.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        if text.len() > Self::MAX_BYTES {
            return Err(Fault::new("too_long", format!("Must be at most {} bytes.", Self::MAX_BYTES)));
        }
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
        if host.is_empty()
            || text.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"'))
        {
            return Err(Fault::new("invalid_format", "Must be an http or https URL."));
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes text that was checked when it was written. Not checked again, so that a stricter rule of today does not
    /// make yesterday's text unreadable.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The bare text.
    pub fn into_string(self) -> String {
        self.0
    }
}

fn bounded(text: &str, min: usize, max: usize) -> Result<String, Fault> {
    let length = text.chars().count();
    if length == 0 && min > 0 {
        Err(Fault::new("required", "Must not be empty."))
    } else if length < min {
        Err(Fault::new("too_short", format!("Must be at least {min} characters.")))
    } else if length > max {
        Err(Fault::new("too_long", format!("Must be at most {max} characters.")))
    } else {
        Ok(text.to_owned())
    }
}

impl<const MIN: usize, const MAX: usize> AsRef<str> for Line<MIN, MAX> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> AsRef<str> for Block<MAX> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for WebUrl {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_counted_in_characters() {
        assert_eq!(Line::<1, 4>::parse("  süß ").unwrap().as_ref(), "süß");
        assert_eq!(Line::<1, 4>::parse("süßer").unwrap_err().code, "too_long");
        assert_eq!(Line::<3, 4>::parse("ab").unwrap_err().code, "too_short");
        assert_eq!(Line::<1, 4>::parse("   ").unwrap_err().code, "required");
    }

    #[test]
    fn control_characters_are_refused() {
        assert_eq!(Line::<1, 9>::parse("a\nb").unwrap_err().code, "invalid_character");
        assert_eq!(Line::<1, 9>::parse("a\0b").unwrap_err().code, "invalid_character");
        assert!(Block::<9>::parse("a\nb").is_ok());
        assert_eq!(Block::<9>::parse("a\u{7}b").unwrap_err().code, "invalid_character");
    }

    #[test]
    fn only_web_addresses_are_urls() {
        for good in ["https://example.com", "http://example.com/a?b#c", "https://[::1]/x"] {
            assert!(WebUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "example.com",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://a b",
            "https://a\"b",
        ] {
            assert_eq!(WebUrl::parse(bad).unwrap_err().code, "invalid_format", "{bad}");
        }
        assert_eq!(WebUrl::parse(&format!("https://a/{}", "x".repeat(2048))).unwrap_err().code, "too_long");
    }
}
