//! `docs/CONFIGURATION.md`, made from the declarations.

use std::fmt::Write;

use clap::{Arg, Args, Command};

use super::{LogArgs, ServeArgs};

const INTRODUCTION: &str = "# Configuration

Everything is set by environment variables, read once at the start. A value that cannot work ends the start with a
message that says what to do. Every variable can also be given as a flag (`SOUK_ADDR` is `--addr`), for a single run;
secrets cannot, because command lines are public.

Secrets have a twin that ends in `_FILE` and names a file to read the secret from, as Docker and Kubernetes provide them.
Durations are written like `500ms`, `15m`, `1h 30m` or `30d`; bytes like `65536`, `64KiB` or `1MiB`.

This page is made from `crates/http/src/config/`; a test keeps it so.
";

/// The page.
pub fn markdown() -> String {
    let command = LogArgs::augment_args(ServeArgs::augment_args(Command::new("serve")));
    let mut page = INTRODUCTION.to_owned();
    let mut section = None;
    for argument in command.get_arguments() {
        let heading = argument.get_help_heading();
        if heading != section {
            section = heading;
            // Writing to a String cannot fail.
            let _ = write!(page, "\n## {}\n\n{HEAD}", heading.unwrap_or("Other"));
        }
        page.push_str(&row(argument));
    }
    page
}

const HEAD: &str = "| variable | value | default | meaning |\n|---|---|---|---|\n";

fn row(argument: &Arg) -> String {
    let variable = argument.get_env().unwrap_or_default().to_string_lossy();
    let words: Vec<_> =
        argument.get_possible_values().iter().map(|word| format!("`{}`", word.get_name())).collect();
    let value = if words.is_empty() {
        argument.get_value_names().and_then(<[_]>::first).map(|name| name.to_lowercase()).unwrap_or_default()
    } else {
        words.join(", ")
    };
    let default = argument
        .get_default_values()
        .first()
        .map_or_else(|| "–".to_owned(), |default| format!("`{}`", default.to_string_lossy()));
    let meaning = argument.get_help().map(ToString::to_string).unwrap_or_default();
    format!("| `{variable}` | {value} | {default} | {meaning} |\n")
}
