//! Rules about Rust code, on its tokens.

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use super::{Finding, Source, text};

/// Where the crates are put together, and therefore adapters may be named: by the program, and by what measures its
/// parts without it.
const COMPOSITION: [&str; 3] =
    ["crates/http/src/main.rs", "crates/http/src/commands/", "crates/http/benches/"];

pub(super) fn check(source: &Source) -> Result<Vec<Finding>> {
    if !source.has_extension("rs") {
        return Ok(Vec::new());
    }
    // A file may be a set of tokens that does not parse yet; unbalanced ones do not even make tokens.
    let tokens: TokenStream =
        source.text.parse().map_err(|error| anyhow!("{}: not Rust: {error}", source.path.display()))?;
    let path = source.path.to_string_lossy();
    let mut walk = Walk {
        source,
        found: Vec::new(),
        may_name_adapters: COMPOSITION.iter().any(|place| path.starts_with(place)),
        own_crate: own_crate(&path),
        transactions_matter: !text::is_test(source) && path.contains("/src/"),
    };
    walk.tokens(tokens, "");
    Ok(walk.found)
}

/// The crate a file belongs to, as code names it: its own integration tests name it too.
fn own_crate(path: &str) -> Option<String> {
    let folder = path.strip_prefix("crates/")?.split('/').next()?;
    Some(format!("souk_{}", folder.replace('-', "_")))
}

struct Walk<'a> {
    source: &'a Source,
    found: Vec<Finding>,
    may_name_adapters: bool,
    own_crate: Option<String>,
    transactions_matter: bool,
}

impl Walk<'_> {
    /// Walks tokens that stand inside the function `function`.
    fn tokens(&mut self, tokens: TokenStream, function: &str) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        // The function whose body the next brace opens.
        let mut pending: Option<String> = None;
        let mut before: [Option<&TokenTree>; 2] = [None, None];
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(ident) => {
                    self.ident(ident, before[1], tokens.get(at + 1), function);
                    if is_ident(before[1], "fn") {
                        pending = Some(ident.to_string());
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == ';' => pending = None,
                TokenTree::Group(group) => {
                    if group.delimiter() == Delimiter::Bracket && is_attribute(before) {
                        self.attribute(&group.stream());
                    }
                    let body = (group.delimiter() == Delimiter::Brace).then(|| pending.take()).flatten();
                    self.tokens(group.stream(), body.as_deref().unwrap_or(function));
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            before = [before[1], Some(token)];
        }
    }

    fn ident(
        &mut self,
        ident: &Ident,
        before: Option<&TokenTree>,
        after: Option<&TokenTree>,
        function: &str,
    ) {
        let name = ident.to_string();
        let line = ident.span().start().line;
        let is_adapter = name.starts_with("souk_") && name.ends_with("_adapter");
        if is_adapter && !self.may_name_adapters && self.own_crate.as_ref() != Some(&name) {
            let what =
                format!("names {name}: only {} know which adapters there are", COMPOSITION.join(" and "));
            self.found.push(self.source.finding(line, what));
        }
        let called = is_punct(before, '.')
            && matches!(after, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
        if self.transactions_matter
            && called
            && matches!(name.as_str(), "transaction" | "build_transaction")
            && !function.starts_with("try_")
        {
            let place = if function.is_empty() { "outside a function" } else { function };
            let what =
                format!("`.{name}(` in `{place}`: a transaction lives in a `try_…`, which may be repeated");
            self.found.push(self.source.finding(line, what));
        }
    }

    fn attribute(&mut self, content: &TokenStream) {
        for token in content.clone() {
            match token {
                TokenTree::Ident(ident) if ident == "ignore" => {
                    let line = ident.span().start().line;
                    self.found.push(
                        self.source.finding(line, "an ignored test proves nothing: repair or remove it"),
                    );
                }
                // `#[cfg_attr(…, ignore)]`
                TokenTree::Group(group) => self.attribute(&group.stream()),
                TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}

/// Whether a bracket after these two tokens is an attribute: `#[` or `#![`.
fn is_attribute(before: [Option<&TokenTree>; 2]) -> bool {
    is_punct(before[1], '#') || (is_punct(before[1], '!') && is_punct(before[0], '#'))
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn is_ident(token: Option<&TokenTree>, wanted: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == wanted)
}
