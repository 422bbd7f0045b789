//! Rules about a file as text: its length, its first line, and no notes to self.

use super::{Finding, Source};

const LONGEST: usize = 400;
/// Tests tell cases one after the other, and are read one at a time.
const LONGEST_TESTS: usize = 600;
/// Files that no person writes.
const GENERATED: [&str; 1] = ["crates/postgres-adapter/src/schema.rs"];
/// What is put off belongs into an issue, where somebody can find it.
const NOTES: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let generated = GENERATED.iter().any(|path| source.path.ends_with(path));
    let lines = source.text.lines().count();
    let longest = if is_test(source) { LONGEST_TESTS } else { LONGEST };
    if lines > longest && !generated {
        found.push(
            source.finding(0, format!("{lines} lines, more than {longest}: split it inside its folder")),
        );
    }
    if source.has_extension("rs") && !source.text.trim_start().starts_with("//!") {
        found.push(source.finding(1, "does not open with `//!`: say what lives here"));
    }
    for (number, line) in (1..).zip(source.text.lines()) {
        let words = line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        for note in words.filter(|word| NOTES.contains(word)) {
            found.push(source.finding(number, format!("{note}: do it, or file it as an issue")));
        }
    }
    found
}

/// Whether the file holds tests alone.
pub(super) fn is_test(source: &Source) -> bool {
    let in_folder = source.path.iter().any(|part| part == "tests");
    let by_name = source.path.file_stem().is_some_and(|stem| stem == "tests");
    in_folder || by_name
}
